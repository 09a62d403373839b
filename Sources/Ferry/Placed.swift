// SPDX-License-Identifier: Apache-2.0
import CFerry
import PhysicalMemory

/// Where things lie: physical addresses, and where they are mapped.
///
/// Ferry itself is mapped at its link address, by pages. Memory as such is mapped at its physical
/// address plus an offset that is not 0, so that nothing is where the next kernel will find it but
/// the page of the reboot code buffer, when its time comes.
enum Placed {
  /// Ferry's link address; at most 1 MiB is mapped there.
  static let link: UInt32 = 0xff00_0000
  /// The first of our own addresses: no memory is mapped from here on.
  static let ours: UInt32 = Console.virtual

  /// The physical address of something of Ferry's.
  static func physical(_ address: UInt32) -> UInt32 { address - link + ferry_entry.base }

  /// Where memory is mapped, or nil for an address that cannot be.
  ///
  /// The first section of the address space is left out, too: nothing should be found at address 0.
  static func virtual(_ physical: UInt32) -> UInt32? {
    let address = physical &+ ferry_entry.offset
    return address >= ours || address < 0x10_0000 ? nil : address
  }

  /// A pointer to memory that is mapped.
  static func pointer(_ address: PhysicalAddress) -> UnsafeMutableRawPointer? {
    guard let physical = UInt32(exactly: address.rawValue), let place = virtual(physical) else {
      return nil
    }
    return unsafe UnsafeMutableRawPointer(bitPattern: UInt(place))
  }

  /// The memory that Ferry has no page in: what cannot be mapped, because its place is ours, and what
  /// a page that is mapped to itself would take our place with.
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
