// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The words of a manifest by their index; errors name them.
struct ManifestWords: ~Escapable, Copyable {
  let reader: ByteReader
  /// The offset of the manifest in the bundle.
  private let start: UInt32

  @_lifetime(copy reader)
  init(_ reader: ByteReader, at start: UInt32) {
    self.reader = reader
    self.start = start
  }

  /// A word; the caller knows the length of the manifest, and words beyond its end are 0.
  subscript(index: Int) -> UInt32 { reader.littleEndian32(at: 4 * index) ?? 0 }

  func refused(_ field: BundleField, _ index: Int, _ bound: UInt32) -> BundleError {
    .field(
      field, offset: start + UInt32(clamping: 4 * index), found: self[index], bound: bound)
  }

  func expect(_ field: BundleField, _ index: Int, _ value: UInt32) throws(BundleError) {
    guard self[index] == value else { throw refused(field, index, value) }
  }
}

extension BundleManifest {
  static func checkDigest(_ reader: ByteReader) throws(BundleError) {
    guard let covered = reader.suffix(from: BundleFormat.digestedOffset) else {
      throw .manifestDigest
    }
    let digest = SHA256.hash(covered)
    for index in 0..<32 where reader.byte(at: 12 + index) != digest[index] {
      throw .manifestDigest
    }
  }

  static func uart(_ words: ManifestWords) throws(BundleError) -> BundleUART {
    let uart = BundleUART(
      base: words[19], transmitOffset: words[20], statusOffset: words[21], mask: words[22],
      ready: words[23], accessBytes: words[24])
    guard !uart.isSilent else { return uart }
    guard uart.accessBytes == 1 || uart.accessBytes == 4 else {
      throw words.refused(.uartAccess, 24, 4)
    }
    // The registers lie in the page that is mapped for them, and words at multiples of four.
    let page = BundleFormat.pageBytes
    let alignment = uart.accessBytes - 1
    let inPage = uart.base & (page - 1)
    for (index, offset) in [(20, uart.transmitOffset), (21, uart.statusOffset)] {
      guard offset < page - inPage, offset & alignment == 0 else {
        throw words.refused(.uartOffset, index, page - inPage)
      }
    }
    guard uart.base & alignment == 0 else { throw words.refused(.uartBase, 19, alignment) }
    return uart
  }

  static func counts(
    _ words: ManifestWords, _ tag: BundleTag
  ) throws(BundleError) -> (ram: Int, reserved: Int, segments: Int) {
    let (ram, reserved, segments) = (words[25], words[26], words[27])
    guard ram >= 1, ram <= BundleFormat.rangeLimit else {
      throw words.refused(.ramCount, 25, BundleFormat.rangeLimit)
    }
    guard reserved <= BundleFormat.rangeLimit else {
      throw words.refused(.reservedCount, 26, BundleFormat.rangeLimit)
    }
    guard segments >= 1, segments <= BundleFormat.segmentLimit else {
      throw words.refused(.segmentCount, 27, BundleFormat.segmentLimit)
    }
    let needed =
      UInt32(BundleFormat.fixedBytes) + UInt32(BundleFormat.rangeBytes) * (ram + reserved)
      + UInt32(BundleFormat.segmentBytes) * segments
    guard needed == tag.manifestBytes else { throw words.refused(.manifestBytes, 2, needed) }
    return (Int(ram), Int(reserved), Int(segments))
  }

  /// Checks that ranges are in order and have a byte between them.
  static func checkRanges(
    _ words: ManifestWords, _ field: BundleField, at offset: Int, _ count: Int
  ) throws(BundleError) {
    var least: UInt64 = 0
    for index in 0..<count {
      let place = offset / 4 + 2 * index
      let (first, last) = (words[place], words[place + 1])
      guard UInt64(first) >= least else {
        throw words.refused(field, place, UInt32(clamping: least))
      }
      guard first <= last else { throw words.refused(field, place + 1, first) }
      least = UInt64(last) + 2
    }
  }

  static func checkSegments(
    _ words: ManifestWords, _ tag: BundleTag, _ counts: (ram: Int, reserved: Int, segments: Int),
    reserved: Int, segments: Int
  ) throws(BundleError) {
    let page = BundleFormat.pageBytes - 1
    // The last page is room for Ferry to move the bundle up to a page boundary.
    let end = tag.bundleBytes - min(tag.bundleBytes, BundleFormat.pageBytes)
    var least: UInt64 = 0
    // The bytes stand in the order of the segments. So together they are no longer than the bundle,
    // and checking all digests takes the time of one pass.
    var leastOffset = tag.payloadOffset
    for index in 0..<counts.segments {
      let place = (segments + BundleFormat.segmentBytes * index) / 4
      var letters = InlineArray<16, UInt8>(repeating: 0)
      for letter in 0..<16 { letters[letter] = words.reader.byte(at: 4 * place + letter) ?? 0 }
      guard BundleName(letters) != nil else { throw words.refused(.segmentName, place, 0) }
      let (first, memory) = (words[place + 4], words[place + 5])
      let (fileOffset, fileBytes) = (words[place + 6], words[place + 7])
      guard first & page == 0, UInt64(first) >= least else {
        throw words.refused(.segmentFirst, place + 4, UInt32(clamping: least))
      }
      guard memory > 0, memory & page == 0, UInt64(first) + UInt64(memory) <= 1 << 32 else {
        throw words.refused(.segmentMemoryBytes, place + 5, 0 &- first)
      }
      least = UInt64(first) + UInt64(memory)
      let last = UInt32(clamping: least - 1)
      guard isInRAM(words, counts.ram, first, last) else {
        throw words.refused(.segmentFirst, place + 4, last)
      }
      for range in 0..<counts.reserved {
        let at = reserved / 4 + 2 * range
        guard last < words[at] || first > words[at + 1] else {
          throw words.refused(.segmentFirst, place + 4, words[at + 1])
        }
      }
      guard fileBytes <= memory, fileBytes <= end else {
        throw words.refused(.segmentFileBytes, place + 7, min(memory, end))
      }
      guard fileOffset & page == 0, fileOffset >= leastOffset, fileOffset <= end - fileBytes
      else { throw words.refused(.segmentFileOffset, place + 6, end - fileBytes) }
      leastOffset = fileOffset + fileBytes
    }
  }

  private static func isInRAM(
    _ words: ManifestWords, _ count: Int, _ first: UInt32, _ last: UInt32
  ) -> Bool {
    for index in 0..<count {
      let at = BundleFormat.fixedBytes / 4 + 2 * index
      if words[at] <= first, last <= words[at + 1] { return true }
    }
    return false
  }
}
