// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import PhysicalMemory

/// The page tables of Ferry. The first has read-only text, and data that cannot be executed. The
/// last one also has one page of memory mapped to itself.
///
/// What we know: start.S has left two first-level tables behind ``Placed``, at the first multiple
/// of 16 KiB, and runs on the first. What we do not know: the content of the TLBs. What we are
/// responsible for: all of Ferry stays mapped in every table, and table walks, which bypass the
/// caches, find the written entries (`ferry_use_table` cleans them).
struct PageTables {
  private let core: Core
  /// The physical address of the first table.
  private let first: UInt32

  private var second: UInt32 { first + 0x4000 }
  /// The second-level tables: of start.S, of Ferry, of the vectors, of the code buffer.
  private func small(_ index: UInt32) -> UInt32 { first + 0x8000 + index * 0x400 }

  init(_ core: Core) {
    self.core = core
    first = (Placed.physical(ferry_tables_start_address()) + 0x3fff) & ~0x3fff
  }

  /// Makes the table for Ferry's work, and loads it.
  func protect(_ bundle: borrowing Bundle, _ memory: RangeSet) {
    let manifest = bundle.manifest
    clear(second, 4096)
    mapFerry(isWritable: manifest.flags.contains(.textIsWritable))
    for range in memory.ranges { map(range) }
    if !manifest.uart.isSilent {
      set(
        second, Console.virtual >> 20,
        PageDescriptor.section(manifest.uart.base, .device, core))
    }
    ferry_use_table(second)
  }

  /// Makes the table for the jump: the same, and a page mapped to itself, executable.
  ///
  /// - Returns: Its physical address.
  func identityTable(_ page: UInt32) -> UInt32 {
    for index in 0..<UInt32(4096) { set(first, index, word(second, index)) }
    clear(small(3), 256)
    set(small(3), page >> 12 & 0xff, PageDescriptor.page(page, .execute, core))
    set(first, page >> 20, PageDescriptor.table(small(3), core))
    return first
  }

  private func mapFerry(isWritable: Bool) {
    let base = ferry_entry.base
    let text = ferry_text_end_address() - Placed.link
    let constants = ferry_rodata_end_address() - Placed.link
    let end = ferry_image_end_address() - Placed.link
    clear(small(1), 256)
    var offset: UInt32 = 0
    while offset < end {
      let permission: Permission =
        offset < text
        ? (isWritable ? .executeAndWrite : .execute) : offset < constants ? .readOnly : .readWrite
      set(small(1), offset >> 12, PageDescriptor.page(base + offset, permission, core))
      offset += 4096
    }
    set(second, Placed.link >> 20, PageDescriptor.table(small(1), core))
    clear(small(2), 256)
    let vectors = Placed.physical(ferry_vectors_address())
    set(small(2), 0xf0, PageDescriptor.page(vectors, .execute, core))
    set(second, 0xfff, PageDescriptor.table(small(2), core))
  }

  private func map(_ range: PhysicalRange) {
    var section = range.first.rawValue >> 20
    while section <= range.last.rawValue >> 20, section < 4096 {
      let physical = UInt32(section) << 20
      if let virtual = Placed.virtual(physical) {
        set(second, virtual >> 20, PageDescriptor.section(physical, .readWrite, core))
      }
      section += 1
    }
  }

  // The tables are in Ferry's own image, which is mapped at its link address.
  private func place(_ table: UInt32, _ index: UInt32) -> UInt {
    UInt(table - ferry_entry.base + Placed.link + 4 * index)
  }

  private func word(_ table: UInt32, _ index: UInt32) -> UInt32 {
    ferry_read32(place(table, index))
  }

  private func set(_ table: UInt32, _ index: UInt32, _ word: UInt32) {
    ferry_write32(place(table, index), word)
  }

  private func clear(_ table: UInt32, _ count: UInt32) {
    for index in 0..<count { set(table, index, 0) }
  }
}
