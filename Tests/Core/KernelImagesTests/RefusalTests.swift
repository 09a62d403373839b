// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inflation
import KernelImages
import SeededRandom
import Testing

@testable import Samples

@Suite struct RefusalTests {
  @Test(
    "A file that is no kernel is refused by what it looks like",
    arguments: [
      ("this is not a kernel\n", "a text file"), ("#!/bin/sh\nexit 0\n", "a script"),
      ("<!DOCTYPE html>\n<HTML>404", "an HTML page"),
      ("<html><body>not found", "an HTML page"),
      ("/dts-v1/;\n/ { };\n", "a device tree's source"),
      ("00000000-1fffffff : System RAM\n", "a copy of /proc/iomem"),
      ("{\"schemaVersion\": 1}\n", "a saved plan"), ("%PDF-1.7\n\0", "a PDF document"),
      ("\u{0}GIF89a", "data of no known format"), ("GIF89a\0", "a picture (GIF)"),
      ("LUKS\u{ba}", "an encrypted disk"),
      (
        "!<arch>\ndebian-binary",
        "a Debian package or another archive of ar"
      ),
    ])
  func texts(_ text: String, _ name: String) {
    for repeats in [1, 5000] {
      let bytes = Array(String(repeating: text, count: repeats).utf8)
      #expect(looks(bytes) == name)
    }
  }

  /// What a refused file looks like; nil when it is not refused so.
  private func looks(_ bytes: [UInt8]) -> String? {
    do throws(KernelImageError) {
      _ = try KernelImage.of(bytes)
      return nil
    } catch {
      guard case .notAKernel(let content) = error else { return nil }
      #expect(!content.hint.isEmpty)
      return content.name
    }
  }

  @Test("A kernel module and a program of a running system are named, whatever they are for")
  func elf() {
    for (machine, wide) in [(40, false), (40, true), (62, true), (183, true)] {
      var bytes = [UInt8](repeating: 0, count: 4096)
      bytes.replaceSubrange(0..<7, with: [0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1])
      bytes[16] = 1
      bytes[18] = UInt8(machine)
      #expect(looks(bytes) == "a kernel module or another object file")
      // A program header that names the dynamic linker.
      bytes[16] = 3
      bytes[wide ? 32 : 28] = 64
      bytes[wide ? 54 : 42] = wide ? 56 : 32
      bytes[wide ? 56 : 44] = 2
      bytes[wide ? 64 + 56 : 64 + 32] = 3
      #expect(looks(bytes) == "a program for a running Linux")
    }
  }

  @Test("An empty file is refused")
  func empty() {
    #expect(throws: KernelImageError.empty) { try KernelImage.of([]) }
    #expect(throws: KernelImageError.empty) { try Initrd.of([]) }
  }

  @Test("Zeros and noise are not kernels, compressed or not")
  func noise() throws {
    #expect(looks([UInt8](repeating: 0, count: 100_000)) == "zeros")
    var generator = SplitMix64(seed: 1)
    let noise = (0..<1_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for bytes in [noise, Builder.gzip(noise)] {
      #expect {
        try KernelImage.of(bytes)
      } throws: { error in
        if case .notAKernel = error as? KernelImageError { true } else { false }
      }
    }
  }

  @Test("A plain Image without the pair is refused unless its type is stated")
  func plainImage() throws {
    var synthetic = SyntheticImage()
    synthetic.hasPair = false
    let bytes = synthetic.bytes()
    #expect(throws: KernelImageError.self) { try KernelImage.of(bytes) }
    let image = try KernelImage.of(bytes, IdentificationOptions(type: .image))
    #expect(image.chain == ["Image"])
    #expect(image.kernel?.bssBytes.source == .estimate)
    let packed = try KernelImage.of(
      Builder.gzip(bytes), IdentificationOptions(type: .image))
    #expect(packed.chain == ["gzip", "Image"])
  }

  @Test("A stated type that is not the file's is an error")
  func wrongType() throws {
    let bytes = SyntheticZImage().bytes()
    #expect(throws: Never.self) {
      try KernelImage.of(bytes, IdentificationOptions(type: .zImage))
    }
    #expect(
      throws: KernelImageError.wrongType(expected: "uImage", found: "zImage → gzip → Image")
    ) {
      try KernelImage.of(bytes, IdentificationOptions(type: .uImage))
    }
  }

  @Test("Kernels of other architectures are named")
  func others() throws {
    func marked(_ marks: [(Int, [UInt8])]) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 4096)
      for (offset, mark) in marks {
        bytes.replaceSubrange(offset..<(offset + mark.count), with: mark)
      }
      return bytes
    }
    let cases: [([UInt8], String, String)] = [
      (marked([(0, [0x4d, 0x5a]), (56, Array("ARM\u{64}".utf8))]), "arm64 Image", "arm64"),
      (marked([(56, [0x52, 0x53, 0x43, 0x05])]), "RISC-V Image", "RISC-V"),
      (marked([(0x1fe, [0x55, 0xaa]), (0x202, Array("HdrS".utf8))]), "bzImage", "x86"),
      (marked([(0, [0x7f, 0x45, 0x4c, 0x46, 2, 1]), (18, [62, 0])]), "ELF", "x86_64"),
      (
        marked([
          (0, [0x4d, 0x5a]), (0x3c, [0x40]), (0x40, [0x50, 0x45, 0, 0, 0x64, 0x86, 1]),
          (0x58, Array(".linux".utf8)),
        ]), "UKI", "x86_64"
      ),
      (
        marked([(0, [0x4d, 0x5a]), (0x3c, [0x40]), (0x40, [0x50, 0x45, 0, 0, 0x64, 0xaa, 0])]),
        "PE", "arm64"
      ),
    ]
    for (bytes, kind, architecture) in cases {
      let image = try KernelImage.of(bytes)
      #expect(image.chain == [kind])
      #expect(image.otherArchitecture == architecture)
      #expect(image.kernel == nil)
      let packed = try KernelImage.of(Builder.gzip(bytes))
      #expect(packed.chain == ["gzip", kind])
    }
    // A zboot program is looked into.
    let inner = Builder.gzip(cases[0].0)
    var zboot = Builder()
    zboot.text("MZ", length: 4)
    zboot.text("zimg", length: 4)
    zboot.word(64)
    zboot.word(UInt32(inner.count))
    zboot.text("", length: 8)
    zboot.text("gzip", length: 40)
    #expect(
      try KernelImage.of(zboot.bytes + inner).chain == ["zboot", "gzip", "arm64 Image"])
  }

  @Test("Wrappers may be nested, but not without end")
  func nesting() throws {
    var bytes = SyntheticZImage().bytes()
    for _ in 0..<3 { bytes = Builder.gzip(bytes) }
    #expect(
      try KernelImage.of(bytes).chain == ["gzip", "gzip", "gzip", "zImage", "gzip", "Image"])
    for _ in 0..<6 { bytes = Builder.gzip(bytes) }
    #expect(throws: KernelImageError.tooDeep(limit: 8)) { try KernelImage.of(bytes) }
  }

  @Test("Inflating stops at the limit")
  func limit() throws {
    let scratch = try Scratch()
    try scratch.run("head -c 400000000 /dev/zero | gzip -1 > bomb")
    let bytes = try scratch.read("bomb")
    #expect {
      try KernelImage.of(bytes)
    } throws: { error in
      if case .inflation(_, _, .exceedsLimit) = error as? KernelImageError { true } else { false }
    }
  }
}
