// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import QEMULab

@Suite struct FerryFaultTests {
  static let abort =
    "ferry: data abort: permission fault (page), write; pc 0xff001234 ferry_store_start_address in "
    + ".text, address 0xff000f00 kexec_start_address in .text, fsr 0x80f"

  @Test("A fault is read field by field, and said in words")
  func fields() throws {
    let fault = try #require(FerryFault(Self.abort))
    #expect(fault.exception == "data abort")
    #expect(fault.fault == "permission fault (page), write")
    #expect(fault.code == "0xff001234 ferry_store_start_address in .text")
    #expect(fault.target == "0xff000f00 kexec_start_address in .text")
    #expect(
      fault.description
        == "Ferry stopped with a data abort, permission fault (page), write: the instruction at "
        + "0xff001234 ferry_store_start_address in .text accessed 0xff000f00 "
        + "kexec_start_address in .text")
  }

  @Test(
    "Other lines are no fault",
    arguments: [
      "ferry: error: segment initrd: its SHA-256 differs; nothing was overwritten",
      "ferry: entering 0x40208000 r1 0xffffffff r2 0x41700000, SVC", "ferry: stopped",
      "ferry: ; pc 0x1", "",
    ])
  func others(line: String) {
    #expect(FerryFault(line) == nil)
  }

  @Test("A fault and a refusal have verdicts of their own, once Ferry has stopped")
  func verdicts() throws {
    var judge = try VerdictJudge(expect: nil)
    #expect(judge.judge(Self.abort) == nil)
    let fault = try #require(FerryFault(Self.abort))
    let stopped = judge.judge("ferry: stopped")
    #expect(stopped == .faulted(fault))
    #expect(stopped?.exitCode == 15)
    var other = try VerdictJudge(expect: nil)
    let line = "ferry: error: segment initrd: its SHA-256 differs; nothing was overwritten"
    #expect(other.judge(line) == nil)
    let refused = other.judge("ferry: stopped")
    #expect(refused == .refused(line: line))
    #expect(refused?.exitCode == 16)
    #expect(refused?.isBooted == false)
  }
}
