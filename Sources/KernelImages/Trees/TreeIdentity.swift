// SPDX-License-Identifier: Apache-2.0
public import DeviceTree

/// The machine that the root of a device tree names: enough to choose among trees, and to
/// distinguish machines.
public struct TreeIdentity: Sendable, Hashable {
  /// The name of the board; nil when the root has none.
  public var model: String?
  /// The machines and families it is compatible with, the most specific first.
  public var compatible: [String]
  /// The numbers by which the boot loaders of Qualcomm's phones choose; nil when there are none.
  public var qualcomm: QualcommNumbers?

  /// Groups the properties of an identity.
  public init(
    model: String? = nil, compatible: [String] = [], qualcomm: QualcommNumbers? = nil
  ) {
    self.model = model
    self.compatible = compatible
    self.qualcomm = qualcomm
  }

  /// Reads the properties of a root.
  public init(root: Node) {
    model = root.property(named: "model").map { property in
      String(decoding: property.value.prefix(Self.mostNameBytes).prefix { $0 != 0 }, as: UTF8.self)
    }
    // No machine has more names; a hostile tree could have millions.
    compatible =
      root.property(named: "compatible")?.value.prefix(Self.mostBytes)
      .split(separator: 0, maxSplits: Self.mostNames).prefix(Self.mostNames)
      .map { String(decoding: $0, as: UTF8.self) } ?? []
    qualcomm = QualcommNumbers(root: root)
  }

  private static let mostBytes = 8192
  private static let mostNames = 64
  private static let mostNameBytes = 256

  /// Whether it has any property to compare.
  public var isKnown: Bool { !compatible.isEmpty || qualcomm != nil }
}

/// The numbers of chips and boards in trees for Qualcomm's phones, and in tables of such trees.
///
/// Source: lk (CodeAurora, LA.BR.1.2), platform/msm_shared/include/dev_tree.h and dev_tree.c:
/// `qcom,msm-id` holds pairs of chip and revision, `qcom,board-id` pairs of variant and subtype; trees
/// without the latter hold triples of chip, variant and revision in the former.
public struct QualcommNumbers: Sendable, Hashable {
  /// The chips that a tree is for.
  public var chips: [Chip]
  /// The boards that a tree is for.
  public var boards: [Board]

  /// A chip and its revision.
  public struct Chip: Sendable, Hashable {
    /// The number of the chip.
    public var platform: UInt32
    /// The revision of the chip.
    public var revision: UInt32

    /// Groups the numbers of a chip.
    public init(platform: UInt32, revision: UInt32) {
      self.platform = platform
      self.revision = revision
    }
  }

  /// A board.
  public struct Board: Sendable, Hashable {
    /// The number of the board.
    public var variant: UInt32
    /// The number that distinguishes boards of one variant; nil where a table has no column for it.
    public var subtype: UInt32?

    /// Groups the numbers of a board.
    public init(variant: UInt32, subtype: UInt32?) {
      self.variant = variant
      self.subtype = subtype
    }
  }

  /// Groups chips and boards.
  public init(chips: [Chip], boards: [Board]) {
    self.chips = chips
    self.boards = boards
  }

  /// Reads them from the root of a tree; nil when it has none.
  public init?(root: Node) {
    guard let property = root.property(named: "qcom,msm-id"),
      property.value.count <= Self.mostBytes, let ids = property.asCells, !ids.isEmpty
    else { return nil }
    chips = []
    boards = []
    if let property = root.property(named: "qcom,board-id"),
      property.value.count <= Self.mostBytes, let cells = property.asCells, cells.count % 2 == 0,
      ids.count % 2 == 0
    {
      for at in stride(from: 0, to: ids.count, by: 2) {
        chips.append(Chip(platform: ids[at], revision: ids[at + 1]))
      }
      for at in stride(from: 0, to: cells.count, by: 2) {
        boards.append(Board(variant: cells[at], subtype: cells[at + 1]))
      }
    } else if ids.count % 3 == 0 {
      for at in stride(from: 0, to: ids.count, by: 3) {
        chips.append(Chip(platform: ids[at], revision: ids[at + 2]))
        boards.append(Board(variant: ids[at + 1], subtype: nil))
      }
    }
    if chips.isEmpty || boards.isEmpty { return nil }
  }

  /// A limit that no tree reaches.
  private static let mostBytes = 2048

  /// Whether a chip and a board are in both.
  public func meets(_ other: Self) -> Bool {
    let sameBoard = boards.contains { own in
      other.boards.contains {
        $0.variant == own.variant
          && ($0.subtype == nil || own.subtype == nil || $0.subtype == own.subtype)
      }
    }
    return sameBoard && chips.contains { other.chips.contains($0) }
  }
}
