// SPDX-License-Identifier: Apache-2.0
import CFerry
import PhysicalMemory

/// The physical and virtual addresses of Ferry and of memory.
///
/// Ferry itself is mapped at its link address, by pages. Memory is mapped at its physical address
/// plus an offset that is not 0. So no memory lies at its address of the next kernel, except the
/// page of the reboot code buffer at the end.
enum Placed {
  /// Ferry's link address; at most 1 MiB is mapped there.
  static let link: UInt32 = 0xff00_0000
  /// The first of Ferry's own addresses: no memory is mapped from here on.
  static let ours: UInt32 = Console.virtual

  /// The physical address of a part of Ferry.
  static func physical(_ address: UInt32) -> UInt32 { address - link + ferry_entry.base }

  /// The virtual address of memory; nil for an address that cannot be mapped.
  ///
  /// The first section of the address space is left out, too: address 0 should not be readable.
  static func virtual(_ physical: UInt32) -> UInt32? {
    let address = physical &+ ferry_entry.offset
    return address >= ours || address < 0x10_0000 ? nil : address
  }

  /// A pointer to mapped memory.
  static func pointer(_ address: PhysicalAddress) -> UnsafeMutableRawPointer? {
    guard let physical = UInt32(exactly: address.rawValue), let place = virtual(physical) else {
      return nil
    }
    return unsafe UnsafeMutableRawPointer(bitPattern: UInt(place))
  }

  /// The memory that Ferry cannot use. Its virtual place is Ferry's own, or a page mapped to itself
  /// would take Ferry's place.
  static var unreachable: RangeSet {
    var result = RangeSet()
    let begin = UInt64(ours &- ferry_entry.offset)
    // Both gaps of the map touch at the top of the address space: 32 MiB and the first section.
    let size: UInt64 = 0x210_0000
    if let range = PhysicalRange(start: PhysicalAddress(begin), count: ByteCount(size)) {
      result.insert(range)
    }
    if let range = PhysicalRange(
      first: PhysicalAddress(UInt64(link)), last: PhysicalRange.below4GiB.last)
    {
      result.insert(range)
    }
    return result
  }
}
