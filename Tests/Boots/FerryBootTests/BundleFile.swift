// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// A bundle as docs/bundle.md describes it, read without our own reader.
struct BundleFile {
  struct Segment {
    let name: String
    let first: Int
    let memoryBytes: Int
    let fileOffset: Int
    let fileBytes: Int
  }

  var bytes: [UInt8]
  let manifest: Int
  let manifestBytes: Int
  /// Of Ferry alone: all that stands before the manifest.
  var ferryBytes: Int { manifest }

  init(_ path: String) throws {
    bytes = try Scratch.bytes(path)
    // The tags: words, id, data; ours is KXBF.
    var tag = Self.word(bytes, 0x38)
    while Self.word(bytes, tag) != 0, Self.word(bytes, tag + 4) != 0x4642_584b {
      tag += 4 * Self.word(bytes, tag)
    }
    manifest = Self.word(bytes, tag + 12)
    manifestBytes = Self.word(bytes, tag + 16)
  }

  static func word(_ bytes: [UInt8], _ at: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }

  func word(_ index: Int) -> Int { Self.word(bytes, manifest + 4 * index) }

  /// The words of the manifest before its lists: 11 up to the digest, 8 of the request, 6 of the
  /// UART, 3 counts.
  private static let listsAt = 11 + 8 + 6 + 3

  var segments: [Segment] {
    let lists = Self.listsAt + 2 * (word(Self.listsAt - 3) + word(Self.listsAt - 2))
    return (0..<word(Self.listsAt - 1)).map { index in
      let at = manifest + 4 * lists + 64 * index
      let name = bytes[at..<at + 16].prefix { $0 != 0 }
      let words = (4..<8).map { Self.word(bytes, at + 4 * $0) }
      return Segment(
        name: String(decoding: name, as: UTF8.self), first: words[0], memoryBytes: words[1],
        fileOffset: words[2], fileBytes: words[3])
    }
  }

  /// Changes a word of the manifest and makes its digest right again.
  mutating func set(_ index: Int, _ value: UInt8) async throws {
    bytes[manifest + 4 * index] = value
    let body = bytes[manifest + 44..<manifest + manifestBytes]
    let file = try Scratch.file("manifest", body)
    let hex = try await Program.succeed("sha256sum", file).text.prefix(64)
    for place in 0..<32 {
      let digits = hex.dropFirst(2 * place).prefix(2)
      guard let byte = UInt8(digits, radix: 16) else {
        throw Program.Failure(command: "sha256sum", errors: String(hex))
      }
      bytes[manifest + 12 + place] = byte
    }
  }

  func save() throws -> String { try Scratch.file("changed.img", bytes) }
}
