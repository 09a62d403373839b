// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import PhysicalMemory

/// An address that the user chose, as it is written on the command line: `initrd=0x45000000`.
struct PlaceChoice: ExpressibleByArgument {
  let name: PlannedSegment.Name
  let address: PhysicalAddress

  /// The segments that may be given a place.
  static let names: [PlannedSegment.Name] = [.kernel, .initrd, .dtb, .atags]

  init?(argument: String) {
    let pair = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard pair.count == 2, let name = PlannedSegment.Name(rawValue: String(pair[0])),
      Self.names.contains(name), let address = UInt64(written: String(pair[1]))
    else { return nil }
    self.name = name
    self.address = PhysicalAddress(address)
  }

  init(_ segment: PlannedSegment) {
    name = segment.name
    address = segment.range.first
  }
}
