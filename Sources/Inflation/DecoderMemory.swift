// SPDX-License-Identifier: Apache-2.0

/// The memory of inflating besides windows and dictionaries, which are at most as large as the
/// output.
enum DecoderMemory {
  /// The size of an output chunk in bytes: the sink gets no larger one, except that LZO and legacy
  /// LZ4 blocks come whole.
  static let chunk = 128 << 10

  /// The largest block of an lzop file in bytes.
  ///
  /// Source: lzop 1.04 src/conf.h, MAX_BLOCK_SIZE.
  static let lzopBlock: UInt32 = 64 << 20

  /// The most room that is reserved ahead of inflating, in bytes, whatever the caller expects.
  static let reservation: UInt64 = 128 << 20
}
