// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A new kernel in memory, ready for the jump: the start of the list of copies, and the page for
/// the code that runs it.
public struct KImage: Hashable, Sendable {
  /// The entry before the first: the first indirection page, or done when there is nothing to copy.
  public let head: KImageEntry
  /// The page of the reboot code buffer. No copy goes there.
  public let controlPage: PhysicalAddress
  /// The size of a page.
  public let page: Alignment

  /// The word for the relocation code; 0 when there is nothing to copy.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/machine_kexec.c, kexec_indirection_page.
  public var indirectionPage: UInt32 { head.rawValue & ~UInt32(truncatingIfNeeded: page.mask) }

  init(head: KImageEntry, controlPage: PhysicalAddress, page: Alignment) {
    self.head = head
    self.controlPage = controlPage
    self.page = page
  }
}
