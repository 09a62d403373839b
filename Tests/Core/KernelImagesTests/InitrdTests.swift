// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inflation
import KernelImages
@testable import Samples
import Testing

@Suite struct InitrdTests {
  private func archive(_ scratch: Scratch, _ content: String) throws -> [UInt8] {
    try scratch.write("file", Array(content.utf8))
    try scratch.run("echo file | cpio -o -H newc > archive")
    return try scratch.read("archive")
  }

  @Test("An archive made by cpio is walked to its trailer")
  func plain() throws {
    let bytes = try archive(Scratch(), "hello")
    let initrd = try Initrd.of(bytes)
    #expect(initrd.chain == ["cpio"])
    #expect(initrd.payload == .slice(offset: 0, count: UInt64(bytes.count)))
    #expect(initrd.diagnostics.isEmpty)
  }

  @Test(
    "Archives of every compression are recognised",
    arguments: [
      "gzip -c", "xz -c --check=crc32", "lzma -c", "lzop -c", "lz4 -l -c", "zstd -c",
      "bzip2 -c",
    ])
  func compressed(_ command: String) throws {
    let scratch = try Scratch()
    _ = try archive(scratch, "hello")
    try scratch.run("\(command) < archive > packed")
    let bytes = try scratch.read("packed")
    let name = ["gzip", "xz", "lzma", "lzo", "lz4", "zstd", "bzip2"].first {
      command.hasPrefix($0)
    }
    for verify in [false, true] {
      let initrd = try Initrd.of(bytes, verify: verify)
      #expect(initrd.chain == [name, "cpio"])
      #expect(initrd.segments[0].byteCount == UInt64(bytes.count))
    }
  }

  @Test("Archives that follow each other are told apart")
  func concatenated() throws {
    let scratch = try Scratch()
    let first = try archive(scratch, "early microcode")
    try scratch.run("gzip -c archive > packed")
    let second = try scratch.read("packed")
    let bytes = first + second + [0, 0, 0, 0, 0] + second
    let initrd = try Initrd.of(bytes, verify: true)
    #expect(initrd.faults.isEmpty)
    #expect(initrd.segments.map(\.compression) == [nil, .gzip, .gzip])
    #expect(
      initrd.segments.dropFirst().map(\.offset)
        == [UInt64(first.count), UInt64(first.count + second.count + 5)])
    #expect(initrd.diagnostics.isEmpty)
  }

  @Test("A ramdisk in a uImage is taken out of it")
  func wrapped() throws {
    let scratch = try Scratch()
    let bytes = try archive(scratch, "hello")
    try scratch.run("mkimage -A arm -O linux -T ramdisk -C none -n initrd -d archive uInitrd")
    let wrapped = try scratch.read("uInitrd")
    let initrd = try Initrd.of(wrapped)
    #expect(initrd.uImageName == "initrd")
    #expect(initrd.chain == ["uImage", "cpio"])
    #expect(try initrd.payload.bytes(of: wrapped) == bytes)
    #expect(try KernelImage.of(wrapped).chain == ["uImage", "cpio"])
    var damaged = wrapped
    damaged[wrapped.count - 1] ^= 1
    #expect(throws: KernelImageError.self) { try Initrd.of(damaged) }
  }

  @Test("What the kernel cannot unpack is a warning")
  func unknown() throws {
    #expect(try Initrd.of(Array("hello".utf8)).diagnostics.map(\.severity) == [.warning])
    let notArchive = try Initrd.of(Builder.gzip(Array("hello, hello".utf8)))
    #expect(notArchive.diagnostics.map(\.severity) == [.warning])
    #expect(throws: KernelImageError.self) { try Initrd.of([0, 0, 0]) }
  }

  @Test("An archive that is cut off is an error or a warning wherever it is cut")
  func truncated() throws {
    let bytes = try archive(Scratch(), "hello")
    let trailer = try #require(bytes.firstRange(of: Array("TRAILER!!!".utf8))).upperBound
    for count in 6..<trailer {
      let initrd = try? Initrd.of(Array(bytes.prefix(count)))
      #expect(initrd?.diagnostics.isEmpty != true, "cut at \(count)")
    }
  }

  @Test("The initrd in the cache is recognised", .enabled(if: cached != nil))
  func real() throws {
    let bytes = try #require(Self.cached)
    #expect(try Initrd.of(bytes, verify: true).segments.allSatisfy(\.isArchive))
  }

  static let cached = FileManager.default.contents(
    atPath: CachedKernel.cache + "/initrd/initrd.img"
  ).map { [UInt8]($0) }
}
