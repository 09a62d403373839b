// SPDX-License-Identifier: Apache-2.0
import Inflation

extension ImageKind {
  /// Every kind that the user can state.
  static let nameable: [Self] =
    [
      .zImage, .bundle, .retagged, .image, .uImage, .androidBoot, .fit, .vmlinux, .deviceTree,
      .cpio, .mediaTek, .spreadtrum, .treeTable, .arm64Image,
      .riscvImage, .bzImage, .zboot, .unifiedKernelImage,
    ] + Compression.allCases.map { Self.compressed($0) }

  /// The names of the kinds that the user can state.
  public static var allNames: [String] { nameable.map { $0.name } }

  /// Finds a kind by its name, in letters of any case; nil when there is none.
  public init?(named name: String) {
    func lowered(_ text: String) -> [UInt8] {
      text.utf8.map { $0 >= 0x41 && $0 <= 0x5a ? $0 + 0x20 : $0 }
    }
    let wanted = lowered(name)
    guard let found = Self.nameable.first(where: { lowered($0.name) == wanted }) else {
      return nil
    }
    self = found
  }
}
