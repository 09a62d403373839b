// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages
@testable import Samples
import SeededRandom
import Testing

/// The model of the kernel's unpacker; LabBootTests/UnpackingTests holds it against kernels.
@Suite struct UnpackingTests {
  /// A command that makes an initrd of `archive`, a small one, and of `other`, another; and the faults
  /// that every kernel stops at.
  struct Case: Sendable, CustomStringConvertible {
    let command: String
    let faults: [String]
    var description: String { command }

    init(_ command: String, _ faults: String...) {
      self.command = command
      self.faults = faults
    }
  }

  private static let aligned = "data that must begin at a multiple of 4 bytes"

  static let cases = [
    Case("lz4 -q -c archive", "an lz4 frame"),
    Case("lz4 -l -q -c archive"),
    Case("xz -c archive", "xz data checked by CRC64"),
    Case("xz --check=sha256 -c archive", "xz data checked by SHA-256"),
    Case("xz --check=none -c archive"),
    Case("xz --check=crc32 --arm --lzma2 -c archive"),
    Case("xz --check=crc32 --delta --lzma2 -c archive", "xz data with another filter"),
    Case("xz --check=crc32 --x86 --arm --lzma2 -c archive", "xz data with more than two filters"),
    Case(
      "xz --check=crc32 --arm=start=4096 --lzma2 -c archive",
      "xz data with a filter that is set up"),
    Case("zstd -19 -q -c archive"),
    Case("zstd --long=28 -q -c <archive", "zstd data with a window of more than 128 MiB"),
    Case("lzop -c archive"),
    Case("lzop --crc32 -c archive"),
    Case("lzop -F -c archive", "lzop data without one checksum a block"),
    Case("gzip -N -c archive"),
    // A header with a comment.
    Case(
      "printf '\\037\\213\\010\\020\\0\\0\\0\\0\\0\\003hello\\0'; gzip -nc archive | tail -c +11",
      "gzip data with further fields in its header"),
    Case("cat archive; printf '\\0'; gzip -nc other", aligned),
    Case("cat archive; printf '\\0'; cat other", aligned),
    Case("cat archive; gzip -nc other"),
    Case(
      "lz4 -l -q -c archive; gzip -nc other",
      "data behind lz4 data without a word of zeros between them"),
    Case(
      "lz4 -l -q -c archive; printf '\\0\\0\\0'; gzip -nc other",
      "data behind lz4 data without a word of zeros between them"),
    Case("lz4 -l -q -c archive; printf '\\0\\0\\0\\0'; gzip -nc other"),
    Case("lz4 -l -q -c archive; lz4 -l -q -c other"),
    Case("echo file | cpio -o -H odc", "an archive of the old format"),
    Case("echo file | cpio -o -H odc | gzip -n", "an archive of the old format"),
    Case("(cat archive; echo junk) | gzip -n", "junk inside an archive"),
    Case(
      "(cat archive; printf '\\0'; cat other) | gzip -n",
      "an entry that does not begin at a multiple of 4 bytes"),
    Case("head -c 115 archive | gzip -n", "an archive that is cut off"),
    Case("cat archive other | gzip -n"),
  ]

  private func make(_ command: String) throws -> [UInt8] {
    let scratch = try Scratch()
    try scratch.write("file", Array("hello".utf8))
    try scratch.write("second", Array("something else".utf8))
    try scratch.run("echo file | cpio -o -H newc > archive; echo second | cpio -o -H newc > other")
    try scratch.run("(\(command)) > initrd")
    return try scratch.read("initrd")
  }

  @Test("What no kernel unpacks is told by what stands there", arguments: cases)
  func faults(_ one: Case) throws {
    let initrd = try Initrd.of(make(one.command), verify: true)
    let found = initrd.faults.filter { $0.kernels == .all }
    #expect(found.map(\.what) == one.faults)
    #expect(found.allSatisfy { !$0.hint.isEmpty })
  }

  @Test(
    "What only some kernels unpack names them",
    arguments: [
      ("zstd -q -c archive", UnpackingFault.Kernels.before(major: 5, minor: 9)),
      ("lz4 -l -q -c archive; head -c 8 /dev/zero; gzip -nc other", .before(major: 5, minor: 9)),
      ("echo file | cpio -o -H crc", .before(major: 5, minor: 19)),
      ("xz --check=crc32 --arm64 --lzma2 -c archive", .before(major: 6, minor: 12)),
      ("xz --check=crc32 --x86 --lzma2 -c archive", .without(filter: "X86")),
    ])
  func someKernels(_ command: String, _ kernels: UnpackingFault.Kernels) throws {
    #expect(try Initrd.of(make(command), verify: true).faults.map(\.kernels) == [kernels])
  }

