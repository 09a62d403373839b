// SPDX-License-Identifier: Apache-2.0
import Testing

/// How the tests of chains judge: they must be able to fail.
struct ExecutedCodeTests {
  /// QEMU's log of blocks at these addresses.
  private func log(_ blocks: [UInt64]) -> String {
    blocks.map { "----------------\nIN: \n0x\(String($0, radix: 16)):  e1a00000  mov r0, r0\n" }
      .joined(separator: "\n")
  }

  @Test("Blocks are read from QEMU's log, the first address of each")
  func blocks() {
    let text = """
      ----------------
      IN: 
      0x40010000:  e1a00000  mov      r0, r0
      0x40010004:  eaffffff  b        #0x40010010

      ----------------
      IN: 
      0x40010010:  e12fff1e  bx       lr

      """
    #expect(ExecutedCode(text).blocks == [0x4001_0000, 0x4001_0010])
    #expect(ExecutedCode("").blocks.isEmpty)
  }

  @Test("A jump is what follows the code that puts segments in place, and nothing else is")
  func jump() {
    let segments: [Range<UInt64>] = [0x4170_0000..<0x41c0_0000, 0x4200_0000..<0x4210_0000]
    let copying: [UInt64] = [0x4357_8000, 0x4357_8014, 0x4357_804c, 0x4357_8068]
    let code = ExecutedCode(
      log([0x4001_0000, 0x4020_8000] + copying + [0x4170_0000, 0x4170_1000, 0x4020_8000]))
    #expect(code.jump(to: 0x4170_0000, past: segments, after: 0) == 6)
    // Jumped past; entered by a decompressor; never run.
    #expect(code.jump(to: 0x4170_0000, past: segments, after: 6) == nil)
    #expect(code.jump(to: 0x4020_8000, past: segments, after: 0) == nil)
    #expect(code.jump(to: 0x4000_8000, past: segments, after: 0) == nil)
  }

  @Test("A block in the middle of a page is not taken for the code that puts segments in place")
  func middle() {
    let code = ExecutedCode(log([0x4001_0000, 0x4357_8014, 0x4357_8068, 0x4170_0000]))
    #expect(code.jump(to: 0x4170_0000, past: [], after: 0) == nil)
  }

  @Test("A console is read generation by generation, damage and what is missing included")
  func generations() {
    let console = """
      Booting Linux on physical CPU 0x0
      swift-kexec 0 release: 6.1.0-50-armmp
      swift-kexec 0 initrd: intact
      swift-kexec 0 load: 0
      {
        "loaded": true,
        "record": {
          "handover": "image",
          "calledEntry": "0x40008000",
          "files": [{"role": "kernel", "path": "/boot/tiny-gzip"}],
          "segments": [{"name": "kernel", "first": "0x40008000", "memoryBytes": 4096}]
        }
      }
      swift-kexec 0 status: 1
      Linux version 6.1.176
      swift-kexec 1 release: 6.1.176
      swift-kexec 1 initrd: DAMAGED
      boot/blob: FAILED
      """
    let all = Generation.read(
      console.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    #expect(all.count == 2)
    #expect(all.map(\.isIntact) == [true, false])
    #expect(all[0].status?.record?.segments.first?.range == 0x4000_8000..<0x4000_9000)
    #expect(all[1].status == nil)
    #expect(all[1].boot == ["Linux version 6.1.176"])
    #expect(all[1].first("load") == nil)
  }
}
