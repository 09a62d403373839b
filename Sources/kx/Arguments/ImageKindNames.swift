// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages

extension ImageKind {
  /// Everything a file can be said to be.
  static let nameable: [Self] =
    [
      .zImage, .image, .uImage, .androidBoot, .fit, .vmlinux, .deviceTree, .cpio, .arm64Image,
      .riscvImage, .bzImage, .zboot, .unifiedKernelImage,
    ] + Compression.allCases.map(Self.compressed)

  static var allNames: [String] { nameable.map(\.name) }

  /// Finds a kind by its name, whatever the case of its letters.
  init?(named name: String) {
    guard let found = Self.nameable.first(where: { $0.name.lowercased() == name.lowercased() })
    else { return nil }
    self = found
  }
}
