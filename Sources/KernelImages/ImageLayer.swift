// SPDX-License-Identifier: Apache-2.0

/// One layer of a file: a wrapper, or what is in the innermost one.
public struct ImageLayer: Sendable, Hashable {
  /// What the layer is.
  public var kind: ImageKind
  /// The offset of its first byte in the layer around it, in that layer's bytes as they come out
  /// of it.
  public var offset: UInt64
  /// The bytes it takes there; of an inflated layer, the bytes that came out.
  public var byteCount: UInt64
  /// What its header says, in the order of the header.
  public var facts: [ImageFact]
  /// What a reader of the report should know besides.
  public var notes: [String]

  /// Notes a layer.
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

  /// Notes a field.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}
