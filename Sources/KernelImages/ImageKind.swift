// SPDX-License-Identifier: Apache-2.0
public import Inflation

/// The kind of a layer of a file.
public enum ImageKind: Sendable, Hashable {
  /// A self-extracting 32-bit ARM kernel.
  case zImage
  /// A kernel, its companions and the program that starts them, in one file.
  case bundle
  /// A zImage behind a header that states to loaders how much memory it needs.
  case retagged
  /// A plain 32-bit ARM kernel, as it runs.
  case image
  /// A kernel, ramdisk or set of files with U-Boot's legacy header.
  case uImage
  /// An Android boot image.
  case androidBoot
  /// The vendor's half of an Android boot image.
  case vendorBoot
  /// U-Boot's flattened image tree.
  case fit
  /// A kernel or ramdisk behind MediaTek's header.
  case mediaTek
  /// A signed image behind Spreadtrum's header.
  case spreadtrum
  /// A table of device trees, for boot loaders of phones.
  case treeTable
  /// Compressed bytes.
  case compressed(Compression)
  /// A 32-bit ARM kernel as the linker writes it.
  case vmlinux
  /// A flattened device tree.
  case deviceTree
  /// An archive that the kernel unpacks into its first root file system.
  case cpio
  /// A 64-bit ARM kernel.
  case arm64Image
  /// A RISC-V kernel.
  case riscvImage
  /// An x86 kernel.
  case bzImage
  /// A kernel inside an EFI program that inflates it.
  case zboot
  /// A unified kernel image: kernel, initrd and command line in one EFI program.
  case unifiedKernelImage
  /// Any other EFI program.
  case portableExecutable
  /// An ELF file that is not a 32-bit ARM kernel.
  case foreignELF

  /// The name in texts and in the chain of the JSON documents.
  public var name: String {
    switch self {
    case .zImage: "zImage"
    case .bundle: "bundle"
    case .retagged: "retagged"
    case .image: "Image"
    case .uImage: "uImage"
    case .androidBoot: "android"
    case .vendorBoot: "vendor_boot"
    case .fit: "FIT"
    case .mediaTek: "mtk"
    case .spreadtrum: "DHTB"
    case .treeTable: "DTB table"
    case .compressed(let compression): compression.rawValue
    case .vmlinux: "vmlinux"
    case .deviceTree: "DTB"
    case .cpio: "cpio"
    case .arm64Image: "arm64 Image"
    case .riscvImage: "RISC-V Image"
    case .bzImage: "bzImage"
    case .zboot: "zboot"
    case .unifiedKernelImage: "UKI"
    case .portableExecutable: "PE"
    case .foreignELF: "ELF"
    }
  }
}
