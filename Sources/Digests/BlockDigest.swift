// SPDX-License-Identifier: Apache-2.0

/// The chaining value of a digest that works on blocks of 64 bytes.
protocol ChainingValue: Sendable {
  /// Starts with the initial value of the algorithm.
  init()

  /// Whether the words and the length of the message are written high byte first.
  static var isBigEndian: Bool { get }

  /// Mixes in the 64 bytes that start at an offset.
  mutating func compress(_ message: Span<UInt8>, at offset: Int)

  /// The words of the value, first to last.
  var words: [UInt32] { get }
}

/// Cuts a message into blocks and pads its end.
///
/// Source: FIPS 180-4 section 5.1.1; RFC 1321 sections 3.1 and 3.2 (the same with low byte first).
struct BlockDigest<Value: ChainingValue>: Sendable {
  private var value = Value()
  private var pending = InlineArray<64, UInt8>(repeating: 0)
  private var pendingCount = 0
  private var total: UInt64 = 0

  mutating func update(_ bytes: Span<UInt8>) {
    total &+= UInt64(bytes.count)
    var offset = 0
    if pendingCount > 0 {
      while pendingCount < 64, offset < bytes.count {
        pending[pendingCount] = bytes[offset]
        pendingCount += 1
        offset += 1
      }
      guard pendingCount == 64 else { return }
      compressPending()
    }
    while bytes.count - offset >= 64 {
      value.compress(bytes, at: offset)
      offset += 64
    }
    while offset < bytes.count {
      pending[pendingCount] = bytes[offset]
      pendingCount += 1
      offset += 1
    }
  }

  consuming func finish() -> [UInt8] {
    let bits = total &* 8
    append(0x80)
    while pendingCount != 56 { append(0) }
    for index in 0..<8 {
      let shift = Value.isBigEndian ? 56 - 8 * index : 8 * index
      append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    var digest: [UInt8] = []
    for word in value.words {
      for index in 0..<4 {
        let shift = Value.isBigEndian ? 24 - 8 * index : 8 * index
        digest.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
      }
    }
    return digest
  }

  private mutating func append(_ byte: UInt8) {
    pending[pendingCount] = byte
    pendingCount += 1
    if pendingCount == 64 { compressPending() }
  }

  private mutating func compressPending() {
    value.compress(pending.span, at: 0)
    pendingCount = 0
  }
}

/// Reads a word of a block high byte first.
@inline(__always)
func bigEndianWord(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
  UInt32(bytes[offset]) << 24 | UInt32(bytes[offset &+ 1]) << 16
    | UInt32(bytes[offset &+ 2]) << 8 | UInt32(bytes[offset &+ 3])
}

/// Rotates a word left; the count lies between 1 and 31.
@inline(__always)
func rotateLeft(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word &<< count | word &>> (32 &- count)
}
