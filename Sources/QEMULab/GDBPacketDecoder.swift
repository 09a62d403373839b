// SPDX-License-Identifier: Apache-2.0

/// Finds the packets in the output of a gdb stub, cut anywhere.
struct GDBPacketDecoder {
  /// The most bytes of one packet; QEMU's stub says 4096.
  static let limit = 1 << 16

  /// An item of the output.
  enum Event: Hashable {
    /// The stub accepted a packet (`+`).
    case taken
    /// The stub asks for a packet again (`-`).
    case refused
    /// A packet with a right checksum, unescaped and expanded.
    case packet([UInt8])
    /// A packet with a wrong checksum, a bad escape or more than ``limit`` bytes.
    case spoilt
  }

  private var pending: [UInt8] = []
  private var position = 0

  /// Adds a part of the output.
  mutating func add(_ bytes: [UInt8]) {
    pending.removeFirst(position)
    position = 0
    pending.append(contentsOf: bytes)
  }

  /// Removes the next item, or gives nil when more bytes are needed.
  mutating func next() -> Event? {
    while position < pending.count {
      let byte = pending[position]
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
        position += 1
        return byte == UInt8(ascii: "+") ? .taken : .refused
      }
      guard byte == UInt8(ascii: "$") else {
        position += 1
        continue
      }
      guard let hash = pending[position...].firstIndex(of: 0x23) else {
        guard pending.count - position > Self.limit else { return nil }
        position = pending.count
        return .spoilt
      }
      guard pending.count - hash > 2 else { return nil }
      let body = Array(pending[(position + 1)..<hash])
      let sum = GDBPacket.bytes(pending[(hash + 1)...(hash + 2)])
      position = hash + 3
      guard body.count <= Self.limit, sum == [GDBPacket.checksum(body)],
        let payload = Self.expand(body)
      else { return .spoilt }
      return .packet(payload)
    }
    return nil
  }

  /// Undoes escapes (`}`) and run lengths (`*`).
  private static func expand(_ body: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var index = 0
    while index < body.count {
      let byte = body[index]
      index += 1
      guard byte == UInt8(ascii: "}") || byte == UInt8(ascii: "*") else {
        result.append(byte)
        continue
      }
      guard index < body.count else { return nil }
      let operand = body[index]
      index += 1
      if byte == UInt8(ascii: "}") {
        result.append(operand ^ 0x20)
      } else {
        // The count is a printable character: 29 more than the number of repetitions of the last
        // byte.
        guard let last = result.last, (32...126).contains(operand) else { return nil }
        let count = Int(operand) - 29
        guard result.count + count <= limit else { return nil }
        result.append(contentsOf: repeatElement(last, count: count))
      }
    }
    return result
  }
}
