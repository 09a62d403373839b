// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import SeededRandom
import Testing

@Suite("Hostile device trees")
struct HostileTests {
  @Test("A tree cut anywhere is refused, whether or not the header is made to fit")
  func refusesTruncation() throws {
    let file = try DTC.compile(Samples.board)
    for count in 0..<file.count {
      var cut = Array(file.prefix(count))
      #expect(throws: DeviceTreeError.self, "cut to \(count)") { try DeviceTree(cut) }
      guard count >= 8 else { continue }
      cut[6] = UInt8(count >> 8)
      cut[7] = UInt8(count & 0xff)
      #expect(throws: DeviceTreeError.self, "shrunk to \(count)") { try DeviceTree(cut) }
    }
  }

  @Test("Every header byte at every value is either refused or read as dtc reads it")
  func survivesHeaders() throws {
    let file = try DTC.compile(FlattenedTests.sources[2])
    var mutants: [[UInt8]] = []
    for offset in 0..<40 {
      for value in [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 40, 0x7f, 0x80, 0xd0, 0xff]
      where file[offset] != UInt8(value) {
        var mutant = file
        mutant[offset] = UInt8(value)
        mutants.append(mutant)
      }
    }
    try Self.compare(mutants, "header", atLeast: 50)
  }

  @Test("5000 random changes are either refused or read as dtc reads them", arguments: [UInt64(1)])
  func survivesChanges(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let files = try [Samples.board, FlattenedTests.sources[2], FlattenedTests.sources[3]]
      .map { try DTC.compile($0, options: "-@") }
    var mutants: [[UInt8]] = []
    for index in 0..<5000 {
      var mutant = files[index % files.count]
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let offset = Int.random(in: 0..<mutant.count, using: &random)
        if Bool.random(using: &random) {
          mutant[offset] ^= 1 << UInt8.random(in: 0...7, using: &random)
        } else {
          mutant[offset] = UInt8.random(in: 0...255, using: &random)
        }
      }
      mutants.append(mutant)
    }
    try Self.compare(mutants, "seed \(seed)", atLeast: 1000)
  }

  /// Reads each file; what is accepted must be what dtc reads, and what dtc refuses be refused.
  static func compare(_ mutants: [[UInt8]], _ name: String, atLeast: Int) throws {
    try DTC.inFolder { dtc in
      var accepted: [Int: [UInt8]] = [:]
      let clock = ContinuousClock()
      var slowest = Duration.zero
      for (index, mutant) in mutants.enumerated() {
        slowest = max(
          slowest,
          clock.measure {
            do throws(DeviceTreeError) {
              accepted[index] = try DeviceTree(mutant).flattened()
            } catch {
              #expect(!error.description.isEmpty)
            }
          })
        if accepted[index] != nil { try dtc.write("\(index).dtb", mutant) }
      }
      #expect(slowest < .seconds(1), "\(name)")
      #expect(accepted.count >= atLeast, "\(name): the test must not be about refusals only")
      try dtc.shell(
        """
        ls | grep 'dtb$' | xargs -P 2 -I F sh -c 'dtc -f -q -q -I dtb -O dtb -o F.out F || :'
        """)
      for (index, written) in accepted {
        let expected = try? dtc.read("\(index).dtb.out")
        #expect(written == expected, "\(name), file \(index)")
      }
    }
  }

  /// Writes a file of parts, each at the place where the one before ends.
  static func file(structure: [UInt32], strings: [UInt8] = []) -> [UInt8] {
    let size = UInt32(56 + structure.count * 4 + strings.count)
    let header: [UInt32] = [
      0xd00d_feed, size, 56, 56 + UInt32(structure.count * 4), 40, 17, 16, 0,
      UInt32(strings.count), UInt32(structure.count * 4), 0, 0, 0, 0,
    ]
    return (header + structure).flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    } + strings
  }

  @Test("The smallest tree is read, and each rule broken in it is named")
  func namesBrokenRules() throws {
    let name = Array("name\0".utf8)
    #expect(try DeviceTree(Self.file(structure: [1, 0, 2, 9])) == DeviceTree())
    func refuse(
      _ structure: [UInt32], _ strings: [UInt8] = [], _ subject: DeviceTreeError.Subject,
      _ offset: UInt64, _ problem: DeviceTreeError.Problem,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        throws: DeviceTreeError(subject, at: offset, problem), sourceLocation: sourceLocation
      ) { try DeviceTree(Self.file(structure: structure, strings: strings)) }
    }
    refuse([], [], .structure, 56, .truncated(needed: 4, available: 0))
    refuse(
      [9], [], .structure, 56, .unexpectedToken(9, expected: "the beginning of the root node"))
    refuse(
      [1, 0, 2, 2], [], .structure, 68, .unexpectedToken(2, expected: "the end of the structure"))
    refuse(
      [1, 0, 3, 0xffff_fffc, 0], name, .structure, 76, .truncated(needed: 0xffff_fffc, available: 0)
    )
    refuse([1, 0, 3, 0, 5, 2, 9], name, .structure, 76, .truncated(needed: 6, available: 5))
    refuse([1, 0, 3, 0, 4, 2, 9], name, .strings, 88, .invalidName("a property needs a name"))
    refuse(
      [1, 0, 3, 0, 0, 2, 9], Array("name".utf8), .strings, 84, .invalidName("no zero byte ends it"))
    refuse(
      [1, 0, 3, 0, 0, 2, 9], [0xc3, 0xa9, 0], .strings, 84,
      .invalidName("byte 0xc3 is not printable ASCII"))
    refuse(
      [1, 0, 1, 0x6100_0000, 2, 3, 0, 0, 2, 9], name, .structure, 76,
      .unexpectedToken(3, expected: "no property behind the first child"))
    refuse(
      [1, 0, 1, 0, 2, 2, 9], [], .structure, 68,
      .invalidName("a node has 1 to 255 characters and no /, only the root has none"))
    refuse(
      [1, 0, 1, 0x2f61_0000, 2, 2, 9], [], .structure, 68,
      .invalidName("a node has 1 to 255 characters and no /, only the root has none"))
    refuse(
      [1, 0, 7, 2, 9], [], .structure, 64,
      .unexpectedToken(7, expected: "a property, a child or the end of the node"))
  }

  @Test("64 levels are read and 65 refused")
  func boundsDepth() throws {
    func nested(_ levels: Int) -> [UInt8] {
      let begin = [[UInt32]](repeating: [1, 0x6100_0000], count: levels - 1).flatMap { $0 }
      let ends = [UInt32](repeating: 2, count: levels)
      return Self.file(structure: [1, 0] + begin + ends + [9])
    }
    #expect(try DeviceTree(nested(64)).flattened() == nested(64))
    #expect(throws: DeviceTreeError.self) { try DeviceTree(nested(65)) }
    #expect(throws: DeviceTreeError.self) { try DeviceTree(nested(100_000)) }
  }

  @Test("Counts and lengths are bounded: no small file costs much memory or time")
  func boundsCounts() throws {
    let clock = ContinuousClock()
    let duration = clock.measure {
      let nodes = [[UInt32]](repeating: [1, 0x6100_0000, 2], count: 65_535).flatMap { $0 }
      #expect(
        (try? DeviceTree(Self.file(structure: [1, 0] + nodes + [2, 9])))?.root.children.count
          == 65_535)
      #expect(throws: DeviceTreeError.self) {
        try DeviceTree(Self.file(structure: [1, 0, 1, 0x6100_0000, 2] + nodes + [2, 9]))
      }
      let long = [UInt8](repeating: 0x61, count: 1 << 20) + [0]
      let properties: [UInt32] = (0..<131_073).flatMap { [3, 0, UInt32($0)] }
      #expect(throws: DeviceTreeError.self) {
        try DeviceTree(Self.file(structure: [1, 0] + properties + [2, 9], strings: long))
      }
      let short = [UInt8](repeating: 0x61, count: 255) + [0]
      let same: [UInt32] = (0..<131_073).flatMap { _ in [UInt32(3), 0, 0] }
      #expect(throws: DeviceTreeError.self) {
        try DeviceTree(Self.file(structure: [1, 0] + same + [2, 9], strings: short))
      }
      #expect(throws: DeviceTreeError.self) {
        var endless = Self.file(structure: [1, 0, 2, 9])
        endless += [UInt8](repeating: 1, count: 1 << 20)
        endless[4...7] = [0, 0x10, 0, 0x48]
        endless[16...19] = [0, 0, 0, 0x48]
        _ = try DeviceTree(endless)
      }
    }
    #expect(duration < .seconds(20))
  }
}
