// SPDX-License-Identifier: Apache-2.0

/// The compressions that kernels, initrds and their wrappers come in.
public enum Compression: String, Sendable, CaseIterable, Hashable {
  case gzip, xz, lzma, lzo, lz4, zstd, bzip2
}
