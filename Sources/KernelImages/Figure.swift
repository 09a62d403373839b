// SPDX-License-Identifier: Apache-2.0

/// The source of a figure about an image.
public enum FigureSource: String, Sendable, Hashable {
  /// The size table of a zImage, or the word behind the payload that it points to.
  case sizeTable
  /// The payload itself: it was inflated and counted.
  case payload
  /// The inflated kernel image.
  case inflatedImage
  /// The size of the file or of a header that wraps it.
  case file
  /// The code of the zImage's decompressor.
  case decompressor
  /// The ELF file named by the user.
  case vmlinux
  /// An option of the user.
  case option
  /// No source: an estimate on the large side.
  case estimate
}

/// A value with its source.
public struct Figure<Value: Sendable & Hashable>: Sendable, Hashable {
  /// The value.
  public let value: Value
  /// The kind of source.
  public let source: FigureSource
  /// The source in words: `size table at 0xd4f0, confirmed by inflating`.
  public let detail: String

  /// Groups a value and its source.
  public init(_ value: Value, _ source: FigureSource, _ detail: String) {
    self.value = value
    self.source = source
    self.detail = detail
  }
}
