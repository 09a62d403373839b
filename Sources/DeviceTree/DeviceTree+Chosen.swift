// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

extension DeviceTree {
  /// The path of the node with the boot parameters, `/chosen` with or without a unit address; nil
  /// when there is none.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c, early_init_dt_scan_chosen.
  public var chosenPath: String? { chosenIndex.map { "/" + root.children[$0].name } }

  /// The node with the boot parameters; nil when there is none.
  public var chosen: Node? { chosenIndex.map { root.children[$0] } }

  /// The place of ``chosen`` among the children of the root.
  var chosenIndex: Int? {
    for index in root.children.indices where root.children[index].hasBaseName("chosen") {
      return index
    }
    return nil
  }

  /// Edits the node with the boot parameters; a missing one is appended.
  private mutating func editChosen(_ body: (inout Node) -> Void) {
    let index = chosenIndex ?? root.children.endIndex
    if index == root.children.endIndex { root.children.append(Node("chosen")) }
    body(&root.children[index])
  }

  /// The command line, `bootargs`; nil when there is none.
  public var commandLine: String? { chosen?.first("bootargs")?.text }

  /// The console, `stdout-path` or its older name, with its options: `/pl011@9000000:115200`.
  public var stdoutPath: String? {
    let chosen = chosen
    let property =
      chosen?.first("stdout-path") ?? chosen?.first("linux,stdout-path")
    return property?.text
  }

  /// The machine's name, `model` of the root.
  public var model: String? { root.first("model")?.text }

  /// The machines and families it is compatible with, the most specific first.
  public var compatible: [String] { root.first("compatible")?.asStrings ?? [] }

  /// The initial ramdisk that the tree names; nil when there is none or its end is not above its
  /// start.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c, early_init_dt_check_for_initrd (the end is exclusive).
  public var initrd: PhysicalRange? {
    guard let chosen, let start = chosen.first("linux,initrd-start")?.asUInt64,
      let end = chosen.first("linux,initrd-end")?.asUInt64
    else { return nil }
    return PhysicalRange(start: PhysicalAddress(start), end: PhysicalAddress(end))
  }

  /// Sets or removes the command line.
  ///
  /// - Parameter commandLine: The text without its zero byte; nil removes the property.
  /// - Returns: The edit; none when nothing changes.
  public mutating func setCommandLine(_ commandLine: String?) -> [Edit] {
    let old = self.commandLine
    guard old != commandLine else { return [] }
    guard let commandLine else {
      if let index = chosenIndex { root.children[index].remove("bootargs") }
      return old.map { [.commandLineRemoved(old: $0)] } ?? []
    }
    editChosen { $0.set("bootargs", string: commandLine) }
    return [.commandLineSet(old: old, new: commandLine)]
  }

  /// Sets or removes the initial ramdisk. Reservations of the previous one go with it.
  ///
  /// Start and end take one cell each when both fit, else two. The kernel reads either.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c, early_init_dt_check_for_initrd.
  ///
  /// - Parameter range: The ramdisk, or nil for none.
  /// - Returns: The edits.
  /// - Throws: A range that ends with the address space, whose end cannot be written.
  public mutating func setInitrd(_ range: PhysicalRange?) throws(DeviceTreeError) -> [Edit] {
    guard let range else { return removeInitrd() }
    guard let end = range.end?.rawValue else {
      throw DeviceTreeError(
        .node("/chosen"), .malformed("an initrd cannot end with the address space"))
    }
    var edits = removeInitrdReservations()
    editChosen { $0.setInitrd(range.first.rawValue, end: end) }
    edits.append(.initrdSet(range))
    return edits
  }

  /// Removes the initial ramdisk and its reservations.
  ///
  /// - Returns: The edits.
  public mutating func removeInitrd() -> [Edit] {
    var edits = removeInitrdReservations()
    edits += removeFromChosen("linux,initrd-start")
    edits += removeFromChosen("linux,initrd-end")
    return edits
  }

  /// Removes the reservations that cover exactly the initial ramdisk or its whole pages.
  mutating func removeInitrdReservations() -> [Edit] {
    guard !memoryReservations.isEmpty, let initrd else { return [] }
    return removeReservations(of: initrd, why: "it held the previous initrd")
  }
}

extension Node {
  /// Sets the initial ramdisk in `/chosen`: its first byte and the one behind its last.
  mutating func setInitrd(_ start: UInt64, end: UInt64) {
    if end <= UInt64(UInt32.max) {
      set("linux,initrd-start", u32: UInt32(truncatingIfNeeded: start))
      set("linux,initrd-end", u32: UInt32(truncatingIfNeeded: end))
    } else {
      set("linux,initrd-start", u64: start)
      set("linux,initrd-end", u64: end)
    }
  }
}
