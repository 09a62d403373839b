// SPDX-License-Identifier: Apache-2.0
import DeviceTree

extension BootPreparationError {
  /// What to try next.
  public var hint: String {
    switch self {
    case .notARM(_, .some): "name a zImage, uImage or Image that was built for ARCH=arm"
    case .notARM: "name the kernel, and this file with the option that is for it"
    case .noMemory: "give --ram FIRST-LAST, --machine FILE, or a DTB with a memory node"
    case .tree(_, let error): error.hint
    }
  }
}
