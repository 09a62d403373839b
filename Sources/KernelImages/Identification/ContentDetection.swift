// SPDX-License-Identifier: Apache-2.0
import Bundles
import Inflation
import PhysicalMemory

extension ImageKind {
  /// Recognises a format by its marks; nil when the bytes have none.
  ///
  /// Only fixed places near the beginning are read, so the first 64 KiB of a file are enough. More
  /// specific marks are tested first: a zImage, an arm64 Image and a RISC-V Image may be EFI
  /// programs as well.
  public static func detect(_ bytes: Span<UInt8>) -> Self? {
    let reader = ByteReader(bytes)
    if BundleTag.isPresent(in: bytes) { return .bundle }
    if RetaggedZImage.isPresent(in: bytes) { return .retagged }
    if ZImageHeader.matches(bytes) { return .zImage }
    if reader.matches(ForeignImage.arm64Magic, at: 56) { return .arm64Image }
    if reader.matches(ForeignImage.riscvMagic, at: 56) { return .riscvImage }
    if reader.matches(ForeignImage.bzImageMagic, at: 0x202),
      reader.littleEndian16(at: 0x1fe) == 0xaa55
    {
      return .bzImage
    }
    if reader.matches(UImageHeader.magic, at: 0) { return .uImage }
    if reader.matches(AndroidBootHeader.magic, at: 0) { return .androidBoot }
    if reader.matches(VendorBootHeader.magic, at: 0) { return .vendorBoot }
    if let vendor = VendorHeader.Maker.allCases.first(where: { reader.matches($0.magic, at: 0) }) {
      return vendor.kind
    }
    if TreeTable.isPresent(reader) { return .treeTable }
    if reader.matches(FlattenedTreeHeader.magic, at: 0) {
      return FlattenedTree.looksLikeFIT(bytes) ? .fit : .deviceTree
    }
    if reader.matches(ELFFile.magic, at: 0) {
      let isBig = reader.byte(at: 5) == 2
      let machine = isBig ? reader.bigEndian16(at: 18) : reader.littleEndian16(at: 18)
      return machine == ELFFile.arm && reader.byte(at: 4) == 1 ? .vmlinux : .foreignELF
    }
    if reader.matches([0x4d, 0x5a], at: 0) {
      if reader.matches(ZBootHeader.magic, at: 4) { return .zboot }
      if let program = PortableExecutable(bytes) {
        return program.section(named: ".linux") == nil ? .portableExecutable : .unifiedKernelImage
      }
    }
    if CPIOArchive.matches(bytes, at: 0) { return .cpio }
    if let compression = Compression.detect(bytes) { return .compressed(compression) }
    return nil
  }
}
