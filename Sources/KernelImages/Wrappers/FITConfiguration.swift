// SPDX-License-Identifier: Apache-2.0

/// A configuration of a FIT: the parts for one kind of machine.
///
/// Source: U-Boot doc/uImage.FIT/source_file_format.txt (v2023.01).
public struct FITConfiguration: Sendable, Hashable {
  /// The name of its node.
  public var name: String
  /// The maker's description; nil when there is none.
  public var description: String?
  /// The machines it is for, as in the root of a tree.
  public var compatible: [String]
  /// The images it names, each with the property that names it, in their order: `fdt`, `fdt-1`.
  public var images: [Image]
  /// Whether the FIT uses it by default.
  public var isDefault: Bool
  /// Whether it was chosen.
  public var isTaken = false

  /// An image that a configuration names.
  public struct Image: Sendable, Hashable {
    /// The property: `kernel`, `fdt`, `ramdisk`, `loadables`, `fpga` and others.
    public let role: String
    /// The name of the image's node.
    public let name: String

    /// Groups a role and a name.
    public init(role: String, name: String) {
      self.role = role
      self.name = name
    }
  }

  /// The images that a property names, in order.
  public func images(_ role: String) -> [String] {
    images.filter { $0.role == role }.map { $0.name }
  }
}
