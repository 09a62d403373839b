// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension Span<UInt8> {
  /// Finds a text by Horspool's rule: the byte under its last one tells how far it can be moved on, so
  /// that few bytes are looked at.
  ///
  /// `range` lies inside the bytes.
  func firstOffset(of text: [UInt8], in range: Range<Int>) -> Int? {
    guard let last = text.indices.last, range.upperBound <= count else { return nil }
    var steps = [Int](repeating: text.count, count: 256)
    for (index, byte) in text.dropLast().enumerated() { steps[Int(byte)] = last - index }
    let reader = ByteReader(self)
    var at = range.lowerBound
    while at <= range.upperBound - text.count {
      let byte = self[at + last]
      if byte == text[last], reader.matches(text, at: at) { return at }
      at += steps[Int(byte)]
    }
    return nil
  }
}
