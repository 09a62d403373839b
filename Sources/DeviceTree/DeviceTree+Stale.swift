// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

extension DeviceTree {
  /// Removes what only the running kernel was meant to know, before the tree is given to the next:
  /// the previous initrd, the header of a crashed kernel, caps on memory, measurements, and the
  /// reservations of all these and of the previous tree itself.
  ///
  /// Source: Linux 6.1, drivers/of/kexec.c, of_kexec_alloc_and_setup_fdt and remove_ima_buffer.
  ///
  /// - Parameter previousTree: Where the tree lay that the running kernel was booted with, when
  ///   that is known.
  /// - Returns: The edits.
  public mutating func removeStaleEntries(previousTree: PhysicalRange? = nil) -> [Edit] {
    var edits: [Edit] = []
    if let previousTree {
      edits += removeReservations(of: previousTree, why: "it held the previous device tree")
    }
    edits += removeInitrd()
    if let path = chosenPath {
      for (name, why) in [
        ("linux,elfcorehdr", "it held the header of a crashed kernel"),
        ("linux,ima-kexec-buffer", "it held measurements for the running kernel"),
      ] {
        // A value that cannot be read has no reservation that could be told from others.
        if let property = node(at: path)?.property(named: name),
          let ranges = try? CellCounts(root: root).ranges(property, in: path)
        {
          for range in ranges { edits += removeReservations(of: range, why: why) }
        }
        edits += removeProperties([name], at: path)
      }
      edits += removeProperties(["linux,usable-memory-range"], at: path)
    }
    Self.removeUsableMemory(&root, "", &edits)
    return edits
  }

  /// The random bytes that ``refreshSeeds(from:)`` needs to replace every seed.
  public var seedByteCount: ByteCount {
    ByteCount(Self.seeds.reduce(0) { $0 + (chosen?.property(named: $1)?.value.count ?? 0) })
  }

  /// Replaces the random seeds of `/chosen`, which the running kernel has used up, each by as many
  /// fresh bytes as it had. A seed for which there are not enough bytes is removed: a seed must
  /// never be used twice.
  ///
  /// - Parameter random: Fresh random bytes, ``seedByteCount`` of them; empty removes the seeds.
  /// - Returns: The edits, which do not show the bytes.
  public mutating func refreshSeeds(from random: [UInt8] = []) -> [Edit] {
    guard let path = chosenPath else { return [] }
    var edits: [Edit] = []
    var rest = random[...]
    for name in Self.seeds {
      guard let old = node(at: path)?.property(named: name)?.value else { continue }
      if old.count > 0, rest.count >= old.count {
        let fresh = Array(rest.prefix(old.count))
        rest = rest.dropFirst(old.count)
        edit(path) { $0.set(name, bytes: fresh) }
        edits.append(.seedReplaced(path: path, name: name, length: ByteCount(old.count)))
      } else {
        edits += removeProperties([name], at: path)
      }
    }
    return edits
  }

  /// Removes the property from memory nodes at any depth, as deep as the decompressor looks.
  private static func removeUsableMemory(_ node: inout Node, _ path: String, _ edits: inout [Edit])
  {
    let name = "linux,usable-memory"
    if node.property(named: "device_type")?.text == "memory", node.remove(name) != nil {
      edits.append(.propertyRemoved(path: path.isEmpty ? "/" : path, name: name))
    }
    for index in node.children.indices {
      removeUsableMemory(&node.children[index], path + "/" + node.children[index].name, &edits)
    }
  }

  private static let seeds = ["kaslr-seed", "rng-seed"]

  mutating func removeProperties(_ names: [String], at path: String) -> [Edit] {
    var edits: [Edit] = []
    for name in names where edit(path, { $0.remove(name) != nil }) == true {
      edits.append(.propertyRemoved(path: path, name: name))
    }
    return edits
  }

  /// Removes the entries that start where a range starts and end where it ends, either of which
  /// may be rounded outward to a page.
  mutating func removeReservations(of range: PhysicalRange, why: String) -> [Edit] {
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
