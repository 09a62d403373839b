// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Damaged files by the thousand. The cases, the independent readers and the judge are Python in
/// `reference/`; what is under test reads in a process of its own.
///
/// `SEED=n` and `CASES=n` choose other cases, `SWIFT_KEXEC_MATRIX=full` runs 10 000 of each group.
@Suite(
  "Hostile input", .serialized,
  .enabled(if: HostileLab.hasKernels, "the kernels are not in the cache"))
struct HostileInputTests {
  /// A group of cases, and how many of them must come out equal, lest the test be about errors
  /// only.
  struct Group: CustomTestStringConvertible {
    let name: String
    let leastEqual: Int

    var testDescription: String { name }
  }

  static let groups = [
    Group(name: "zimage", leastEqual: 20), Group(name: "zimage-tiny", leastEqual: 400),
    Group(name: "payload", leastEqual: 60), Group(name: "uimage", leastEqual: 400),
    Group(name: "android", leastEqual: 700), Group(name: "fit", leastEqual: 300),
    Group(name: "trees", leastEqual: 300), Group(name: "initrd", leastEqual: 500),
    Group(name: "crafted", leastEqual: 100), Group(name: "fixtures", leastEqual: 1),
  ]

  /// CPU microseconds that a case may take.
  static let timeLimit = 1_000_000
  /// KiB that the process may have had in memory at any time: 256 MiB.
  static let memoryLimit = 256 << 10

  @Test("A damaged file is read as an independent reader reads it, or refused", arguments: groups)
  func equalsOrIsAnError(_ group: Group) async throws {
    let lab = try HostileLab()
    defer { lab.remove() }
    try await lab.makeCases(group.name)
    for ended in try await lab.probe(group.name) {
      Issue.record("the process ended (a trap, a hang, or memory): \(ended)")
    }
    let verdict = try await lab.judge(group.name)
    print("hostile input, seed \(HostileLab.seed): \(verdict.summary)")
    for violation in verdict.violations { Issue.record("\(violation)") }
    #expect(verdict.violationCount == 0)
    // A case that another process held up is slow by chance; a hang is slow each time.
    let slow = verdict.slow
    let time = slow.isEmpty ? 0 : try await lab.leastTime(of: slow, in: group.name)
    #expect(time < Self.timeLimit, "\(slow)")
    #expect(verdict.peakKiB <= Self.memoryLimit)
    if HostileLab.count == 0 { #expect(verdict.equal >= group.leastEqual) }
  }
}
