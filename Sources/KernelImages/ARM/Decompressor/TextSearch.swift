// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension Span<UInt8> {
  /// Finds the last place of a text by Horspool's rule, from the end on. The byte under the text's
  /// first one decides how far the text moves, so that few bytes are read.
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
