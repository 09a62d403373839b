// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

@Suite("The state at an entry, as data")
struct EntryStateTests {
  private let entry = EntryState(
    PhysicalAddress(0x4020_8000), ARMRegisters(machine: 2272, parameters: 0x4161_0000))

  @Test("An ARM entry has the registers of the boot protocol in its order, and reads back the same")
  func arm() throws {
    #expect(entry.registers.map(\.name) == Architecture.arm.registers)
    #expect(entry.registers.map(\.value) == [0, 2272, 0x4161_0000])
    let registers = try #require(ARMRegisters(entry))
    #expect(EntryState(entry.address, registers) == entry)
    #expect(entry.machineNumber == 2272)
  }

  @Test("A register that is missing or too large for ARM is no ARM register")
  func foreign() {
    #expect(ARMRegisters(EntryState(entry.address, [EntryRegister(.r1, 1)])) == nil)
    let wide = EntryState(
      entry.address, [EntryRegister(.r1, 1), EntryRegister(.r2, 1 << 32)])
    #expect(ARMRegisters(wide) == nil && wide.machineNumber == nil)
  }

  @Test("Only a register that the protocol fixes has the largest value 0")
  func largest() {
    #expect(Architecture.arm.registers.map(\.largestValue) == [0, 0xffff_ffff, 0xffff_ffff])
  }
}
