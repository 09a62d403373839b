// SPDX-License-Identifier: Apache-2.0
public import Inflation
import PhysicalMemory

/// The place of the bytes of a part of a file. They are copied or inflated only on demand.
public indirect enum ImageBytes: Sendable, Hashable {
  /// In the file, unchanged.
  case slice(offset: UInt64, count: UInt64)
  /// In memory, because a wrapper around them had to be inflated.
  case owned(ArraySlice<UInt8>)
  /// Inflated from other bytes on demand.
  ///
  /// `count` is the number of inflated bytes, when it is known already.
  case compressed(ImageBytes, Compression, count: UInt64?)
  /// Laid out in memory from the loadable sections of an ELF file on demand.
  case flattened(ImageBytes, count: UInt64)

  /// The number of bytes; nil when only inflating shows it.
  public var count: UInt64? {
    switch self {
    case .slice(_, let count): count
    case .owned(let bytes): UInt64(bytes.count)
    case .compressed(_, _, let count): count
    case .flattened(_, let count): count
    }
  }

  /// Produces the bytes.
  ///
  /// - Parameters:
  ///   - file: The file that was identified.
  ///   - limit: The most bytes that inflating may yield.
  /// - Returns: The bytes, copied.
  /// - Throws: ``KernelImageError`` with the part that was read, the place, and the bytes there.
  public func copy(
    of file: Span<UInt8>, limit: UInt64 = IdentificationOptions.defaultInflationLimit
  ) throws(KernelImageError) -> [UInt8] {
    switch self {
    case .slice(let offset, let count):
      guard let range = SafeRange(offset, count, within: file.count),
        let bytes = ByteReader(file).copy(range.offset, range.count)
      else {
        throw .truncated(
          what: "the file", needed: saturatingSum(offset, count), present: UInt64(file.count))
      }
      return bytes
    case .owned(let bytes):
      return Array(bytes)
    case .compressed(.slice(let offset, let count), let compression, let expected):
      guard let range = SafeRange(offset, count, within: file.count) else {
        throw .truncated(
          what: "the file", needed: saturatingSum(offset, count), present: UInt64(file.count))
      }
      return try inflateAll(
        file.extracting(range.indices), compression, at: offset, limit: limit, expected: expected
      ).bytes
    case .compressed(let inner, let compression, let expected):
      let bytes = try inner.copy(of: file, limit: limit)
      return try inflateAll(bytes.span, compression, at: 0, limit: limit, expected: expected).bytes
    case .flattened(let inner, _):
      let bytes = try inner.copy(of: file, limit: limit)
      return try ELFFile(bytes.span).flatten(bytes.span, limit: limit)
    }
  }
}

/// The place of the bytes that are read: part of the file, or of an inflated buffer.
struct ByteOrigin {
  /// The buffer, or nil when the bytes stand in the file itself.
  var buffer: [UInt8]?
  /// The offset of the first byte in the buffer or the file.
  var start: Int

  /// The file itself.
  static let file = Self(buffer: nil, start: 0)

  /// Gives the origin of the bytes from `offset` on.
  func advanced(by offset: Int) -> Self {
    let (sum, overflow) = start.addingReportingOverflow(offset)
    return Self(buffer: buffer, start: overflow ? .max : sum)
  }

  /// Gives the place of `count` bytes that start `offset` bytes further on.
  func bytes(_ offset: Int, _ count: Int) -> ImageBytes {
    let first = advanced(by: offset).start
    guard let buffer else { return .slice(offset: UInt64(first), count: UInt64(max(0, count))) }
    guard first >= 0, count >= 0, first <= buffer.count, count <= buffer.count - first else {
      return .owned([])
    }
    return .owned(buffer[first..<(first + count)])
  }
}

/// A range of offsets that is known to lie inside its bytes.
struct SafeRange: Equatable {
  /// The first offset.
  let offset: Int
  /// The number of bytes.
  let count: Int

  var indices: Range<Int> { offset..<(offset + count) }

  /// Checks a range that a header states; nil when it does not lie wholly inside `limit` bytes.
  init?(_ offset: UInt64, _ count: UInt64, within limit: Int) {
    guard let offset = Int(exactly: offset), let count = Int(exactly: count), offset <= limit,
      count <= limit - offset
    else { return nil }
    self.offset = offset
    self.count = count
  }
}

/// Adds two numbers; a sum that does not fit gives the largest number.
func saturatingSum(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? .max : sum
}
