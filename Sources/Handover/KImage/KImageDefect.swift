// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The reason why a list must not be run. `at` is the address of the entry at fault.
public enum KImageDefect: Error, Hashable, Sendable {
  /// The head is neither the first indirection page nor done.
  case wrongHead(KImageEntry)
  /// The first indirection page is page 0, which the relocation code reads as no list.
  case listAtZero
  /// A word is no entry.
  case unknownEntry(KImageEntry, at: PhysicalAddress)
  /// An entry, a page of the list, a source or a destination is not in RAM.
  case outsideRAM(PhysicalAddress, at: PhysicalAddress)
  /// The list reaches a page a second time; the page is part of the cycle.
  case cycle(PhysicalAddress)
  /// A page of the list has neither a link nor an end.
  case notDone(page: PhysicalAddress)
  /// A page would be copied without a destination.
  case noDestination(at: PhysicalAddress)
  /// A source has been overwritten by an earlier copy.
  case sourceOverwritten(PhysicalAddress, at: PhysicalAddress)
  /// A copy goes to the destination of an earlier copy.
  case writtenTwice(PhysicalAddress, at: PhysicalAddress)
  /// A copy goes to the page of the relocation code.
  case codeOverwritten(PhysicalAddress, at: PhysicalAddress)
  /// A copy goes to a page of the list.
  case listOverwritten(PhysicalAddress)
}
