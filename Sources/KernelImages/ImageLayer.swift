// SPDX-License-Identifier: Apache-2.0

/// One layer of a file: a wrapper, or the content of the innermost one.
public struct ImageLayer: Sendable, Hashable {
  /// The kind of the layer.
  public var kind: ImageKind
  /// The offset of its first byte in the content of the layer around it.
  public var offset: UInt64
  /// Its size there; for an inflated layer, its inflated size.
  public var byteCount: UInt64
  /// The fields of its header, in order.
  public var facts: [ImageFact]
  /// Further remarks for readers of the report.
  public var notes: [String]

  /// Groups the facts about a layer.
  public init(
    kind: ImageKind, offset: UInt64, byteCount: UInt64, facts: [ImageFact] = [],
    notes: [String] = []
  ) {
    self.kind = kind
    self.offset = offset
    self.byteCount = byteCount
    self.facts = facts
    self.notes = notes
  }
}

/// One line of a header: the name of a field and its value in words.
public struct ImageFact: Sendable, Hashable {
  /// The name of the field: `load address`.
  public let name: String
  /// The value: `0x80008000`.
  public let text: String

  /// Groups a name and a value.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}
