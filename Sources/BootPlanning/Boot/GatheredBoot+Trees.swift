// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension GatheredBoot {
  /// Compares a tree that is not the running one with the machine.
  func judgeTree() {
    guard treeOrigin == .named || treeOrigin == .image, let (tree, path) = sources.tree else {
      return
    }
    if tree.root.property(named: "compatible") == nil {
      diagnostics.append(
        Diagnostic(
          .treeNamesNoMachine, .warning,
          path
            + " names no machine: its root has no compatible, and most kernels find none to run on",
          hint: "name the DTB of this board"))
    } else if treeOrigin == .named, let running = sources.runningTree {
      diagnostics += Self.mismatch(
        TreeIdentity(root: tree.root), path, on: TreeIdentity(root: running.root))
    }
  }

  /// Notes a second tree that nobody reads, since it stands behind another.
  func noteSecondTree(_ file: File) {
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
