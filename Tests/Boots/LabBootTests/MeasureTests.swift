// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 3: what the decompressor really writes.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct MeasureTests {
  /// A plan to measure.
  struct Case: Sendable, CustomTestStringConvertible {
    let kernel: String
    let load: String
    var testDescription: String { "\(kernel) at \(load)" }
  }

  static let cases =
    ["armmp", "armmp-lpae"].flatMap { kernel in
      ["0x40008000", "0x41000000", "0x44000000"].map { Case(kernel: kernel, load: $0) }
    }
    + LabKernel.tinyNames.flatMap { kernel in
      ["0x40008000", "0x41000000"].map { Case(kernel: kernel, load: $0) }
    }

  private func save(_ plan: Case) async throws -> String {
    try await PlanFile.save(
      [
        try LabKernel(plan.kernel).path, "--dtb", try await VirtTree.shared.path(mebibytes: 128),
        "--handover", "zimage", "--load", plan.load,
      ])
  }

  @Test(
    "The decompressor writes no byte outside its footprint, and leaves at most 96 KiB of it alone",
    arguments: cases)
  func holds(plan: Case) async throws {
    let outcome = try await KX.boot([try await save(plan), "--measure", "--quiet"])
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    let found = try #require(
      outcome.text.firstMatch(of: /no byte outside the prediction; .*unused ([\d \u{a0}]+) B/))
    let unused = try #require(Int(String(found.1).filter(\.isNumber)))
    #expect(unused <= 96 << 10)
  }

  /// Every range of two plans, one whose decompressor moves itself and one that stays, with its
  /// last or first page cut off. The ranges are those that the footprint must have.
  static let cuts: [(plan: Case, range: String, fromEnd: Bool)] = {
    let own = ["zImage data behind the payload", "decompressor bss", "decompressor stack"]
    let moved = [
      "moved zImage", "moved decompressor bss", "moved decompressor stack",
      "moved decompressor heap",
    ]
    let always = ["decompressor page table", "inflated kernel"]
    let plans = [
      (Case(kernel: "tiny-gzip", load: "0x40008000"), own + moved + always),
      (Case(kernel: "tiny-lz4", load: "0x41000000"), own + ["decompressor heap"] + always),
    ]
    return plans.flatMap { plan, ranges in
      ranges.flatMap { range in [true, false].map { (plan, range, $0) } }
    }
  }()

  /// The ranges of which every byte is known to be written where nothing else is predicted.
  static let whole: Set = ["moved zImage", "inflated kernel"]

  @Test(
    "A plan of which one range is shortened by a page fails, and tells the bytes it misses",
    arguments: cuts)
  func shortened(plan: Case, name: String, fromEnd: Bool) async throws {
    let data = try Data(contentsOf: URL(filePath: try await save(plan)))
    var document = try #require(
      try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var footprint = try #require(document["footprint"] as? [[String: String]])
    let ranges = footprint.indices.filter { footprint[$0]["phase"] == "decompress" }
    let names = Self.cuts.filter { $0.plan.testDescription == plan.testDescription }.map(\.range)
    #expect(Set(ranges.compactMap { footprint[$0]["name"] }) == Set(names))
    let index = try #require(ranges.first { footprint[$0]["name"] == name })
    let first = number(try #require(footprint[index]["first"]))
    let last = number(try #require(footprint[index]["last"]))
    let cut: ClosedRange<UInt64>
    if last - first < 0x1000 {
      cut = first...last
      footprint.remove(at: index)
    } else if fromEnd {
      cut = (last - 0xfff)...last
      footprint[index]["last"] = "0x" + String(last - 0x1000, radix: 16)
    } else {
      cut = first...(first + 0xfff)
      footprint[index]["first"] = "0x" + String(first + 0x1000, radix: 16)
    }
    document["footprint"] = footprint
    let shortened = try Scratch.file(
      "plan.json", try JSONSerialization.data(withJSONObject: document))
    let outcome = try await KX.boot([shortened, "--measure", "--quiet"])
    #expect(outcome.code == 1, "\(outcome.text)\(outcome.errors)")
    let told = outcome.text.matches(of: /outside the prediction: (0x[0-9a-f]+)-(0x[0-9a-f]+)/)
      .map { number(String($0.1))...number(String($0.2)) }
    #expect(told.allSatisfy { cut.contains($0.lowerBound) && cut.contains($0.upperBound) })
    if Self.whole.contains(name) {
      #expect(!told.isEmpty)
      // At their ends lies nothing that the bytes could equal by chance.
      if fromEnd { #expect(told.first?.lowerBound == cut.lowerBound) }
    } else {
      // Not every byte of a stack or heap is used; then the plan's own figures give it away.
      #expect(!told.isEmpty || outcome.errors.contains("not what its own figures give"))
    }
  }
}
