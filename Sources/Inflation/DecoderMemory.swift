// SPDX-License-Identifier: Apache-2.0

/// The memory that inflating takes beside windows and dictionaries, which are as large as the output
/// at the most.
enum DecoderMemory {
  /// Room for a chunk of output in bytes: one handed to the sink holds no more, except that LZO
  /// and legacy LZ4 blocks are handed over whole.
  static let chunk = 128 << 10

  /// The largest block of an lzop file in bytes.
  ///
  /// Source: lzop 1.04 src/conf.h, MAX_BLOCK_SIZE.
  static let lzopBlock: UInt32 = 64 << 20

  /// Room that is reserved ahead of inflating, at most, in bytes, whatever the caller expects.
  static let reservation: UInt64 = 128 << 20
}
