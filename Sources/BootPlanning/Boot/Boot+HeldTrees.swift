// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension Boot {
  /// Takes one of the trees that a file holds, with its overlays merged into it.
  ///
  /// - Parameters:
  ///   - trees: The trees.
  ///   - file: The file: the kernel's, or one that was given for the tree.
  ///   - origin: The source of the file.
  /// - Returns: Whether one was taken; false leaves the tree to the running machine.
  /// - Throws: ``BootError`` with the file or the tree in it.
  func takeHeldTree(
    among trees: [HeldTree], of file: File, _ origin: TreeOrigin
  ) throws(BootError) -> Bool {
    guard let index = try chooseTree(among: trees, in: file.span, path: file.path) else {
      return false
    }
    let held = trees[index]
    tree = (
      try Self.tree(held.bytes, of: file, named: held.origin, as: .dtb), held.origin
    )
    treeOrigin = origin
    diagnostics.append(
      Diagnostic(.heldTreeTaken, .note, held.origin + " is taken out and passed as the DTB"))
    for overlay in held.overlays {
      try merge(
        try Self.tree(overlay.bytes, of: file, named: overlay.origin, as: .overlay),
        overlay.origin)
    }
    return true
  }

  /// Chooses among the trees that a file holds: by the user's option, or else by the machine.
  ///
  /// - Parameters:
  ///   - trees: The trees, in the order of the file.
  ///   - file: All bytes of the file.
  ///   - path: Its path, for errors.
  /// - Returns: The index of the tree; nil when there is none. It is also nil when no one of
  ///   several fits the machine, and the machine's own tree is known.
  /// - Throws: ``BootError/noSuchTree(path:index:count:)``
  func chooseTree(
    among trees: [HeldTree], in file: Span<UInt8>, path: String
  ) throws(BootError) -> Int? {
    if let index = options.stated.treeIndex {
      guard trees.indices.contains(index) else {
        throw .noSuchTree(path: path, index: index, count: trees.count)
      }
      return index
    }
    guard !trees.isEmpty else { return nil }
    let machine = options.runningTree.map { TreeIdentity(root: $0.root) } ?? TreeIdentity()
    if trees.count == 1, !machine.isKnown { return 0 }
    let identities = HeldTree.identities(of: trees, in: file)
    if trees.count == 1 {
      if let identity = identities[0] {
        diagnostics += Self.mismatch(identity, trees[0].origin, on: machine)
      }
      return 0
    }
    let all =
      "the file holds \(trees.count) device trees ("
      + identities.enumerated().prefix(Self.mostNamed)
      .map { "\($0.offset): " + Self.name($0.element) }.joined(separator: ", ")
      + (trees.count > Self.mostNamed ? " and more)" : ")")
    guard machine.isKnown else {
      diagnostics.append(
        Diagnostic(
          .treeUncertain, .warning,
          all + ", and it is unknown which is for this machine: the first is taken",
          hint: "say which with --dtb-index N"))
      return 0
    }
    guard let best = TreeMatch.best(of: identities, on: machine) else {
      diagnostics.append(
        Diagnostic(
          .treeUncertain, .warning,
          all + ", and none of them is for this machine, " + Self.name(machine)
            + ": its own tree is kept", hint: "say which is right with --dtb-index N"))
      return nil
    }
    // A table may name one tree in several lines, or hold it more than once.
    let taken = try? trees[best.index].bytes.copy(of: file, limit: HeldTree.mostBytes)
    let rivals = best.rivals.prefix(Self.mostRivals).filter {
      guard trees[$0].bytes != trees[best.index].bytes else { return false }
      return taken == nil
        || (try? trees[$0].bytes.copy(of: file, limit: HeldTree.mostBytes)) != taken
    }
    if !rivals.isEmpty {
      diagnostics.append(
        Diagnostic(
          .treeUncertain, .warning,
          all + ", of which \(rivals.count + 1) fit this machine equally: number \(best.index) is "
            + "taken", hint: "say which is right with --dtb-index N"))
    } else if options.explains {
      diagnostics.append(
        Diagnostic(
          .treeChosen, .note,
          all + ": number \(best.index) is taken, since it fits this machine best"))
    }
    if let identity = identities[best.index] {
      diagnostics += Self.mismatch(identity, trees[best.index].origin, on: machine)
    }
    return best.index
  }

  /// A diagnostic about a tree for another machine than this one; nil when the tree fits, or does
  /// not name a machine.
  static func mismatch(
    _ identity: TreeIdentity, _ origin: String, on machine: TreeIdentity
  ) -> [Diagnostic] {
    guard machine.isKnown, identity.isKnown else { return [] }
    let match = TreeMatch(identity, on: machine)
    if let match, match.isForMachine { return [] }
    var shared = "nothing"
    if case .compatible(let name, _) = match?.reason { shared = "only '" + name + "'" }
    return [
      Diagnostic(
        .treeOfAnotherBoard, .warning,
        origin + " is for " + name(identity) + "; this machine is " + name(machine)
          + ", and they have " + shared + " in common",
        hint: "name the right tree with --dtb FILE, or leave the tree to the running machine")
    ]
  }

  /// The most trees that are compared with one another.
  private static var mostRivals: Int { 16 }

  /// The most trees that are named one by one.
  private static var mostNamed: Int { 8 }

  /// A board in a sentence: its name and the first text of its `compatible`.
  private static func name(_ identity: TreeIdentity?) -> String {
    guard let identity else { return "not readable" }
    let board = identity.compatible.first.map { PrintableText.clean($0) }
    guard let model = identity.model, !model.isEmpty else { return board ?? "without a name" }
    return "'" + PrintableText.clean(model) + "'" + (board.map { " " + $0 } ?? "")
  }

  private static func tree(
    _ bytes: ImageBytes, of file: File, named name: String, as role: PlannedFile.Role
  ) throws(BootError) -> DeviceTree {
    let copy: [UInt8]
    do throws(KernelImageError) { copy = try bytes.copy(of: file.span) } catch {
      throw .image(path: file.path, error)
    }
    return try tree(copy.span, name, as: role)
  }
}
