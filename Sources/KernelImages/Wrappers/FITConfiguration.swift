// SPDX-License-Identifier: Apache-2.0

/// A configuration of a FIT: what goes together on one kind of machine.
///
/// Source: U-Boot doc/uImage.FIT/source_file_format.txt (v2023.01).
public struct FITConfiguration: Sendable, Hashable {
  /// The name of its node.
  public var name: String
  /// What its maker says of it; nil when nothing.
  public var description: String?
  /// The machines it is for, as in the root of a tree.
  public var compatible: [String]
  /// The images it names, each with the property that names it, in their order: `fdt`, `fdt-1`.
  public var images: [Image]
  /// Whether it is the one that the FIT takes when nobody says another.
  public var isDefault: Bool
  /// Whether it is taken.
  public var isTaken = false

  /// An image that a configuration names.
  public struct Image: Sendable, Hashable {
    /// The property: `kernel`, `fdt`, `ramdisk`, `loadables`, `fpga` and others.
    public let role: String
    /// The name of the image's node.
    public let name: String

    /// Notes an image.
    public init(role: String, name: String) {
      self.role = role
      self.name = name
    }
  }

  /// The names that a property has, in their order.
  public func images(_ role: String) -> [String] {
    images.filter { $0.role == role }.map { $0.name }
  }
}
