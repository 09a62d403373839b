// SPDX-License-Identifier: Apache-2.0
import Bundles
import TestLab
import Testing

struct BundleWrappingTests {
  private static let bundle = (0..<20_000).map { UInt8($0 % 251) }

  @Test("mkimage reads the uImage and finds both checksums right")
  func uImage() async throws {
    let bytes = BundleWrapping.uimage.file(around: Self.bundle, load: 0x4800_0000)
    #expect(Array(bytes[64...]) == Self.bundle)
    let file = try Scratch.file("uImage", bytes)
    let text = try await Program.succeed("mkimage", "-l", file).text
    #expect(text.contains("Image Name:   swift-kexec bundle"))
    #expect(text.contains("ARM Linux Kernel Image (uncompressed)"))
    #expect(text.contains("Load Address: 48000000"))
    #expect(text.contains("Entry Point:  48000000"))
    #expect(text.contains("20000 Bytes"))
    #expect(!text.lowercased().contains("bad"))
    var damaged = bytes
    damaged[100] ^= 1
    let outcome = try await Program.run("dumpimage", ["-l", try Scratch.file("bad", damaged)])
    #expect(outcome.code != 0 || outcome.text != text)
  }

  @Test("readelf finds one loadable segment at the address, which is the entry")
  func elf() async throws {
    let bytes = BundleWrapping.elf.file(around: Self.bundle, load: 0x4800_0000)
    #expect(Array(bytes[4096...]) == Self.bundle)
    let text = try await Program.succeed(
      "arm-linux-gnueabi-readelf", "-hl", try Scratch.file("elf", bytes)
    ).text
    #expect(text.contains("Machine:                           ARM"))
    #expect(text.contains("Entry point address:               0x48000000"))
    #expect(
      text.contains("LOAD           0x001000 0x48000000 0x48000000 0x04e20 0x04e20 RWE 0x4"))
  }

  @Test("A zImage and raw bytes are the bundle itself", arguments: [BundleWrapping.zimage, .raw])
  func plain(wrapping: BundleWrapping) {
    #expect(wrapping.file(around: Self.bundle, load: 0) == Self.bundle)
    #expect(!wrapping.needsAddress)
  }
}
