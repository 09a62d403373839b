// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 5: what is damaged is refused by name, and nothing is overwritten.
@Suite(.enabled(if: FerryLab.isWanted, "needs the lab's kernels and dist/ferry/ferry.elf"))
struct RefusalTests {
  private static let bundle = Task<String, any Error> {
    try await FerryLab.bundle(try await FerryLab.virt(LabKernel("tiny-gzip")))
  }

  private func expectRefused(_ bundle: BundleFile, _ words: String...) async throws {
    let outcome = try await FerryLab.start(try bundle.save(), ["--timeout", "60"])
    #expect(outcome.code == 11, "\(FerryLab.tail(outcome))")
    let line = outcome.text.split(whereSeparator: \.isNewline).first {
      $0.contains("ferry: error")
    }
    for word in words { #expect(line?.contains(word) == true, "\(word): \(line ?? "no error")") }
    #expect(!outcome.text.contains("ferry: staged"))
    #expect(!outcome.text.contains("ferry: entering"))
  }

  @Test(
    "One flipped bit in any segment is refused with the segment's name",
    arguments: ["kernel", "initrd", "dtb"], [0, 1, 2])
  func flipped(name: String, part: Int) async throws {
    var bundle = try BundleFile(try await Self.bundle.value)
    let segment = try #require(bundle.segments.first { $0.name == name })
    let place = segment.fileOffset + [0, segment.fileBytes / 2, segment.fileBytes - 1][part]
    bundle.bytes[place] ^= 0x10
    try await expectRefused(bundle, "segment \(name)", "SHA-256")
  }

  @Test("A cut bundle is refused with the name of a segment that is not whole")
  func cut() async throws {
    var bundle = try BundleFile(try await Self.bundle.value)
    let last = try #require(bundle.segments.max { $0.fileOffset < $1.fileOffset })
    bundle.bytes.removeSubrange((last.fileOffset + last.fileBytes / 2)...)
    try await expectRefused(bundle, "segment \(last.name)")
  }

  @Test("A flipped bit in the manifest is refused", arguments: [0, 4, 12, 44, 60, 124])
  func manifest(offset: Int) async throws {
    var bundle = try BundleFile(try await Self.bundle.value)
    bundle.bytes[bundle.manifest + offset] ^= 0x01
    let outcome = try await FerryLab.start(try bundle.save(), ["--timeout", "20"])
    // Before the manifest is trusted there is no UART to say anything on.
    #expect(outcome.code == 12 || outcome.code == 11, "\(FerryLab.tail(outcome))")
    #expect(!outcome.text.contains("ferry: entering"))
    #expect(!outcome.text.contains("Linux version"))
  }
}
