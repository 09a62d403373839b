// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes of initrd parts that only some kernels unpack.
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

  static let initrdNotUnpacked = Self(
    .initrdNotUnpacked, [.error, .warning],
    means: """
      The initrd, or a part of it, is no archive that kernels unpack, or packed as none of them unpacks. \
      It is an error when nothing of the initrd is unpacked and the kernel cannot find its root without.
      """,
    matters: """
      The kernel's decoders take less than the tools write: of lz4 only the legacy format, of xz no \
      check but CRC32, of cpio only newc. At the first thing they do not take they stop, and what \
      follows is lost.
      """,
    remedy: "Check that the file is whole; pack it as the hint says.",
    examples: [
      "kx inspect initrd.img", "lz4 -l -9 initrd.cpio initrd.img", "xz --check=crc32 initrd.cpio",
    ])
}
