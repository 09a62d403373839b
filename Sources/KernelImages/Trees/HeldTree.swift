// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory

/// A device tree that a file holds. Nothing of it is read before it is asked for.
public struct HeldTree: Sendable, Hashable {
  /// Where its bytes are.
  public var bytes: ImageBytes
  /// Where it was found: `tree appended to the zImage`.
  public var origin: String
  /// The offset of its first byte in the layer around it.
  public var offset: UInt64
  /// What a table of trees says of it; nil when it stands in none.
  public var entry: TreeTableEntry?
  /// What is to be merged into it, in this order: the overlays that a FIT's configuration names.
  public var overlays: [KernelImage.Companion] = []

  /// Notes a tree.
  public init(
    _ bytes: ImageBytes, origin: String, offset: UInt64, entry: TreeTableEntry? = nil
  ) {
    self.bytes = bytes
    self.origin = origin
    self.offset = offset
    self.entry = entry
  }

  /// More than a tree of any board takes.
  private static let mostBytes: UInt64 = 8 << 20

  /// Reads what the tree says of its machine; a table's numbers go before those in the tree.
  ///
  /// - Parameter file: The file that was identified.
  /// - Returns: nil when the tree cannot be read.
  public func identity(in file: Span<UInt8>) -> TreeIdentity? {
    guard var identity = root(in: file).map({ TreeIdentity(root: $0) }) else { return nil }
    if let numbers = entry?.qualcomm { identity.qualcomm = numbers }
    return identity
  }

  private func root(in file: Span<UInt8>) -> Node? {
    if case .slice(let offset, let count) = bytes {
      guard let range = SafeRange(offset, count, within: file.count) else { return nil }
      return try? DeviceTree.root(flattened: file.extracting(range.indices))
    }
    guard let copy = try? bytes.copy(of: file, limit: Self.mostBytes) else { return nil }
    return try? DeviceTree.root(flattened: copy.span)
  }
}

/// The line of a table of device trees.
public struct TreeTableEntry: Sendable, Hashable {
  /// The columns by which a boot loader chooses, in the order of the table.
  public var columns: [Column]
  /// The same as numbers of Qualcomm; nil in tables of others.
  public var qualcomm: QualcommNumbers?

  /// A number of the line, and what it is called.
  public struct Column: Sendable, Hashable {
    /// The name: `platform`.
    public let name: String
    /// The number.
    public let value: UInt32

    /// Notes a number.
    public init(_ name: String, _ value: UInt32) {
      self.name = name
      self.value = value
    }
  }

  /// Notes a line.
  public init(columns: [Column], qualcomm: QualcommNumbers? = nil) {
    self.columns = columns
    self.qualcomm = qualcomm
  }

  /// The columns in words: `platform 0x7e, variant 0x8`.
  public var text: String {
    var text = ""
    for column in columns {
      text += (text.isEmpty ? "" : ", ") + column.name + " " + hexadecimal(UInt64(column.value))
    }
    return text
  }
}
