// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Why a list must not be run. `at` is the address of the entry to blame.
public enum KImageDefect: Error, Hashable, Sendable {
  /// The head is neither the first indirection page nor done.
  case wrongHead(KImageEntry)
  /// The first indirection page is page 0, which the relocation code takes for no list at all.
  case listAtZero
  /// A word is no entry.
  case unknownEntry(KImageEntry, at: PhysicalAddress)
  /// An entry, a page of the list, a source or a destination is not in RAM.
  case outsideRAM(PhysicalAddress, at: PhysicalAddress)
  /// The list comes to a page a second time; the page is one of those that it goes round and round.
  case cycle(PhysicalAddress)
  /// A page of the list has neither a link nor an end.
  case notDone(page: PhysicalAddress)
  /// A page is to be copied, and it has not been said where to.
  case noDestination(at: PhysicalAddress)
  /// A source has been overwritten by an earlier copy.
  case sourceOverwritten(PhysicalAddress, at: PhysicalAddress)
  /// Something is copied to where something has been copied to already.
  case writtenTwice(PhysicalAddress, at: PhysicalAddress)
  /// A copy goes to the page of the code that copies.
  case codeOverwritten(PhysicalAddress, at: PhysicalAddress)
  /// A copy goes to a page of the list.
  case listOverwritten(PhysicalAddress)
}
