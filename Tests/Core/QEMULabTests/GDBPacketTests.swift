// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import QEMULab

@Suite struct GDBPacketTests {
  @Test(
    "A payload is framed with its checksum, and what has a meaning is escaped",
    arguments: [
      ("", "$#00"), ("g", "$g#67"), ("qSupported", "$qSupported#37"),
      ("Pf=00004040", "$Pf=00004040#7b"), ("a#b$c}d*e", "$a}\u{3}b}\u{4}c}]d}\ne#51"),
    ])
  func encode(payload: String, framed: String) {
    let bytes = GDBPacket.encode(Array(payload.utf8))
    #expect(String(decoding: bytes, as: UTF8.self) == framed)
  }

  @Test("What is framed is found again, however it is cut, for every byte")
  func roundTrip() {
    let payload = (0...255).map { UInt8($0) }
    let stream = Array("+".utf8) + GDBPacket.encode(payload) + Array("-".utf8)
    for size in [1, 2, 3, 7, stream.count] {
      var decoder = GDBPacketDecoder()
      var events: [GDBPacketDecoder.Event] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        decoder.add(Array(stream[start..<min(start + size, stream.count)]))
        while let event = decoder.next() { events.append(event) }
      }
      #expect(events == [.taken, .packet(payload), .refused], "pieces of \(size) bytes")
    }
  }

  @Test(
    "Run lengths are expanded, and packets that are spoilt are told from good ones",
    arguments: [
      ("$0* #7a", GDBPacketDecoder.Event.packet(Array("0000".utf8))),
      ("noise$OK#9a", .packet(Array("OK".utf8))),
      ("$OK#9A", .packet(Array("OK".utf8))),
      ("$OK#9b", .spoilt), ("$OK#zz", .spoilt), ("$a}#de", .spoilt), ("$*!#4b", .spoilt),
      ("$#00", .packet([])),
    ])
  func decode(stream: String, event: GDBPacketDecoder.Event) {
    var decoder = GDBPacketDecoder()
    decoder.add(Array(stream.utf8))
    #expect(decoder.next() == event)
    #expect(decoder.next() == nil)
  }

  @Test("A packet that never ends is given up and not kept")
  func endless() {
    var decoder = GDBPacketDecoder()
    decoder.add([0x24] + [UInt8](repeating: 0x61, count: GDBPacketDecoder.limit + 1))
    #expect(decoder.next() == .spoilt)
    decoder.add(Array("$OK#9a".utf8))
    #expect(decoder.next() == .packet(Array("OK".utf8)))
  }

  @Test("Digits are read in pairs or not at all")
  func digits() {
    #expect(GDBPacket.bytes(Array("00fFa9".utf8)) == [0x00, 0xff, 0xa9])
    #expect(GDBPacket.bytes(Array("0".utf8)) == nil)
    #expect(GDBPacket.bytes(Array("0g".utf8)) == nil)
    #expect(GDBPacket.digits([0x00, 0xff, 0xa9]) == Array("00ffa9".utf8))
  }
}
