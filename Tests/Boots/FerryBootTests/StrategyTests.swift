// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 1: the two ways out of 2016 boot, the old way fails on read-only text and on it alone.
@Suite(.enabled(if: FerryLab.isWanted, "needs the lab's kernels and dist/ferry/ferry.elf"))
struct StrategyTests {
  static let kernels = ["armmp", "armmp-lpae", "tiny-gzip"]

  @Test(
    "Parameters as arguments or behind the code: the kernel boots with read-only text",
    arguments: kernels, ["arguments", "behindCode"])
  func fixed(kernel: String, strategy: String) async throws {
    let outcome = try await KX.boot(
      try await FerryLab.virt(LabKernel(kernel)) + ["--via", "ferry", "--strategy", strategy])
    #expect(outcome.code == 0, "\(FerryLab.tail(outcome))")
    #expect(outcome.text.contains("ferry: entering"))
    #expect(
      outcome.text.contains(
        "\nswift-kexec verdict: initrd intact " + (try await LabBlob.shared.value.digest)))
  }

  @Test("Parameters in text: the kernel boots when the text may be written", arguments: kernels)
  func control(kernel: String) async throws {
    let outcome = try await KX.boot(
      try await FerryLab.virt(LabKernel(kernel))
        + ["--via", "ferry", "--strategy", "inText", "--ferry-text", "rw"])
    #expect(outcome.code == 0, "\(FerryLab.tail(outcome))")
    #expect(
      outcome.text.contains(
        "\nswift-kexec verdict: initrd intact " + (try await LabBlob.shared.value.digest)))
  }

  @Test("Parameters in read-only text: the exit code and the message say which fault it was")
  func told() async throws {
    let outcome = try await KX.boot(
      try await FerryLab.virt(LabKernel("tiny-gzip")) + ["--via", "ferry", "--strategy", "inText"])
    #expect(outcome.code != 0)
    #expect(!outcome.text.contains("Linux version"))
    let said = outcome.text + outcome.errors
    #expect(said.contains("permission fault"), "\(FerryLab.tail(outcome))")
    #expect(said.contains("kexec_start_address"))
    #expect(said.contains(".text"))
  }

  @Test(
    "Each of the four stores faults at its own symbol", arguments: kernels,
    [
      (0, "ferry_store_start_address", "kexec_start_address"),
      (1, "ferry_store_indirection_page", "kexec_indirection_page"),
      (2, "ferry_store_mach_type", "kexec_mach_type"),
      (3, "ferry_store_boot_atags", "kexec_boot_atags"),
    ])
  func stores(kernel: String, store: (index: UInt8, code: String, word: String)) async throws {
    var bundle = try BundleFile(
      try await FerryLab.bundle(
        try await FerryLab.virt(LabKernel(kernel)) + ["--strategy", "inText"]))
    // The word says which store comes first: those before it are left out.
    try await bundle.set(13, store.index)
    let outcome = try await FerryLab.start(try bundle.save())
    #expect(outcome.code == 11, "\(FerryLab.tail(outcome))")
    let addresses = try await Self.addresses()
    let code = try #require(addresses[store.code])
    let word = try #require(addresses[store.word])
    let fault = try #require(
      outcome.text.split(whereSeparator: \.isNewline).first {
        $0.contains("ferry: data abort")
      })
    #expect(fault.contains("permission fault"))
    #expect(fault.contains("write"))
    #expect(fault.contains("pc \(code) \(store.code) in .text"), "\(fault)")
    #expect(fault.contains("address \(word) \(store.word) in .text"), "\(fault)")
    #expect(!outcome.text.contains("ferry: entering"))
  }

  @Test("Text is read-only on an ARM11, too, and data is not executed there")
  func armv6() async throws {
    let bundle = try await FerryLab.bundle(FerryLab.versatile + ["--strategy", "inText"])
    let outcome = try await FerryLab.start(
      bundle, ["--board", "versatilepb", "--cpu", "arm1176", "--memory", "128"])
    #expect(outcome.code == 11, "\(FerryLab.tail(outcome))")
    #expect(outcome.text.contains("ARMv6"))
    #expect(outcome.text.contains("ferry: text is read-only; data cannot be executed"))
    #expect(outcome.text.contains("ferry: data abort: permission fault (page), write; pc"))
  }

  /// Symbols of Ferry's ELF, as nm has them, with addresses as Ferry writes them.
  private static func addresses() async throws -> [String: String] {
    let listing = try await Program.succeed("arm-linux-gnueabihf-nm", FerryLab.ferry).text
    var result: [String: String] = [:]
    for line in listing.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3 { result[String(words[2])] = "0x" + words[0] }
    }
    return result
  }
}
