// SPDX-License-Identifier: Apache-2.0
import Digests
import Foundation
import Inflation
import KernelImages
@testable import Samples
import Testing

@Suite struct FITTests {
  private static func source(hash: String) -> String {
    """
    /dts-v1/;
    / {
      description = "a test";
      #address-cells = <1>;
      images {
        kernel-1 {
          data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux";
          compression = "none"; load = <0x80008000>; entry = <0x80008000>;
          hash-1 { algo = "\(hash)"; };
        };
        kernel-2 {
          data = /incbin/("packed"); type = "kernel"; arch = "arm"; os = "linux";
          compression = "gzip"; load = <0x80008000>; entry = <0x80008000>;
          hash-1 { algo = "sha1"; };
        };
        fdt-1 {
          data = /incbin/("tree"); type = "flat_dt"; arch = "arm"; compression = "none";
          hash-1 { algo = "md5"; };
        };
        ramdisk-1 {
          data = /incbin/("initrd"); type = "ramdisk"; arch = "arm"; os = "linux";
          compression = "none"; hash-1 { algo = "crc32"; };
        };
      };
      configurations {
        default = "conf-1";
        conf-1 { kernel = "kernel-1"; fdt = "fdt-1"; ramdisk = "ramdisk-1"; };
        conf-2 { kernel = "kernel-2"; loadables = "ramdisk-1"; };
      };
    };
    """
  }

  private func made(hash: String = "sha256", options: String = "") throws -> (Scratch, [UInt8]) {
    let scratch = try Scratch()
    try scratch.write("kernel", SyntheticZImage().bytes())
    try scratch.write("packed", Builder.gzip(SyntheticImage().bytes()))
    try scratch.write("initrd", Array("070701 not read here".utf8))
    try scratch.run("echo '/dts-v1/; / { a = <1>; };' | dtc -O dtb -o tree -")
    try scratch.write("source.its", Array(Self.source(hash: hash).utf8))
    try scratch.run("mkimage -f source.its \(options) fit.itb")
    return (scratch, try scratch.read("fit.itb"))
  }

  @Test(
    "The default configuration of a FIT is taken, wherever its data stand",
    arguments: ["", "-E", "-E -p 0x40000", "-E -B 0x100"])
  func defaultConfiguration(_ options: String) throws {
    let (scratch, bytes) = try made(options: options)
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["FIT", "zImage", "gzip", "Image"])
    #expect(image.layers[0].facts.contains(ImageFact("configuration", "conf-1")))
    #expect(try image.kernelBytes?.bytes(of: bytes) == scratch.read("kernel"))
    #expect(try image.initrds.map { try $0.bytes.bytes(of: bytes) } == [scratch.read("initrd")])
    #expect(
      try image.deviceTrees.map { try $0.bytes.bytes(of: bytes) } == [scratch.read("tree")])
  }

  @Test("A named configuration is taken, and one that is not there is refused")
  func namedConfiguration() throws {
    let (_, bytes) = try made()
    let image = try KernelImage.of(bytes, IdentificationOptions(fitConfiguration: "conf-2"))
    #expect(image.chain == ["FIT", "gzip", "Image"])
    #expect(image.initrds.count == 1)
    #expect(try image.inflated(from: bytes) == SyntheticImage().bytes())
    #expect(throws: KernelImageError.noConfiguration(name: "conf-9", known: ["conf-1", "conf-2"])) {
      try KernelImage.of(bytes, IdentificationOptions(fitConfiguration: "conf-9"))
    }
  }

  @Test(
    "A hash that does not match is an error", arguments: ["crc32", "md5", "sha1", "sha256"])
  func hashes(_ hash: String) throws {
    let (scratch, bytes) = try made(hash: hash)
    #expect(throws: Never.self) { try KernelImage.of(bytes) }
    let kernel = try scratch.read("kernel")
    let place = try #require(bytes.firstRange(of: kernel)?.lowerBound)
    var damaged = bytes
    damaged[place + 0x60] ^= 1
    #expect {
      try KernelImage.of(damaged)
    } throws: { error in
      if case .checksum = error as? KernelImageError { true } else { false }
    }
  }

  @Test("A hash that is not known is noted")
  func unknownHash() throws {
    let (_, bytes) = try made(hash: "sha512")
    #expect(try KernelImage.of(bytes).diagnostics.contains { $0.code == .notVerified })
  }

  @Test("A FIT that is cut off is refused at every length")
  func truncated() throws {
    let (_, bytes) = try made()
    for count in Array(0..<256) + stride(from: 256, to: bytes.count, by: 4099) {
      #expect(throws: KernelImageError.self) { try KernelImage.of(Array(bytes.prefix(count))) }
    }
  }

  @Test("A FIT that asks for the same hash again and again is refused")
  func hashBomb() throws {
    let scratch = try Scratch()
    var source = "/dts-v1/; / { images { kernel { data = /incbin/(\"kernel\"); type = \"kernel\";"
    for index in 0..<64 {
      source +=
        "hash-\(index) { algo = \"crc32\"; value = <\(CRC32.checksum(Self.kernel.span))>; };"
    }
    source += "}; }; };"
    try scratch.write("kernel", Self.kernel)
    try scratch.write("source.dts", Array(source.utf8))
    try scratch.run("dtc -O dtb -o fit source.dts")
    let bytes = try scratch.read("fit")
    #expect {
      try KernelImage.of(bytes)
    } throws: { error in
      if case .tooLarge = error as? KernelImageError { true } else { false }
    }
  }

  private static let kernel = SyntheticZImage().bytes()
}
