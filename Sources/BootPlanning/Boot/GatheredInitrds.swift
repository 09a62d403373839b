// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// The initial ramdisks of a boot, examined once for all boots that pass the same ones.
public struct GatheredInitrds: Sendable {
  /// The ramdisks one behind the other.
  let parts: InitrdParts
  /// The diagnostics for the user.
  let diagnostics: [Diagnostic]

  /// Examines files in the order in which they are loaded.
  ///
  /// - Parameters:
  ///   - files: The initial ramdisks.
  ///   - counting: Whether they are inflated, to count their unpacked size and to find faults
  ///     behind their headers.
  public init(_ files: [some BootFile], counting: Bool = true) {
    var parts = InitrdParts()
    var diagnostics: [Diagnostic] = []
    for (index, file) in files.enumerated() {
      diagnostics += parts.add(file.span, path: file.path, index: index, counting: counting)
    }
    self.parts = parts
    self.diagnostics = diagnostics
  }

  /// Examines the ramdisks in the kernel's own file.
  init(
    companionsOf image: KernelImage, in file: some BootFile, counting: Bool
  ) throws(KernelImageError) {
    var parts = InitrdParts()
    diagnostics = try parts.add(companionsOf: image, in: file.span, counting: counting)
    self.parts = parts
  }
}
