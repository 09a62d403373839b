// SPDX-License-Identifier: Apache-2.0
import Foundation
import Handover
import PhysicalMemory
import Testing

/// The code that sets r1 and r2 in front of a kernel.
struct ARMTrampolineTests {
  /// What the code is meant to be, for an assembler.
  private static func source(_ entry: UInt64, _ machine: UInt32?, _ parameters: UInt32) -> String {
    """
            .arch armv4
            .arm
            mov   r0, #0
            \(machine == nil ? "mov r1, r1" : "ldr r1, machine")
            ldr   r2, parameters
            ldr   pc, entry
    machine:    .word \(machine ?? 0)
    parameters: .word \(parameters)
    entry:      .word \(entry)

    """
  }

  /// Assembles a source with the GNU assembler.
  private static func assemble(_ source: String) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "HandoverTests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try source.write(to: folder.appending(path: "code.s"), atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-ec",
      "arm-linux-gnueabi-as -o code.o code.s && arm-linux-gnueabi-objcopy -O binary code.o code",
    ]
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "arm-linux-gnueabi-as failed")
    return [UInt8](try Data(contentsOf: folder.appending(path: "code")))
  }

  @Test(
    "The bytes are those that an assembler makes of the source",
    arguments: [
      (0x4020_8000, 2272, 0x4030_0000), (0x8000, nil, 0x100), (0xffff_fffc, 0xffff_ffff, 0),
    ] as [(UInt64, UInt32?, UInt32)])
  func assembled(entry: UInt64, machine: UInt32?, parameters: UInt32) throws {
    let code = try #require(
      ARMTrampoline.code(
        entry: PhysicalAddress(entry), machine: machine, parameters: parameters))
    #expect(code == (try Self.assemble(Self.source(entry, machine, parameters))))
    #expect(code.count == ARMTrampoline.byteCount)
  }

  @Test(
    "There is no code for an entry that ARM code cannot begin at",
    arguments: [1 << 32, 0x4020_8001, 0x4020_8002] as [UInt64])
  func impossible(entry: UInt64) {
    #expect(
      ARMTrampoline.code(entry: PhysicalAddress(entry), machine: nil, parameters: 0) == nil)
  }
}
