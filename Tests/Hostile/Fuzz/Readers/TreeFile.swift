// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory

/// A flattened device tree: read, asked, edited as for a boot, and written.
enum TreeFile {
  static func read(_ bytes: [UInt8]) {
    guard let tree = try? DeviceTree(flattened: bytes.span) else { return }
    checkRoundTrip(tree)
    ask(tree)
    edit(tree)
  }

  /// Two trees, behind the length of the first in two bytes.
  static func pair(_ input: [UInt8]) -> ([UInt8], [UInt8])? {
    guard input.count > 2 else { return nil }
    let length = Int(input[0]) << 8 | Int(input[1])
    let rest = input.dropFirst(2)
    return (Array(rest.prefix(length)), Array(rest.dropFirst(length)))
  }

  /// A tree, and an overlay for it.
  static func readOverlay(_ input: [UInt8]) {
    guard let (base, overlay) = pair(input), var tree = try? DeviceTree(flattened: base.span),
      let other = try? DeviceTree(flattened: overlay.span)
    else { return }
    let before = tree
    do throws(DeviceTreeError) {
      _ = try tree.apply(overlay: other)
      checkRoundTrip(tree)
    } catch {
      hold(tree == before, "an overlay that is refused changes nothing")
      hold(!error.description.isEmpty, "a message")
    }
  }

  private static func checkRoundTrip(_ tree: DeviceTree) {
    let written = tree.flattened()
    guard let again = try? DeviceTree(flattened: written.span) else {
      return hold(false, "what was written can be read")
    }
    hold(again == tree, "what was written reads the same")
    hold(again.flattened() == written, "and is written the same")
    hold(
      DeviceTree.totalSize(written.span) == UInt64(written.count), "the header tells the length")
  }

  private static func ask(_ tree: DeviceTree) {
    for preferringUsable in [false, true] {
      guard let memory = try? tree.memory(preferringUsable: preferringUsable) else { continue }
      for range in memory { hold(range.first <= range.last, "ranges are not empty") }
    }
    _ = (
      try? tree.usableMemoryRanges(), try? tree.reservedMemory(), try? tree.lastingReservations()
    )
    _ = (tree.console, tree.consoleAddress, tree.stdout, tree.initrd, tree.commandLine, tree.model)
    _ = (tree.compatible, tree.chosenPath, tree.seedByteCount)
  }

  private static func edit(_ tree: DeviceTree) {
    var edited = tree
    _ = edited.setCommandLine("console=ttyAMA0")
    let first = PhysicalAddress(0x4800_0000)
    guard let range = PhysicalRange(start: first, count: ByteCount(UInt64(0x1234))) else { return }
    _ = edited.removeStaleEntries(previousTree: range)
    if (try? edited.setInitrd(range)) != nil {
      hold(edited.initrd == range, "the initrd that was set is read")
    }
    hold(edited.commandLine == "console=ttyAMA0", "the command line that was set is read")
    _ = edited.refreshSeeds(from: [1, 2, 3])
    checkRoundTrip(edited)
  }
}
