// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The bytes of a document while it is written.
///
/// An array checks for each appended byte whether it is shared and has room. A load writes a
/// document of some thousand bytes; this type checks once for a whole text.
struct JSONBytes: Sendable {
  /// The written bytes, with zeros behind them.
  private var room: [UInt8]
  /// The number of written bytes.
  private(set) var count = 0

  init() {
    // Most documents are not longer, and moving one takes as long as writing it.
    room = [UInt8](repeating: 0, count: 4096)
  }

  var written: [UInt8] { ByteReader(room.span).copy(0, count) ?? [] }

  /// The last byte.
  var last: UInt8? { count > 0 ? room[count - 1] : nil }

  /// Writes a byte, and `spaces` spaces behind it.
  @inline(never)
  mutating func append(_ byte: UInt8, spaces: Int = 0) {
    makeRoom(1 + spaces)
    let start = count
    count += 1 + spaces
    let end = count
    unsafe room.withUnsafeMutableBufferPointer { room in
      unsafe room[start] = byte
      var at = start &+ 1
      while at < end {
        unsafe room[at] = 0x20
        at &+= 1
      }
    }
  }

  /// Writes bytes unchanged.
  mutating func append(_ bytes: [UInt8]) {
    for byte in bytes { append(byte) }
  }

  /// Writes a text unchanged.
  @inline(never)
  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { text in
      makeRoom(text.count)
      _ = unsafe copy(text, to: count) { _ in true }
      count += text.count
    }
  }

  /// Writes a text between two quotes, if no character of it needs an escape.
  ///
  /// - Returns: Whether it was written.
  mutating func appendQuoted(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { text in
      let length = text.count
      makeRoom(length + 2)
      // Source: RFC 8259, section 7; 0x7f is escaped for terminals.
      let isPlain = unsafe copy(text, to: count + 1) { byte in
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7f
      }
      guard isPlain else { return false }
      room[count] = 0x22
      room[count + length + 1] = 0x22
      count += length + 2
      return true
    }
  }

  /// Copies bytes to a place with enough room, up to the first that needs an escape.
  ///
  /// - Returns: Whether all were copied.
  @inline(__always)
  private mutating func copy(
    _ text: UnsafeBufferPointer<UInt8>, to start: Int, while mayStand: (UInt8) -> Bool
  ) -> Bool {
    unsafe room.withUnsafeMutableBufferPointer { room in
      var at = 0
      while at < text.count {
        let byte = unsafe text[at]
        if !mayStand(byte) { return false }
        unsafe room[start &+ at] = byte
        at &+= 1
      }
      return true
    }
  }

  @inline(never)
  private mutating func makeRoom(_ more: Int) {
    guard room.count - count < more else { return }
    var larger = [UInt8](repeating: 0, count: max(room.count * 2, count + more))
    unsafe larger.withUnsafeMutableBytes { larger in
      unsafe room.withUnsafeBytes { room in
        guard let from = room.baseAddress, let to = larger.baseAddress else { return }
        unsafe to.copyMemory(from: from, byteCount: room.count)
      }
    }
    room = larger
  }
}
