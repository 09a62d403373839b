// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A new kernel in memory, ready for the jump: where the list of copies begins, and the page that
/// takes the code which runs it.
public struct KImage: Hashable, Sendable {
  /// The entry before the first: the first indirection page, or done when nothing is to be copied.
  public let head: KImageEntry
  /// A page for the reboot code buffer. No copy goes there.
  public let controlPage: PhysicalAddress
  /// The size of a page.
  public let page: Alignment

  /// The word that the relocation code is given, 0 when nothing is to be copied.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/machine_kexec.c, kexec_indirection_page.
  public var indirectionPage: UInt32 { head.rawValue & ~UInt32(truncatingIfNeeded: page.mask) }

  init(head: KImageEntry, controlPage: PhysicalAddress, page: Alignment) {
    self.head = head
    self.controlPage = controlPage
    self.page = page
  }
}
