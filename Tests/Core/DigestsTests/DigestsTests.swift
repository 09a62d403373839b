// SPDX-License-Identifier: Apache-2.0
import Digests
import Foundation
import SeededRandom
import Testing

/// A digest under test and the name Python's hashlib or zlib has for it.
struct Algorithm: Sendable, CustomTestStringConvertible {
  let name: String
  let hash: @Sendable ([UInt8]) -> [UInt8]
  let piecewise: @Sendable ([UInt8], [Int]) -> [UInt8]

  var testDescription: String { name }

  init<D: Digest>(_ name: String, _ type: D.Type) {
    self.name = name
    hash = { D.hash($0.span) }
    piecewise = { message, cuts in
      var digest = D()
      var start = 0
      for cut in cuts.sorted() + [message.count] {
        digest.update(message.span.extracting(start..<cut))
        start = cut
      }
      return digest.finish()
    }
  }

  static let all = [
    Algorithm("sha256", SHA256.self), Algorithm("sha1", SHA1.self), Algorithm("md5", MD5.self),
    Algorithm("crc32", CRC32.self), Algorithm("adler32", Adler32.self),
  ]
}

@Suite("Digests")
struct DigestsTests {
  static let published: [(name: String, message: String, digest: String)] = [
    ("sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "sha1", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    ("md5", "", "d41d8cd98f00b204e9800998ecf8427e"),
    ("md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("crc32", "123456789", "cbf43926"),
    ("adler32", "Wikipedia", "11e60398"),
  ]

  @Test(
    "Published vectors (FIPS 180-4 examples, RFC 1321, CRC check value) come out",
    arguments: published)
  func publishedVectors(_ vector: (name: String, message: String, digest: String)) throws {
    let algorithm = try #require(Algorithm.all.first { $0.name == vector.name })
    #expect(hexadecimalText(of: algorithm.hash(Array(vector.message.utf8))) == vector.digest)
  }

  @Test("A million times the letter a gives the published SHA-256")
  func millionLetters() {
    let message = [UInt8](repeating: 0x61, count: 1_000_000)
    #expect(
      hexadecimalText(of: SHA256.hash(message.span))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "Every length up to 300 bytes and some long ones agree with Python", arguments: Algorithm.all)
  func agreesWithPython(_ algorithm: Algorithm) throws {
    let seed: UInt64 = 20260612
    var numbers = SplitMix64(seed: seed)
    let lengths = Array(0...300) + [5551, 5552, 5553, 11104, 65_536, 100_003]
    let messages = lengths.map { length in
      // All ones drive the sums of Adler-32 to their most.
      length % 7 == 3
        ? [UInt8](repeating: 0xff, count: length)
        : (0..<length).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    }
    let expected = try pythonDigests(algorithm.name, messages)
    #expect(expected.count == messages.count)
    for (message, expected) in zip(messages, expected) {
      #expect(
        hexadecimalText(of: algorithm.hash(message)) == expected,
        "\(message.count) bytes, seed \(seed)")
    }
  }

  @Test("Pieces of any size give the digest of the whole", arguments: Algorithm.all)
  func pieces(_ algorithm: Algorithm) {
    for seed in UInt64(1)...200 {
      var numbers = SplitMix64(seed: seed)
      let message = (0..<Int.random(in: 0...700, using: &numbers)).map { _ in
        UInt8.random(in: 0...255, using: &numbers)
      }
      let cuts = (0..<Int.random(in: 0...9, using: &numbers)).map { _ in
        Int.random(in: 0...message.count, using: &numbers)
      }
      #expect(algorithm.piecewise(message, cuts) == algorithm.hash(message), "seed \(seed)")
    }
  }

  @Test("Digest text keeps leading zeros and is lowercase")
  func text() {
    #expect(hexadecimalText(of: [0x00, 0x0a, 0xff, 0x9e]) == "000aff9e")
    #expect(hexadecimalText(of: []) == "")
  }

  @Test("The value of a checksum and its bytes are the same number")
  func valueAndBytes() {
    let message = Array("The quick brown fox".utf8)
    #expect(
      CRC32.hash(message.span).reduce(0) { $0 << 8 | UInt32($1) } == CRC32.checksum(message.span))
    #expect(
      Adler32.hash(message.span).reduce(0) { $0 << 8 | UInt32($1) }
        == Adler32.checksum(message.span))
  }
}

/// Asks Python for the digest of each message.
private func pythonDigests(_ name: String, _ messages: [[UInt8]]) throws -> [String] {
  let script = """
    import sys, hashlib, zlib
    data = sys.stdin.buffer.read()
    name, at = sys.argv[1], 0
    while at < len(data):
        count = int.from_bytes(data[at:at+4], 'little')
        message = data[at+4:at+4+count]
        at += 4 + count
        if name in ('crc32', 'adler32'):
            print('%08x' % getattr(zlib, name)(message))
        else:
            print(hashlib.new(name, message).hexdigest())
    """
  var input = Data()
  for message in messages {
    for shift in 0..<4 { input.append(UInt8(truncatingIfNeeded: message.count >> (8 * shift))) }
    input.append(contentsOf: message)
  }
  let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try input.write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", script, name]
  let output = Pipe()
  process.standardInput = try FileHandle(forReadingFrom: file)
  process.standardOutput = output
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
}
