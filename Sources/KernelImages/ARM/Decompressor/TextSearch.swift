// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension Span<UInt8> {
  /// Finds where a text stands last by Horspool's rule, from the end on: the byte under its first one
  /// tells how far it can be moved on, so that few bytes are looked at.
  ///
  /// `range` lies inside the bytes.
  func lastOffset(of text: [UInt8], in range: Range<Int>) -> Int? {
    guard let first = text.first, range.upperBound <= count else { return nil }
    var steps = [Int](repeating: text.count, count: 256)
    for index in text.indices.dropFirst().reversed() { steps[Int(text[index])] = index }
    let reader = ByteReader(self)
    var at = range.upperBound - text.count
    while at >= range.lowerBound {
      let byte = self[at]
      if byte == first, reader.matches(text, at: at) { return at }
      at -= steps[Int(byte)]
    }
    return nil
  }
}
