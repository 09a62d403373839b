// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension Boot {
  /// The random bytes that the seeds in the tree need, 4096 at most.
  public var seedBytes: Int {
    min(Int(clamping: tree?.tree.seedByteCount.rawValue ?? 0), 4096)
  }

  /// Takes the first tree there is: the one that the user names, one in the kernel's file, that of
  /// the running machine, that of a lab's board.
  func chooseTree() throws(BootError) {
    if let file = inputs.tree {
      files.append(file.planned(.dtb))
      try takeNamedTree(file)
      if let first = image.deviceTrees.first {
        let overlays = first.overlays.map { ", " + $0.origin }.reduce("", +)
        diagnostics.append(
          Diagnostic(
            .heldTreeUnused, .note,
            image.deviceTrees.count == 1
              ? first.origin + overlays + (overlays.isEmpty ? " is" : " are")
                + " not used: --dtb names another tree"
              : "none of the \(image.deviceTrees.count) trees in the kernel's file is used: --dtb "
                + "names another"))
      }
      return
    }
    if let kernel = inputs.kernel,
      try takeHeldTree(among: image.deviceTrees, of: kernel, .image)
    {
      return
    }
    takeMachineTree()
  }

  /// Takes the tree that the user names, or one out of the file that the user names.
  private func takeNamedTree(_ file: File) throws(BootError) {
    let named: DeviceTree
    do throws(BootError) {
      named = try Self.tree(file.span, file.path, as: .dtb)
    } catch {
      guard case .misplaced = error,
        let part = UsablePart.found(in: file.span, file.path, as: .dtb, options)
      else { throw error }
      diagnostics += part.diagnostics
      let isTaken = try takeHeldTree(among: part.image.deviceTrees, of: file, .named)
      if !isTaken { takeMachineTree() }
      return
    }
    if options.stated.treeIndex != nil {
      throw .vain(option: "--dtb-index", why: "'" + file.path + "' is one tree")
    }
    tree = (named, file.path)
    treeOrigin = .named
    noteSecondTree(file)
  }

  private func takeMachineTree() {
    if let running = options.runningTree {
      tree = (running, "running tree")
      treeOrigin = .running
    } else if let last = options.lastTree {
      files.append(last.file)
      tree = (last.tree, last.origin)
      treeOrigin = .last
    }
  }

  static func tree(
    _ bytes: Span<UInt8>, _ path: String, as role: PlannedFile.Role
  ) throws(BootError) -> DeviceTree {
    let tree: DeviceTree
    let misplaced: MisplacedFile?
    do throws(DeviceTreeError) {
      tree = try DeviceTree(flattened: bytes)
      misplaced = MisplacedFile.found(tree, as: role)
    } catch {
      guard case .wrongMagic = error.problem,
        let found = MisplacedFile.found(in: bytes, as: role)
      else { throw .tree(path: path, error) }
      throw .misplaced(path: path, what: found.description, hint: found.hint)
    }
    guard let misplaced else { return tree }
    throw .misplaced(path: path, what: misplaced.description, hint: misplaced.hint)
  }

  /// Merges a file with an overlay into the tree.
  func apply(_ file: File) throws(BootError) {
    files.append(file.planned(.overlay))
    noteSecondTree(file)
    try merge(try Self.tree(file.span, file.path, as: .overlay), file.path)
  }

  /// Merges an overlay into the tree.
  func merge(_ overlay: DeviceTree, _ path: String) throws(BootError) {
    guard let base = tree else { throw .overlayWithoutTree(path: path) }
    do throws(DeviceTreeError) {
      var merged = base.tree
      for edit in try merged.apply(overlay: overlay) {
        diagnostics.append(Diagnostic(.treeEdited, .note, path + ": " + edit.description))
      }
      tree = (merged, base.origin)
    } catch {
      throw .overlay(path: path, error)
    }
  }

  /// Compares a tree that is not the running one with the machine.
  func judgeTree() {
    guard treeOrigin == .named || treeOrigin == .image, let (tree, path) = tree else { return }
    if tree.root.property(named: "compatible") == nil {
      diagnostics.append(
        Diagnostic(
          .treeNamesNoMachine, .warning,
          path
            + " names no machine: its root has no compatible, and most kernels find none to run on",
          hint: "name the DTB of this board"))
    } else if treeOrigin == .named, let running = options.runningTree {
      diagnostics += Self.mismatch(
        TreeIdentity(root: tree.root), path, on: TreeIdentity(root: running.root))
    }
  }

  /// Notes a second tree that nobody reads, since it stands behind another.
  private func noteSecondTree(_ file: File) {
    guard let second = DeviceTree.rootBehind(file.span) else { return }
    let name = second.property(named: "model")?.text ?? ""
    diagnostics.append(
      Diagnostic(
        .secondTree, .warning,
        "'" + file.path + "' holds a second tree behind the first"
          + (name.isEmpty ? "" : ", '" + PrintableText.clean(name) + "'") + "; it is not used",
        hint: "dtc -I dtb -O dtb -o OUT FILE keeps the first; name the tree of this board"))
  }
}
