// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Gives an overlay phandles that its base does not use, and replaces its references by them.
///
/// Source: dtc, Documentation/dt-object-internal.txt, `__fixups__` and `__local_fixups__`.
struct OverlayReferences {
  /// References are looked up one by one; no real overlay has this many.
  private static let maximumReferences = 8192

  /// The root of the overlay.
  private(set) var root: Node

  init(_ root: Node) {
    self.root = root
  }

  mutating func resolve(in base: DeviceTree) throws(DeviceTreeError) {
    let delta = base.root.highestPhandle
    try Self.renumber(&root, "", by: delta)
    if let fixups = root.properChild("__local_fixups__") {
      try Self.shift(&root, "", fixups, by: delta)
    }
    if let fixups = root.properChild("__fixups__") {
      try fill(fixups, from: base)
    }
  }

  /// Adds to the phandle of every node.
  private static func renumber(
    _ node: inout Node, _ path: String, by delta: UInt32
  ) throws(DeviceTreeError) {
    for (index, property) in node.properties.enumerated() {
      let name = property.name
      guard name == "phandle" || name == "linux,phandle" else { continue }
      guard property.value.count == 4 else {
        throw DeviceTreeError(.overlay(path), .malformed(name + " is not one cell"))
      }
      try add(delta, to: &node.properties[index].value, at: 0, path)
    }
    for index in node.children.indices {
      try renumber(&node.children[index], path + "/" + node.children[index].name, by: delta)
    }
  }

  /// Adds to the references inside the overlay, which a tree of the same shape, `fixups`, lists.
  private static func shift(
    _ node: inout Node, _ path: String, _ fixups: Node, by delta: UInt32
  ) throws(DeviceTreeError) {
    let properties = FirstPlaces(
      of: node.properties.map { $0.nameBytes }, among: fixups.properties.map { $0.nameBytes })
    for fixup in fixups.properties {
      guard let index = properties[fixup.nameBytes], let offsets = fixup.asCells else {
        throw DeviceTreeError(
          .overlay("/__local_fixups__" + path), .missing("what " + fixup.name + " refers to"))
      }
      for offset in offsets {
        try add(delta, to: &node.properties[index].value, at: offset, path)
      }
    }
    let children = FirstPlaces(
      of: node.children.map { $0.nameBytes }, among: fixups.children.map { $0.nameBytes })
    for child in fixups.children {
      guard let index = children[child.nameBytes] else {
        throw DeviceTreeError(
          .overlay("/__local_fixups__" + path), .missing("what " + child.name + " refers to"))
      }
      try shift(&node.children[index], path + "/" + child.name, child, by: delta)
    }
  }

  /// Writes phandles of the base where the overlay refers to its labels.
  private mutating func fill(_ fixups: Node, from base: DeviceTree) throws(DeviceTreeError) {
    let symbols = base.root.properChild("__symbols__")
    let paths = symbols?.properties ?? []
    let labels = FirstPlaces(
      of: paths.map { $0.nameBytes }, among: fixups.properties.map { $0.nameBytes })
    let overlay = DeviceTree(root: root)
    var count = 0
    for fixup in fixups.properties {
      guard let index = labels[fixup.nameBytes],
        let path = paths[index].asString, let node = base.node(at: path),
        let phandle = node.phandle, phandle != 0
      else {
        throw DeviceTreeError(
          .overlay("/__fixups__"),
          .missing("a node with label " + fixup.name + " and a phandle in the base"))
      }
      guard let places = fixup.asStrings else {
        throw DeviceTreeError(.overlay("/__fixups__"), .malformed(fixup.name + " is not a text"))
      }
      count += places.count
      guard count <= Self.maximumReferences else {
        throw DeviceTreeError(
          .overlay("/__fixups__"),
          .tooMany("references", limit: UInt64(Self.maximumReferences)))
      }
      for text in places {
        guard let place = ReferencePlace(text), let steps = overlay.steps(to: place.path) else {
          throw DeviceTreeError(.overlay("/__fixups__"), .malformed("no place is called " + text))
        }
        try write(phandle, at: place, steps)
      }
    }
  }

  private mutating func write(
    _ phandle: UInt32, at place: ReferencePlace, _ steps: [Int]
  ) throws(DeviceTreeError) {
    let edited = try root.edit(steps[...]) {
      (node: inout Node) throws(DeviceTreeError) -> Bool in
      guard let index = node.properties.firstIndex(where: { $0.name == place.property }) else {
        return false
      }
      try Self.replace(&node.properties[index].value, at: place.offset, place.path) { _ in phandle }
      return true
    }
    guard edited == true else {
      throw DeviceTreeError(.overlay(place.path), .missing(place.property))
    }
  }

  /// Adds to a big-endian word; 2^32 − 1 and larger numbers are no phandles.
  private static func add(
    _ delta: UInt32, to value: inout [UInt8], at offset: UInt32, _ path: String
  ) throws(DeviceTreeError) {
    try replace(&value, at: offset, path) { old in
      let (sum, overflow) = old.addingReportingOverflow(delta)
      return overflow || sum == .max ? nil : sum
    }
  }

  private static func replace(
    _ value: inout [UInt8], at offset: UInt32, _ path: String,
    _ change: (UInt32) -> UInt32?
  ) throws(DeviceTreeError) {
    guard UInt64(offset) + 4 <= UInt64(value.count) else {
      throw DeviceTreeError(
        .overlay(path),
        .truncated(needed: UInt64(offset) + 4, available: UInt64(value.count)))
    }
    let start = Int(offset)
    let old = value[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard let new = change(old) else {
      throw DeviceTreeError(.overlay(path), .malformed("no phandles are left above the base's"))
    }
    var bytes: [UInt8] = []
    bytes.appendBigEndian(new)
    value.replaceSubrange(start..<(start + 4), with: bytes)
  }
}

/// The place of a reference, written `path:property:offset`.
private struct ReferencePlace {
  let path: String
  let property: String
  let offset: UInt32

  init?(_ text: String) {
    let parts = text.pieces(at: UInt8(ascii: ":"), keepsEmpty: true)
    guard parts.count == 3, parts[0].utf8.first == UInt8(ascii: "/"),
      let offset = UInt32(parts[2])
    else { return nil }
    path = parts[0]
    property = parts[1]
    self.offset = offset
  }
}
