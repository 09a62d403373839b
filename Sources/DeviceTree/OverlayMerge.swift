// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Merges the fragments of an overlay, whose references are resolved, into its base.
///
/// Source: dtc, Documentation/dt-object-internal.txt; Linux 6.1,
/// scripts/dtc/libfdt/fdt_overlay.c (what wins, how symbols are rewritten).
struct OverlayMerge {
  private static let maximumFragments = 1024
  /// The most children that are listed. The children of every fragment's target are listed by name;
  /// real trees have some hundreds, and ten fragments.
  private static let maximumListed = 1 << 20

  /// The root of the base.
  private(set) var base: Node
  /// The edits of the fragments that were merged.
  private(set) var edits: [Edit] = []
  private let overlay: Node
  /// The child indices of the nodes with phandles. They stay valid: nodes are only appended.
  private var phandles: Phandles
  /// The number of children that were listed.
  private var listed = 0

  init(base: Node, overlay: Node) {
    self.base = base
    self.overlay = overlay
    phandles = Phandles(base)
  }

  mutating func mergeFragments() throws(DeviceTreeError) {
    for fragment in overlay.children {
      guard let content = fragment.properChild("__overlay__") else { continue }
      guard edits.count < Self.maximumFragments else {
        throw DeviceTreeError(
          .overlay("/"), .tooMany("fragments", limit: UInt64(Self.maximumFragments)))
      }
      let steps = try target(of: fragment)
      var listed = listed
      _ = try base.edit(steps[...]) { (node: inout Node) throws(DeviceTreeError) in
        try Self.merge(
          content, into: &node, "/" + fragment.name, depth: steps.count + 1, &listed)
      }
      self.listed = listed
      edits.append(.fragmentApplied(name: fragment.name, target: path(steps)))
    }
  }

  /// Adds the overlay's labels to the base's, so that further overlays can refer to them.
  mutating func mergeSymbols() throws(DeviceTreeError) {
    guard let symbols = overlay.properChild("__symbols__") else { return }
    let fragments = NameTable(overlay.children.map { $0.nameBytes })
    var targets = [String?](repeating: nil, count: fragments.count)
    var merged = Node("__symbols__")
    for symbol in symbols.properties {
      guard let text = symbol.asString, text.utf8.first == UInt8(ascii: "/") else {
        throw DeviceTreeError(.overlay("/__symbols__"), .malformed(symbol.name + " is not a path"))
      }
      guard let (name, rest) = Self.splitSymbol(text) else { continue }
      let target: String
      let place = fragments.place(of: Array(name: name))
      if let known = place.flatMap({ targets[$0] }) {
        target = known
      } else {
        guard let fragment = overlay.child(named: name), fragment.properChild("__overlay__") != nil
        else { throw DeviceTreeError(.overlay("/__symbols__"), .missing("fragment " + name)) }
        let steps = try self.target(of: fragment)
        let written = fragment.phandleOfTarget == 0 ? fragment.property(named: "target-path") : nil
        target = written?.text ?? path(steps)
        if let place { targets[place] = target }
      }
      merged.properties.append(symbol)
      merged.properties[merged.properties.count - 1].value =
        Array(((target.utf8.count > 1 ? target : "") + "/" + rest).utf8) + [0]
    }
    let index: Int
    switch base.findChild("__symbols__") {
    case .one(let found): index = found
    case .none:
      index = base.children.count
      base.children.append(Node("__symbols__"))
    case .several: throw DeviceTreeError(.overlay("/__symbols__"), .ambiguous("__symbols__"))
    }
    try Self.merge(merged, into: &base.children[index], "/__symbols__", depth: 2, &listed)
  }

  /// Gives the child indices of the node that a fragment changes.
  private mutating func target(of fragment: Node) throws(DeviceTreeError) -> [Int] {
    let place = DeviceTreeError.Subject.overlay("/" + fragment.name)
    guard let phandle = fragment.phandleOfTarget else {
      throw DeviceTreeError(place, .malformed("target is not one reference"))
    }
    if phandle != 0 {
      if let steps = phandles[phandle] { return steps }
      phandles = Phandles(base)
      if let steps = phandles[phandle] { return steps }
      throw DeviceTreeError(place, .missing("the target with phandle " + String(phandle)))
    }
    guard let path = fragment.property(named: "target-path")?.text else {
      throw DeviceTreeError(place, .missing("target or target-path"))
    }
    guard let steps = DeviceTree(root: base).steps(to: path) else {
      throw DeviceTreeError(place, .missing("the target " + path))
    }
    return steps
  }

