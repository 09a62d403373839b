// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import PhysicalMemory
import SeededRandom
import TestLab
import Testing

struct RetaggedZImageTests {
  private static let zImage = [UInt8](repeating: 0x5a, count: 10_001)

  @Test("The zImage is not changed, zeros stand behind it, and the tag says where it is")
  func roundTrip() throws {
    let bytes = try RetaggedZImage.write(Self.zImage.span, reach: 100_000)
    let retagged = try RetaggedZImage(bytes.span)
    #expect(retagged.innerOffset == 0x1000)
    #expect(retagged.innerBytes == 10_001)
    #expect(Int(retagged.fileBytes) == bytes.count)
    #expect(Array(bytes[0x1000..<(0x1000 + 10_001)]) == Self.zImage)
    #expect(bytes[(0x1000 + 10_001)...].allSatisfy { $0 == 0 })
    #expect(bytes.count >= 0x1000 + 10_001 + 4)
    #expect(SampleBundle.word(bytes, 0x2c) == UInt32(bytes.count))
  }

  @Test("Whoever reads the table, or multiplies the length by four or five, keeps clear")
  func covers() throws {
    var random = SplitMix64(seed: 6)
    for _ in 0..<60 {
      let inner = [UInt8](repeating: 0, count: Int(random.magnitude(0x40, 1 << 20)))
      let reach = random.magnitude(0x1000, 16 << 20)
      let bytes = try RetaggedZImage.write(inner.span, reach: reach)
      let length = UInt64(bytes.count)
      // kexec-tools loads 32 KiB into a hole and counts four times the length from the hole on.
      #expect(4 * length >= reach + 0x8000)
      #expect(5 * (length + 0x1_1000) >= reach)
      let place = Int(SampleBundle.word(bytes, 0x48))
      let word = UInt64(SampleBundle.word(bytes, place))
      let bss = UInt64(SampleBundle.word(bytes, 0x4c))
      #expect(max(word + bss, word + length + 0x1_1000) >= reach)
      #expect(word >= 0x8000)
      #expect(UInt64(try RetaggedZImage(bytes.span).reachBytes) >= reach)
    }
  }

  /// What the first nine words are meant to be.
  private static let source = """
            .arch armv4
            .arm
    start:  b     start + 0x1000
            .rept 8
            mov   r0, r0
            .endr

    """

  @Test("The code in front is one branch, and nothing that changes a register")
  func code() async throws {
    let folder = try Scratch.folder("retag")
    let source = try Scratch.file("code.s", Self.source.utf8)
    let object = folder.appending(path: "code.o").path
    let code = folder.appending(path: "code").path
    // The target lies beyond the section; its place is known all the same.
    try await Program.succeed("arm-linux-gnueabi-as", "-o", object, source)
    try await Program.succeed("arm-linux-gnueabi-objcopy", "-O", "binary", object, code)
    let bytes = try RetaggedZImage.write(Self.zImage.span, reach: 100_000)
    #expect(Array(bytes[..<36]) == (try Scratch.bytes(code)))
  }

  @Test(
    "A tag with a field that cannot be is refused",
    arguments: [(0, 7), (2, 2), (3, 0x2000), (3, 0), (4, 3), (4, 0xffff_ffff)] as [(Int, UInt32)])
  func hostile(index: Int, value: UInt32) throws {
    var bytes = try RetaggedZImage.write(Self.zImage.span, reach: 100_000)
    SampleBundle.set(value, at: 0x58 + 4 * index, in: &bytes)
    #expect(throws: BundleError.self) { _ = try RetaggedZImage(bytes.span) }
  }

  @Test("A retagged zImage that is cut is refused")
  func cut() throws {
    let bytes = try RetaggedZImage.write(Self.zImage.span, reach: 100_000)
    for count in stride(from: 0, to: bytes.count, by: 61) {
      #expect(throws: BundleError.self) {
        _ = try RetaggedZImage(Array(bytes[..<count]).span)
      }
    }
  }
}
