// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension ATAGList {
  /// Reads a list, little-endian, up to the tag of length 0 that ends it; bytes behind that are
  /// ignored. Unknown tags are kept. Extra words of known tags are dropped.
  ///
  /// Source: Linux 6.1, arch/arm/include/uapi/asm/setup.h; arch/arm/kernel/head-common.S: the core
  /// tag has 5 words, or 2.
  ///
  /// - Parameter bytes: The list, as /proc/atags holds it.
  /// - Throws: The rule that the list breaks, with the offset.
  public init(parsing bytes: Span<UInt8>) throws(DeviceTreeError) {
    let reader = ByteReader(bytes)
    var tags: [ATAG] = []
    var offset = 0
    while true {
      guard let size = reader.littleEndian32(at: offset) else {
        throw DeviceTreeError(
          .atags, at: offset, .missing("the tag of length 0 that ends the list"))
      }
      if size == 0 {
        guard !tags.isEmpty else {
          throw DeviceTreeError(.atags, at: offset, .missing("the core tag that begins the list"))
        }
        break
      }
      guard let number = reader.littleEndian32(at: offset + 4), size >= 2,
        UInt64(size) * 4 <= UInt64(reader.count - offset)
      else {
        throw DeviceTreeError(
          .atags, at: offset,
          .truncated(needed: max(UInt64(size), 2) * 4, available: UInt64(reader.count - offset)))
      }
      let isCore = number == ATAG.Number.core
      guard isCore == tags.isEmpty, !isCore || size == 2 || size == 5 else {
        throw DeviceTreeError(
          .atags, at: offset,
          .unexpectedToken(number, expected: "one core tag of 2 or 5 words, and it first"))
      }
      var words: [UInt32] = []
      for index in 2..<Int(size) {
        if let word = reader.littleEndian32(at: offset + index * 4) { words.append(word) }
      }
      guard let tag = ATAG(number: number, words: words) else {
        throw DeviceTreeError(
          .atags, at: offset,
          .malformed(
            "tag " + hexadecimal(UInt64(number)) + " of " + String(size)
              + " words is too short or its text has no end"))
      }
      tags.append(tag)
      offset += Int(size) * 4
    }
    self.init(checked: tags)
  }

  /// Writes the list, little-endian, with the tag that ends it.
  ///
  /// - Returns: The list, to be placed at a multiple of 4.
  public func bytes() -> [UInt8] {
    var bytes: [UInt8] = []
    for tag in tags {
      let words = tag.words
      bytes.appendLittleEndian(UInt32(truncatingIfNeeded: words.count + 2))
      bytes.appendLittleEndian(tag.number)
      for word in words { bytes.appendLittleEndian(word) }
    }
    bytes.appendLittleEndian(0)
    bytes.appendLittleEndian(0)
    return bytes
  }
}
