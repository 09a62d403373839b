// SPDX-License-Identifier: Apache-2.0

/// The four words that control the relocation code.
public struct HandoverParameters: Hashable, Sendable {
  /// The number of words.
  public static let count: UInt32 = 4

  /// The entry of the new kernel, in ARM state.
  public let startAddress: UInt32
  /// The physical address of the list's first page; 0 when there is nothing to copy.
  public let indirectionPage: UInt32
  /// r1 and r2 of the new kernel.
  public let registers: ARMRegisters

  /// Checks that the relocation code can use the values.
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

  /// The words in the order of memory, and of r4 to r7.
  public var words: InlineArray<4, UInt32> {
    [startAddress, indirectionPage, registers.r1, registers.r2]
  }
}
