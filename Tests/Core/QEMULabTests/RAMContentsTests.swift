// SPDX-License-Identifier: Apache-2.0

import Handover
import PhysicalMemory
import Testing

@testable import QEMULab

@Suite struct RAMContentsTests {
  static func boot(
    _ segments: [LabSegment], memory: UInt64 = 1 << 20, entry: UInt64 = 0x4000_0000
  ) -> LabBoot {
    LabBoot(
      board: .virt, memoryBytes: memory, segments: segments,
      entry: EntryState(PhysicalAddress(entry), ARMRegisters(parameters: 0)))
  }

  static func segment(
    _ address: UInt64, _ count: Int, memoryBytes: UInt64? = nil
  ) -> LabSegment {
    LabSegment(
      name: "s", address: address, bytes: [UInt8](repeating: 7, count: count),
      memoryBytes: memoryBytes)
  }

  @Test(
    "What cannot be placed is refused",
    arguments: [
      boot([segment(0x3fff_ffff, 2)]), boot([segment(0x400f_ffff, 2)]),
      boot([segment(UInt64.max, 2)]), boot([segment(0x4000_0000, 0)]),
      boot([segment(0x4000_0000, 9, memoryBytes: 8)]),
      boot([segment(0x4000_0000, 9), segment(0x4000_0008, 9)]),
      boot([segment(0x4000_0000, 1, memoryBytes: 1 << 20 | 1)]),
      boot([], memory: 0), boot([], memory: 1 << 20 | 4096), boot([], memory: 3073 << 20),
      boot([], memory: UInt64.max), boot([], entry: 0x4000_0002), boot([], entry: 1 << 32),
    ])
  func refused(boot: LabBoot) {
    #expect(throws: LabError.self) { _ = try RAMContents(boot) }
  }

  @Test("What was put in is no difference, and one changed byte anywhere is one")
  func differences() throws {
    var boot = Self.boot([
      Self.segment(0x4000_0000, 5, memoryBytes: 9), Self.segment(0x4000_0009, 4096),
      Self.segment(0x400f_fffe, 1, memoryBytes: 2),
    ])
    boot.fill = 0xa5
    let placement = try RAMContents(boot)
    let memory = try GuestMemory(placement.ram)
    try placement.write(to: memory)
    #expect(placement.differences(in: memory, within: placement.ram).ranges.isEmpty)
    for offset in [0, 4, 5, 8, 9, 4104, 4105, 0x8_0001, 0xf_fffd, 0xf_fffe, 0xf_ffff] as [UInt64] {
      let byte = try #require(
        PhysicalRange(start: PhysicalAddress(0x4000_0000 + offset), count: ByteCount(UInt64(1))))
      try placement.write(to: memory)
      memory.write([0x42], to: byte)
      #expect(placement.differences(in: memory, within: placement.ram).ranges == [byte])
      #expect(placement.differences(in: memory, within: byte).ranges == [byte])
    }
    #expect(placement.isInSegment(placement.ram) == false)
  }

  @Test("Boards are found by their names, which differ")
  func boards() {
    for board in Board.all { #expect(Board.named(board.name) == board) }
    #expect(Set(Board.all.map(\.name)).count == Board.all.count)
    #expect(Board.named("nosuch") == nil)
  }

  @Test("A machine without QEMU is told which package brings it")
  func missing() {
    let error = LabError.missing(program: "qemu-system-arm", package: "qemu-system-arm")
    #expect(throws: error) { _ = try QEMUProgram(in: "/nonexistent:/proc") }
    #expect("\(error)".contains("the Debian package qemu-system-arm"))
  }

  @Test("QEMU's arguments double the commas of a folder's name")
  func commas() {
    let arguments = RunningQEMU.arguments(
      Self.boot([]), memory: "/proc/1/fd/3", sockets: "/tmp/a,b")
    #expect(arguments.contains("socket,id=gdb,path=/tmp/a,,b/gdb,server=on,wait=off"))
    #expect(
      arguments.contains(
        "memory-backend-file,id=ram,size=1048576,mem-path=/proc/1/fd/3,share=on"))
  }
}
