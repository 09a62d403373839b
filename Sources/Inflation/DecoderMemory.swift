// SPDX-License-Identifier: Apache-2.0

/// The memory that a stream may make a decoder use; what wants more is refused.
enum DecoderMemory {
  /// xz and lzma, in bytes: the dictionary of `xz -9` (64 MiB) and 2 MiB for the decoder.
  ///
  /// Kernels carry dictionaries of at most 32 MiB (Linux 6.1 scripts/xz_wrap.sh).
  static let lzma: UInt64 = 66 << 20

  /// zstd: the window is at most 2 to this power, 128 MiB, as `zstd --long` makes it.
  static let zstdWindowLog: Int32 = 27

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
