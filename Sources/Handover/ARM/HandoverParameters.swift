// SPDX-License-Identifier: Apache-2.0

/// The four words that the relocation code works by.
public struct HandoverParameters: Hashable, Sendable {
  /// How many words they are.
  public static let count: UInt32 = 4

  /// Where the new kernel is entered, in ARM state.
  public let startAddress: UInt32
  /// The physical address of the list's first page; 0 when nothing is to be copied.
  public let indirectionPage: UInt32
  /// What the new kernel finds in r1 and r2.
  public let registers: ARMRegisters

  /// Checks that the relocation code can work by them.
  ///
  /// A kernel is entered in ARM state, Thumb-2 kernels as well: Documentation/arm/booting.rst (v6.1).
  ///
  /// - Throws: ``RebootCodeError`` when the entry is no multiple of four, or the list no page.
  public init(
    startAddress: UInt32, indirectionPage: UInt32, registers: ARMRegisters
  ) throws(RebootCodeError) {
    guard startAddress & 3 == 0 else { throw .startAddress(startAddress) }
    guard indirectionPage & (RebootCodeLayout.pageBytes - 1) == 0 else {
      throw .indirectionPage(indirectionPage)
    }
    self.startAddress = startAddress
    self.indirectionPage = indirectionPage
    self.registers = registers
  }

  /// The words in the order in which they stand in memory, and in r4 to r7.
  public var words: InlineArray<4, UInt32> {
    [startAddress, indirectionPage, registers.r1, registers.r2]
  }
}
