// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages

/// The usable part of a file that holds more than its option needs: a boot image or a FIT in the
/// place of a tree or a ramdisk.
struct UsablePart {
  /// The identified file.
  let image: KernelImage
  /// The diagnostics for the user.
  let diagnostics: [Diagnostic]

  /// Examines a file.
  ///
  /// - Parameters:
  ///   - file: All bytes of the file.
  ///   - path: Its path, for messages.
  ///   - role: The role of the file: `initrd` or `dtb`.
  ///   - boot: The machine and the configuration of a FIT, which choose among parts; nil when
  ///     both are unknown.
  /// - Returns: nil when the file is of the kind that its role needs, or has no such part.
  @inline(never)
  static func found(
    in file: Span<UInt8>, _ path: String, as role: PlannedFile.Role, _ boot: BootOptions? = nil
  ) -> Self? {
    guard let misplaced = MisplacedFile.found(in: file, as: role) else { return nil }
    var options = IdentificationOptions()
    options.machineRoot = boot?.runningTree?.root
    options.fitConfiguration = boot?.stated.fitConfiguration
    var image = try? KernelImage.identify(file, options: options)
    if options.fitConfiguration != nil, case .none = image {
      // The name may belong to the kernel's file.
      options.fitConfiguration = nil
      image = try? KernelImage.identify(file, options: options)
    }
    guard let image, role == .dtb ? !image.deviceTrees.isEmpty : !image.initrds.isEmpty else {
      return nil
    }
    let part =
      role == .dtb
      ? (image.deviceTrees.count == 1 ? "the tree" : "one of the \(image.deviceTrees.count) trees")
      : "the ramdisk"
    let used = Diagnostic(
      .partUsed, .warning,
      "'" + path + "': " + misplaced.description + "; " + part + " in it is used",
      hint: "name it as the kernel to use all that is in it")
    return Self(image: image, diagnostics: [used] + image.diagnostics)
  }
}