  @Test(
    "What archives come to is that of all members, whatever the last word of the file says",
    arguments: ["", "head -c 65536 /dev/zero", "head -c 65537 /dev/zero | tr '\\0' '\\377'"])
  func unpackedBytes(_ behind: String) throws {
    let alone = try make("cat archive")
    let bytes = try make("gzip -9nc archive; \(behind)")
    let initrd = try Initrd.of(bytes, verify: true)
    #expect(initrd.unpackedBytes == UInt64(alone.count))
    #expect(initrd.isCounted)
    #expect(initrd.segments.count == 1 && initrd.faults.isEmpty)
    let both = try Initrd.of(make("gzip -9nc archive; gzip -9nc other"), verify: true)
    #expect(try both.unpackedBytes == UInt64(alone.count + make("cat other").count))
  }

  @Test("Erased flash behind the archives is left away and told, and nothing else is")
  func erased() throws {
    let bytes = try make("gzip -9nc archive; head -c 4096 /dev/zero | tr '\\0' '\\377'")
    for verify in [false, true] {
      let initrd = try Initrd.of(bytes, verify: verify)
      #expect(initrd.payload == .slice(offset: 0, count: UInt64(bytes.count - 4096)))
      #expect(initrd.diagnostics.map(\.code) == [.trailingBytes])
    }
    let junk = try make("gzip -9nc archive; echo AMLSECU")
    let initrd = try Initrd.of(junk, verify: true)
    #expect(initrd.payload == .slice(offset: 0, count: UInt64(junk.count)))
    #expect(initrd.diagnostics.map(\.code) == [.initrdNotUnpacked])
    #expect(throws: KernelImageError.self) { try Initrd.of([UInt8](repeating: 0xff, count: 99)) }
  }

  @Test(
    "Headers alone tell the end of a stream, and no less than what it unpacks to",
    arguments: [
      "xz --check=crc32", "xz --check=crc32 --block-size=9000", "lzop", "lz4 -l -q", "zstd -q",
      "zstd -19 -q", "zstd --no-check -q",
    ])
  func extents(_ packer: String) throws {
    var random = SplitMix64(seed: 15)
    let scratch = try Scratch()
    // Some of it can be compressed, some cannot.
    var content = [UInt8](repeating: 7, count: 300_000)
    for index in 0..<100_000 { content[index] = UInt8.random(in: 0...255, using: &random) }
    try scratch.write("file", content)
    try scratch.run("echo file | cpio -o -H newc | \(packer) -c > packed")
    let bytes = try scratch.read("packed") + [0, 0, 0, 0, 0]
    let heads = try Initrd.of(bytes)
    let counted = try Initrd.of(bytes, verify: true)
    #expect(heads.segments.map(\.byteCount) == [UInt64(bytes.count - 5)])
    #expect(counted.segments.map(\.byteCount) == heads.segments.map(\.byteCount))
    #expect(counted.isCounted)
    #expect(heads.unpackedBytes >= counted.unpackedBytes)
    #expect(!heads.isCounted || heads.unpackedBytes == counted.unpackedBytes)
    #expect(heads.unpackedBytes < 9 << 20)
  }

  @Test("Streams with damaged headers neither trap nor hang, verified or not")
  func damaged() throws {
    var random = SplitMix64(seed: 2026)
    for packer in ["xz --check=crc32", "lzop", "lz4 -l -q", "zstd -q", "gzip", "bzip2", "lzma"] {
      let whole = try make("\(packer) -c archive; head -c 4 /dev/zero; cat other")
      for _ in 0..<200 {
        var bytes = whole
        for _ in 0..<3 {
          bytes[Int.random(in: 0..<min(bytes.count, 60), using: &random)] = UInt8.random(
            in: 0...255, using: &random)
        }
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        for verify in [false, true] {
          guard let initrd = try? Initrd.of(bytes, verify: verify) else { continue }
          var end: UInt64 = 0
          for segment in initrd.segments {
            #expect(segment.offset >= end)
            end = segment.offset + segment.byteCount
          }
          #expect(end <= UInt64(bytes.count))
        }
      }
    }
  }

  @Test("The kernel's decoder takes the dictionary that the stream states")
  func decoders() throws {
    #expect(try Initrd.of(make("xz --check=crc32 -9 -c archive")).decoderBytes == 64 << 20)
    #expect(try Initrd.of(make("zstd --ultra -22 -q -c <archive")).decoderBytes == 128 << 20)
    #expect(try Initrd.of(make("lz4 -l -q -c archive")).decoderBytes == 8 << 20)
    #expect(try Initrd.of(make("gzip -c archive")).decoderBytes == 0)
  }
}
