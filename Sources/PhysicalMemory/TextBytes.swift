// SPDX-License-Identifier: Apache-2.0

/// Text compared and cut by its bytes, as the kernel handles file names and command lines.
///
/// The library's own functions cut texts at characters, with tables of Unicode, and are compiled for each
/// pair of types: 40 KB of the loader.
extension String {
  /// Whether the first bytes are those of another text.
  @inline(never)
  package func begins(with start: String) -> Bool {
    var bytes = utf8.makeIterator()
    for byte in start.utf8 where bytes.next() != byte { return false }
    return true
  }

  /// Whether the last bytes are those of another text.
  @inline(never)
  package func ends(with end: String) -> Bool {
    let skipped = utf8.count - end.utf8.count
    guard skipped >= 0 else { return false }
    var bytes = utf8.makeIterator()
    for _ in 0..<skipped { _ = bytes.next() }
    for byte in end.utf8 where bytes.next() != byte { return false }
    return true
  }

  /// Whether the bytes stand before those of another text.
  @inline(never)
  package func isBefore(_ other: String) -> Bool {
    var bytes = utf8.makeIterator()
    for theirs in other.utf8 {
      guard let ours = bytes.next() else { return true }
      if ours != theirs { return ours < theirs }
    }
    return false
  }

  /// Cuts the text at each byte of one value.
  ///
  /// - Parameters:
  ///   - separator: The byte, an ASCII character.
  ///   - keepsEmpty: Whether pieces without a byte count.
  ///   - cuts: The most cuts; the text behind the last cut stays whole.
  /// - Returns: The pieces in order.
  @inline(never)
  package func pieces(
    at separator: UInt8, keepsEmpty: Bool = false, cuts: Int = .max
  ) -> [String] {
    var pieces: [String] = []
    var piece: [UInt8] = []
    for byte in utf8 {
      guard byte == separator, pieces.count < cuts, keepsEmpty || !piece.isEmpty else {
        // Separators in front of a piece are skipped.
        if byte != separator || pieces.count >= cuts { piece.append(byte) }
        continue
      }
      pieces.append(String(decoding: piece, as: UTF8.self))
      piece.removeAll(keepingCapacity: true)
    }
    if keepsEmpty || !piece.isEmpty { pieces.append(String(decoding: piece, as: UTF8.self)) }
    return pieces
  }

  /// The words between spaces.
  package var words: [String] { pieces(at: UInt8(ascii: " ")) }

  /// The text without its first bytes.
  package func without(first count: Int) -> String {
    String(decoding: Array(utf8)[Swift.min(Swift.max(0, count), utf8.count)...], as: UTF8.self)
  }

  /// The first bytes of a text that only has to be recognized.
  package func first(_ count: Int) -> String {
    String(decoding: Array(utf8)[..<Swift.min(Swift.max(0, count), utf8.count)], as: UTF8.self)
  }
}

extension ArraySlice where Element == UInt8 {
  /// Whether the first bytes are those of a text.
  @inline(never)
  package func begins(with start: String) -> Bool {
    var bytes = makeIterator()
    for byte in start.utf8 where bytes.next() != byte { return false }
    return true
  }
}
