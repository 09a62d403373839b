// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes of what only some kernels unpack of an initrd.
extension Explanation {
  static let initrdNeedsNewerKernel = Self(
    .initrdNeedsNewerKernel, [.warning],
    means: """
      The initrd holds what only newer kernels unpack than the one that is started, or than 5.10 \
      where the release of the kernel is not known.
      """,
    matters: """
      Linux has zstd since 5.9, archives with checksums with 5.19, the xz filters for arm64 and \
      RISC-V with 6.12. Before 5.9 nothing may follow lz4 data, not even zeros. Vendors carry some \
      of this back to older kernels.
      """,
    remedy: "Pack the initrd as the hint says.",
    examples: ["zstd -dc initrd.img | gzip -n >initrd.gz"])

  static let initrdNeedsFilter = Self(
    .initrdNeedsFilter, [.warning],
    means: "The initrd is packed by xz with the filter for programs of other machines.",
    matters: """
      Each filter is a choice of the kernel's configuration (CONFIG_XZ_DEC_…). Debian's kernels \
      for ARM have those for ARM alone.
      """,
    remedy: "Pack the initrd without a filter: xz --check=crc32.",
    examples: ["xz -dc initrd.xz | xz --check=crc32 >initrd.img"])
}
