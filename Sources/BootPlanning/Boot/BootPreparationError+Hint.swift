// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages

extension BootPreparationError {
  /// What to try next.
  public var hint: String {
    switch self {
    case .notARM(_, .some): "name a zImage, uImage or Image that was built for ARCH=arm"
    case .notARM(let what, nil) where what == ImageKind.cpio.name:
      "name the kernel, and this file with --initrd"
    case .notARM(let what, nil) where what == ImageKind.deviceTree.name:
      "name the kernel, and this file with --dtb"
    case .notARM(let what, nil) where what == ImageKind.fit.name:
      "it holds device trees alone: name the kernel"
    case .notARM: "kx inspect shows what the file holds; name one with a kernel in it"
    case .noMemory(nil): "give --ram FIRST-LAST, --machine FILE, or a DTB with a memory node"
    case .noMemory(.some(let tree)):
      "give --ram FIRST-LAST or --machine FILE, or add " + tree.reason.remedy
    case .tree(_, let error): error.hint
    }
  }
}
