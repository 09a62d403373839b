// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

/// Decompressors of other ages and configurations than the real kernels at hand: the instructions
/// that the reader looks for, assembled by binutils at chosen places.
@Suite struct DecompressorTests {
  /// Assembles code that starts behind the size table of a synthetic zImage.
  ///
  /// `old` chooses the table of addresses that kernels before about v5.8 have, instead of offsets.
  private func assembled(
    isThumb: Bool, old: Bool, fixed: UInt32?, atags: Bool, link: UInt32, size: Int, sizeWord: Int
  ) throws -> (bytes: [UInt8], symbols: [String: UInt64]) {
    let scratch = try Scratch()
    let destination =
      fixed.map { "ldr r4, =\($0)" }
      ?? (old
        ? "mov r4, pc\nand r4, r4, #0xf8000000\nadd r4, r4, #0x108000"
        : "mov r0, pc\nand r0, r0, #0xf8000000\nadd r4, r0, #0x108000")
    let start =
      old
      ? "adr r0, table\nldmia r0, {r1, r2, r3, r6, r10, r11, r12}"
      : """
      adr r0, offsets
      ldr sp, [r0]
      ldr r6, [r0, #4]
      add sp, sp, r0
      add r6, r6, r0
      \(isThumb ? "adr.w" : "adr") r9, distance
      ldr r10, [r9]
      add r10, r10, r9
      """
    let source = """
      .syntax unified
      .arch armv7-a
      .text
      \(isThumb ? ".thumb" : ".arm")
      nop
      .align 2
      \(destination)
      .align 2
      restart:
      \(start)
      add r10, sp, #0x20000
      \(atags ? "cmp r0, #1\nsub\(isThumb ? ".w" : "") r0, r4, #0x8000" : "")
      add r10, r10, #16384
      cmp r4, r10
      add\(isThumb ? ".w" : "") r10, r4, r9
      \(isThumb ? "adr.w" : "adr") r9, wont_overwrite
      cmp r10, r9
      add\(isThumb ? ".w" : "") r10, r10, #0xc00
      bic\(isThumb ? ".w" : "") r10, r10, #255
      \(isThumb ? "adr.w" : "adr") r5, restart
      bic r5, r5, #31
      .align 2
      wont_overwrite:
      nop
      .align 2
      table:
      .word \(link) + \(Self.codeOffset) + table - 0b, 1, 2, \(link) + \(size)
      .word \(link) + \(sizeWord), 3, 4, \(link) + \(size) + 0x1234 + 4096
      .align 2
      offsets:
      .word \(size) + 0x1234 + 4096 - (\(Self.codeOffset) + offsets - 0b)
      .word \(size) - (\(Self.codeOffset) + offsets - 0b)
      distance:
      .word \(sizeWord) - (\(Self.codeOffset) + distance - 0b)
      .ltorg
      """
    let labelled = source.replacingOccurrences(of: ".thumb\n", with: ".thumb\n0:\n")
      .replacingOccurrences(of: ".arm\n", with: ".arm\n0:\n")
      .replacingOccurrences(of: "0b", with: "first").replacingOccurrences(of: "0:", with: "first:")
    try scratch.write("code.s", Array((labelled + "\n").utf8))
    try scratch.run(
      "arm-linux-gnueabihf-as -o code.o code.s"
        + " && arm-linux-gnueabihf-objcopy -O binary -j .text code.o code.bin")
    var symbols: [String: UInt64] = [:]
    for line in try scratch.run("arm-linux-gnueabihf-nm code.o").split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count == 3, let value = UInt64(fields[0], radix: 16) {
        symbols[String(fields[2])] = value + UInt64(Self.codeOffset)
      }
    }
    return (try scratch.read("code.bin"), symbols)
  }

  static let codeOffset = 0xa4
  static let codeRoom = 0x200

  @Test(
    "Decompressors of any age, in ARM and Thumb code, tell the same facts",
    arguments: [false, true], [false, true])
  func forms(_ isThumb: Bool, _ old: Bool) throws {
    for fixed in [nil, 0x6000_8000 as UInt32] {
      for atags in [false, true] {
        for link: UInt32 in [0, 0x1000_0000] {
          var zImage = SyntheticZImage(
            isThumb: isThumb, hasCode: false, tagWords: nil, link: link)
          zImage.image.textOffset = 0x10_8000
          zImage.payloadOffset = Self.codeOffset + Self.codeRoom
          var bytes = zImage.bytes()
          let sizeWord = bytes.count - 29 - 4
          let code = try assembled(
            isThumb: isThumb, old: old, fixed: fixed, atags: atags, link: link, size: bytes.count,
            sizeWord: sizeWord)
          try #require(code.bytes.count <= Self.codeRoom)
          bytes.replaceSubrange(
            Self.codeOffset..<(Self.codeOffset + code.bytes.count), with: code.bytes)
          let kernel = try #require(try KernelImage.of(bytes).kernel)
          let found = try #require(kernel.zImage)
          let restart = try #require(code.symbols["restart"])
          #expect(found.movedFrom.value.rawValue == restart & ~31)
          #expect(found.wontOverwriteLowest.rawValue == code.symbols["wont_overwrite"])
          #expect(found.wontOverwriteHighest.rawValue == code.symbols["wont_overwrite"])
          #expect(found.relocationBump.value.rawValue == 0xc00)
          #expect(found.bssBytes.value.rawValue == 0x1234)
          #expect(found.heapBytes.value.rawValue == 0x2_0000)
          #expect(found.heapBytes.source == .decompressor)
          #expect(found.mergesATAGs?.value == atags)
          #expect(found.linkAddress.rawValue == UInt64(link))
          #expect(found.payloadEnd.rawValue == UInt64(sizeWord + 4))
          let expected = fixed.map { ZImage.Destination.fixed(PhysicalAddress(UInt64($0))) }
          #expect(found.destination.value == expected ?? .window)
          #expect(found.destination.source == .decompressor)
          #expect(kernel.textOffset.value.rawValue == 0x10_8000)
        }
      }
    }
  }

  @Test("T is read from the decompressor when the inflated kernel does not tell it")
  func textOffset() throws {
    var zImage = SyntheticZImage(hasCode: false, tagWords: nil)
    zImage.image.hasPair = false
    zImage.payloadOffset = Self.codeOffset + Self.codeRoom
    var bytes = zImage.bytes()
    let code = try assembled(
      isThumb: false, old: false, fixed: nil, atags: false, link: 0, size: bytes.count,
      sizeWord: bytes.count - 33)
    bytes.replaceSubrange(
      Self.codeOffset..<(Self.codeOffset + code.bytes.count), with: code.bytes)
    let kernel = try #require(try KernelImage.of(bytes).kernel)
    #expect(kernel.textOffset.value.rawValue == 0x10_8000)
    #expect(kernel.textOffset.source == .decompressor)
  }

  @Test("What cannot be read is bounded from above, and that is a warning")
  func bounded() throws {
    let image = try KernelImage.of(SyntheticZImage().bytes())
    let found = try #require(image.kernel?.zImage)
    #expect(found.relocationBump == Figure(ByteCount(UInt64(0x1000)), .estimate, "bounded"))
    #expect(found.bssBytes == Figure(ByteCount(UInt64(0x2000)), .estimate, "bounded"))
    #expect(found.movedFrom == Figure(.zero, .estimate, "bounded"))
    #expect(found.wontOverwriteLowest < found.wontOverwriteHighest)
    #expect(found.mergesATAGs == nil)
    #expect(image.diagnostics.map(\.code) == [.decompressorBounded])
  }
}
