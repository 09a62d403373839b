// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory

/// A device tree that a file holds. It is read only on demand.
public struct HeldTree: Sendable, Hashable {
  /// The place of its bytes.
  public var bytes: ImageBytes
  /// The place where it was found: `tree appended to the zImage`.
  public var origin: String
  /// The offset of its first byte in the layer around it.
  public var offset: UInt64
  /// Its line in a table of trees; nil when it stands in none.
  public var entry: TreeTableEntry?
  /// The overlays to merge into it, in order: those that a FIT's configuration names.
  public var overlays: [KernelImage.Companion] = []

  /// Groups the facts about a tree.
  public init(
    _ bytes: ImageBytes, origin: String, offset: UInt64, entry: TreeTableEntry? = nil
  ) {
    self.bytes = bytes
    self.origin = origin
    self.offset = offset
    self.entry = entry
  }

  /// A limit that no tree of any board reaches.
  public static let mostBytes: UInt64 = 8 << 20
  /// A limit for all trees of a file together; a hostile file could name the same bytes repeatedly.
  public static let mostBytesTogether: UInt64 = 64 << 20

  /// Reads the machines of trees; the numbers in a table override those in the tree.
  ///
  /// - Parameters:
  ///   - trees: The trees.
  ///   - file: The file that was identified.
  /// - Returns: One for each tree, nil where it cannot be read.
  public static func identities(
    of trees: [HeldTree], in file: Span<UInt8>
  ) -> [TreeIdentity?] {
    var left = mostBytesTogether
    var found: [TreeIdentity?] = []
    found.reserveCapacity(trees.count)
    for tree in trees { found.append(tree.identity(in: file, &left)) }
    return found
  }

  /// Subtracts the bytes that are read from `left`.
  private func identity(in file: Span<UInt8>, _ left: inout UInt64) -> TreeIdentity? {
    guard var identity = root(in: file, &left).map({ TreeIdentity(root: $0) }) else { return nil }
    if let numbers = entry?.qualcomm { identity.qualcomm = numbers }
    return identity
  }

  private func root(in file: Span<UInt8>, _ left: inout UInt64) -> Node? {
    let wanted = bytes.count ?? Self.mostBytes
    guard wanted <= left else { return nil }
    left -= wanted
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
  /// The columns as Qualcomm's numbers; nil in tables of other makers.
  public var qualcomm: QualcommNumbers?

  /// A number of the line, and its name.
  public struct Column: Sendable, Hashable {
    /// The name: `platform`.
    public let name: String
    /// The number.
    public let value: UInt32

    /// Groups a name and a number.
    public init(_ name: String, _ value: UInt32) {
      self.name = name
      self.value = value
    }
  }

  /// Groups the columns of a line.
  public init(columns: [Column], qualcomm: QualcommNumbers? = nil) {
    self.columns = columns
    self.qualcomm = qualcomm
  }

  /// The columns in words, without zeros at the end: `platform 0x7e, variant 0x8`.
  public var text: String {
    var text = ""
    let last = columns.lastIndex { $0.value != 0 } ?? 0
    for column in columns.prefix(last + 1) {
      text += (text.isEmpty ? "" : ", ") + column.name + " " + hexadecimal(UInt64(column.value))
    }
    return text
  }
}