  private func path(_ steps: [Int]) -> String {
    var path = ""
    var node = base
    for step in steps where node.children.indices.contains(step) {
      node = node.children[step]
      path += "/" + node.name
    }
    return path.isEmpty ? "/" : path
  }

  /// Splits `/fragment/__overlay__/rest`; nil when the symbol lies elsewhere.
  private static func splitSymbol(_ text: String) -> (fragment: String, rest: String)? {
    let parts = text.pieces(at: UInt8(ascii: "/"), keepsEmpty: true, cuts: 3)
    guard parts.count >= 3, parts[2] == "__overlay__" else { return nil }
    return (parts[1], parts.count > 3 ? parts[3] : "")
  }

  /// Sets the properties of one node in another and merges the children that have the same name.
  private static func merge(
    _ source: Node, into target: inout Node, _ path: String, depth: Int, _ listed: inout Int
  ) throws(DeviceTreeError) {
    guard depth <= StructureReader.maximumDepth else {
      throw DeviceTreeError(
        .overlay(path), .tooMany("levels", limit: UInt64(StructureReader.maximumDepth)))
    }
    var properties = FirstPlaces(
      of: target.properties.map { $0.nameBytes }, among: source.properties.map { $0.nameBytes })
    for property in source.properties {
      if let index = properties[property.nameBytes] {
        target.properties[index].value = property.value
      } else {
        properties.add(property.nameBytes, target.properties.count)
        target.properties.append(property)
      }
    }
    guard !source.children.isEmpty else { return }
    listed += target.children.count
    guard listed <= maximumListed else {
      throw DeviceTreeError(
        .overlay(path), .tooMany("children of targets", limit: UInt64(maximumListed)))
    }
    var children = FirstPlaces(
      of: target.children.map { $0.nameBytes }, among: source.children.map { $0.nameBytes })
    // By names without address: the first child of each, and the number of children.
    let similar = NameTable(source.children.map { $0.nameBytes })
    var withoutAddress = [(first: Int, count: Int)](repeating: (0, 0), count: similar.count)
    func note(_ child: Node, _ index: Int) {
      guard let place = similar.place(of: child.baseNameBytes) else { return }
      if withoutAddress[place].count == 0 { withoutAddress[place].first = index }
      withoutAddress[place].count += 1
    }
    for (index, child) in target.children.enumerated() { note(child, index) }
    for child in source.children {
      let index: Int
      if let exact = children[child.nameBytes] {
        index = exact
      } else if let place = similar.place(of: child.nameBytes), withoutAddress[place].count > 0 {
        guard withoutAddress[place].count == 1 else {
          throw DeviceTreeError(.overlay(path), .ambiguous(child.name))
        }
        index = withoutAddress[place].first
      } else {
        index = target.children.count
        target.children.append(Node(child.name))
        children.add(child.nameBytes, index)
        note(child, index)
      }
      try merge(
        child, into: &target.children[index], path + "/" + child.name, depth: depth + 1, &listed)
    }
  }
}

/// The child indices of the nodes with phandles, sorted by phandle.
private struct Phandles {
  private var ways: [(phandle: UInt32, steps: [Int])] = []

  /// Lists the nodes of a tree; of several with one phandle the first counts.
  init(_ root: Node) {
    func collect(_ node: Node, _ steps: [Int]) {
      if let phandle = node.phandle { ways.append((phandle, steps)) }
      for (index, child) in node.children.enumerated() { collect(child, steps + [index]) }
    }
    collect(root, [])
    ways = ways.inOrder { $0.phandle < $1.phandle }
  }

  subscript(phandle: UInt32) -> [Int]? {
    var (low, high) = (0, ways.count)
    while low < high {
      let middle = (low + high) / 2
      if ways[middle].phandle < phandle { low = middle + 1 } else { high = middle }
    }
    return low < ways.count && ways[low].phandle == phandle ? ways[low].steps : nil
  }
}

extension Node {
  /// Finds a child by its exact name only, as the parts of an overlay are named.
  func properChild(_ name: String) -> Node? {
    children.first { $0.name == name }
  }

  /// The phandle of a fragment's target: 0 when it has no `target`, nil when that is no phandle.
  fileprivate var phandleOfTarget: UInt32? {
    guard let target = property(named: "target") else { return 0 }
    guard let phandle = target.asUInt32, phandle != .max else { return nil }
    return phandle
  }
}
