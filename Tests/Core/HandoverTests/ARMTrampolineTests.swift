// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

/// The code that sets r1 and r2 in front of a kernel. HandoverCodeTests runs it.
struct ARMTrampolineTests {
  @Test(
    "Behind the assembled instructions stand machine, parameters and entry",
    arguments: [
      (0x4020_8000, 2272, 0x4030_0000), (0x8000, nil, 0x100), (0xffff_fffc, 0xffff_ffff, 0),
    ] as [(UInt64, UInt32?, UInt32)])
  func filled(entry: UInt64, machine: UInt32?, parameters: UInt32) throws {
    let code = try #require(
      ARMTrampoline.code(
        entry: PhysicalAddress(entry), machine: machine, parameters: parameters))
    let assembled =
      machine == nil ? ARMTrampolineCode.keepingMachine : ARMTrampolineCode.settingMachine
    var words: [UInt32] = []
    for index in 0..<4 { words.append(assembled[index]) }
    words += [machine ?? 0, parameters, UInt32(truncatingIfNeeded: entry)]
    #expect(code == HandoverCodeTests.bytes(words))
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
