// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

extension DeviceTree {
  /// Removes entries that only the running kernel needs, before the tree goes to the next kernel.
  /// They are the previous initrd, the header of a crashed kernel, caps on memory, measurements,
  /// and the reservations of all these and of the previous tree itself.
  ///
  /// Source: Linux 6.1, drivers/of/kexec.c, of_kexec_alloc_and_setup_fdt and remove_ima_buffer.
  ///
  /// - Parameter previousTree: The place of the tree that the running kernel was booted with, when
  ///   it is known.
  /// - Returns: The edits.
  public mutating func removeStaleEntries(previousTree: PhysicalRange? = nil) -> [Edit] {
    var edits: [Edit] = []
    if let previousTree {
      edits += removeReservations(of: previousTree, why: "it held the previous device tree")
    }
    edits += removeInitrd()
    for (name, why) in Self.staleRanges {
      if !memoryReservations.isEmpty {
        edits += removeReservations(of: chosen?.property(named: name), why: why)
      }
      edits += removeFromChosen(name)
    }
    edits += removeFromChosen("linux,usable-memory-range")
    let name = "linux,usable-memory"
    for steps in memoryNodes where root.descendant(steps[...])?.property(named: name) != nil {
      root.edit(steps[...]) { _ = $0.remove(name) }
      edits.append(.propertyRemoved(path: steps.isEmpty ? "/" : path(of: steps), name: name))
    }
    return edits
  }

  /// Lists the memory that the tree reserves for the next kernel as well: all reservations that
  /// ``removeStaleEntries(previousTree:)`` would keep.
  ///
  /// - Returns: The ranges with their reasons.
  /// - Throws: As ``reservedMemory()``.
  public func lastingReservations() throws(DeviceTreeError) -> [ReservedRange] {
    var lasting = self
    _ = lasting.removeInitrdReservations()
    for (name, why) in Self.staleRanges where !lasting.memoryReservations.isEmpty {
      _ = lasting.removeReservations(of: chosen?.property(named: name), why: why)
    }
    return try lasting.reservedMemory(initrd: nil).ranges
  }

  /// The random bytes that ``refreshSeeds(from:)`` needs to replace every seed.
  public var seedByteCount: ByteCount {
    let chosen = chosen
    return ByteCount(Self.seeds.reduce(0) { $0 + (chosen?.property(named: $1)?.value.count ?? 0) })
  }

  /// Replaces the random seeds of `/chosen`, which the running kernel has used, each by as many
  /// fresh bytes. A seed for which there are not enough bytes is removed: a seed must never be used
  /// twice.
  ///
  /// - Parameter random: Fresh random bytes, ``seedByteCount`` of them; empty removes the seeds.
  /// - Returns: The edits, which do not contain the bytes.
  public mutating func refreshSeeds(from random: [UInt8] = []) -> [Edit] {
    guard let index = chosenIndex else { return [] }
    var edits: [Edit] = []
    var rest = random[...]
    for name in Self.seeds {
      guard let old = root.children[index].property(named: name)?.value else { continue }
      if old.count > 0, rest.count >= old.count {
        let fresh = Array(rest.prefix(old.count))
        rest = rest.dropFirst(old.count)
        root.children[index].set(name, bytes: fresh)
        let path = "/" + root.children[index].name
        edits.append(.seedReplaced(path: path, name: name, length: ByteCount(old.count)))
      } else {
        edits += removeFromChosen(name)
      }
    }
    return edits
  }

  private static let seeds = ["kaslr-seed", "rng-seed"]
  private static let staleRanges = [
    ("linux,elfcorehdr", "it held the header of a crashed kernel"),
    ("linux,ima-kexec-buffer", "it held measurements for the running kernel"),
  ]

  /// Removes a property of `/chosen`.
  mutating func removeFromChosen(_ name: String) -> [Edit] {
    guard let index = chosenIndex, root.children[index].property(named: name) != nil else {
      return []
    }
    root.children[index].remove(name)
    return [.propertyRemoved(path: "/" + root.children[index].name, name: name)]
  }

  /// Removes the reservations of the memory that a property of `/chosen` names. If its value cannot
  /// be read, no reservation can be matched to it.
  private mutating func removeReservations(of property: Property?, why: String) -> [Edit] {
    guard let property,
      let ranges = try? CellCounts(root: root).ranges(property, in: "/chosen")
    else { return [] }
    return ranges.flatMap { removeReservations(of: $0, why: why) }
  }

  /// Removes the entries with the start and the end of a range; either may be rounded outward to a
  /// page.
  mutating func removeReservations(of range: PhysicalRange, why: String) -> [Edit] {
    if memoryReservations.isEmpty { return [] }
    let pages = range.rounded(outwardTo: .page)
    var edits: [Edit] = []
    memoryReservations.removeAll { entry in
      guard let reserved = entry.range,
        reserved.first == range.first || reserved.first == pages.first,
        reserved.last == range.last || reserved.last == pages.last
      else { return false }
      edits.append(.memoryReservationRemoved(entry, why: why))
      return true
    }
    return edits
  }
}
