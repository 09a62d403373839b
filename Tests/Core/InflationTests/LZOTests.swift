// SPDX-License-Identifier: Apache-2.0
import Foundation
import SeededRandom
import Testing

@testable import Inflation

@Suite("LZO")
struct LZOTests {
  static let options = [
    ["-1"], ["-2"], ["-3"], ["-7"], ["-9"], ["-9", "--crc32"], ["-1", "-CC"], ["-9", "-CC"],
    ["-1", "--crc32", "-CC"], ["-F"],
  ]

  @Test("Whatever lzop packs comes out again", arguments: options)
  func property(_ options: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let seeds = UInt64(1)...60
    for seed in seeds {
      let bytes = Samples.structured(seed: seed, most: seed % 10 == 0 ? 600_000 : 8_000)
      try Data(bytes).write(to: folder.appending(path: "\(seed)"))
    }
    // One run packs them all, each to its own file with its name in the header.
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["lzop", "-q"] + options + seeds.map { "\($0)" }
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    for seed in seeds {
      let packed = [UInt8](try Data(contentsOf: folder.appending(path: "\(seed).lzo")))
      let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "\(seed)")))
      let (output, inflated) = try inflateToArray(packed.span, as: .lzo, limit: 1 << 20)
      #expect(output == bytes, "seed \(seed), lzop \(options)")
      #expect(inflated.consumed == packed.count)
    }
  }

  /// Inflates a bare block into room for some bytes.
  private func block(_ input: [UInt8], room: Int) throws(LZO1XFault) -> [UInt8] {
    var output = [UInt8](repeating: 0xee, count: room)
    var span = output.mutableSpan
    let count = try inflateLZO1X(input.span, into: &span)
    return Array(output.prefix(count))
  }

  static let blocks: [(input: [UInt8], output: String)] = [
    ([17, 0, 0], ""),
    // First byte: 1 literal, then 3, then 4.
    ([18, 0x61, 17, 0, 0], "a"),
    ([20, 0x61, 0x62, 0x63, 17, 0, 0], "abc"),
    ([21, 0x61, 0x62, 0x63, 0x64, 17, 0, 0], "abcd"),
    // A literal run as the first instruction: 3 + 1 bytes.
    ([1, 0x61, 0x62, 0x63, 0x64, 17, 0, 0], "abcd"),
    // After 1 to 3 literals the instruction 0 copies 2 bytes from nearby.
    ([19, 0x61, 0x62, 0b0100, 0, 17, 0, 0], "abab"),
    // 64...: 3 bytes from distance 1, and one literal behind.
    ([18, 0x61, 0b0100_0001, 0, 0x7a, 17, 0, 0], "aaaaz"),
    // 32...: 2 + 31 + 9 bytes from distance 1.
    ([18, 0x61, 32, 9, 0, 0, 17, 0, 0], String(repeating: "a", count: 43)),
  ]

  @Test("Each kind of instruction does what it says", arguments: blocks)
  func instructions(_ vector: (input: [UInt8], output: String)) throws {
    #expect(try block(vector.input, room: 100) == Array(vector.output.utf8))
    #expect(try block(vector.input, room: vector.output.utf8.count) == Array(vector.output.utf8))
  }

  static let faults: [(input: [UInt8], kind: LZO1XFault.Kind)] = [
    ([], .endsEarly), ([17], .endsEarly), ([17, 0], .endsEarly), ([0], .endsEarly),
    ([18, 0x61], .endsEarly), ([255, 1, 2], .endsEarly), ([17, 0, 0, 0], .goesOn),
    ([18, 0x61, 18, 0, 0], .wrongEndMark), ([16, 1, 4, 0], .reachesBack),
    ([18, 0x61, 0b0100_0100, 0, 17, 0, 0], .reachesBack),
    ([18, 0x61, 32] + [UInt8](repeating: 0, count: 4000), .tooMuchOutput),
    ([0] + [UInt8](repeating: 0, count: 4000), .tooMuchOutput),
    ([18, 0x61, 32, 255, 0, 0, 17, 0, 0], .tooMuchOutput),
  ]

  @Test("Each kind of damage is named", arguments: faults)
  func namesDamage(_ vector: (input: [UInt8], kind: LZO1XFault.Kind)) {
    let fault = #expect(throws: LZO1XFault.self) { try block(vector.input, room: 100) }
    #expect(fault?.kind == vector.kind)
    #expect((0...vector.input.count).contains(fault?.offset ?? -1))
  }

  @Test("Noise read as a block neither traps nor writes beyond its room")
  func noise() {
    for seed in UInt64(1)...3000 {
      var numbers = SplitMix64(seed: seed)
      let input = Samples.random(Int.random(in: 0...300, using: &numbers), seed: seed)
      let room = Int.random(in: 0...500, using: &numbers)
      if let output = try? block(input, room: room) {
        #expect(output.count <= room, "seed \(seed)")
      }
    }
  }

  @Test("A few bytes cannot ask for a large block")
  func claims() throws {
    var packed = try Tool("lzop", "-1cF").run([UInt8](repeating: 7, count: 1000)).output
    let (_, inflated) = try inflateToArray(packed.span, as: .lzo, limit: 1000)
    #expect(inflated.produced == 1000)
    // The block's length of output: BE32 behind the header, whose end shows in the original.
    let head: [UInt8] = [0, 0, 0x03, 0xe8]
    let at = try #require((0..<packed.count - 4).first { Array(packed[$0..<$0 + 4]) == head })
    packed[at] = 0x03
    #expect(throws: InflationError.self) {
      try countInflated(packed.span, as: .lzo, limit: .max)
    }
    packed[at] = 0x05
    let error = #expect(throws: InflationError.self) {
      try countInflated(packed.span, as: .lzo, limit: .max)
    }
    #expect(error?.position.offset == at)
  }
}
