// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import QEMULab

@Suite struct VerdictJudgeTests {
  static let panic = "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs"
  static let initLine = "[    0.9] Run /init as init process"

  @Test(
    "Each line that decides has its verdict, and others have none",
    arguments: [
      (
        "swift-kexec verdict: initrd intact 1234",
        LabVerdict.booted(
          line: "swift-kexec verdict: initrd intact 1234")
      ),
      (
        "swift-kexec verdict: initrd DAMAGED 1234",
        .damaged(
          line: "swift-kexec verdict: initrd DAMAGED 1234")
      ),
      (panic, .panicked(line: panic)),
      ("uncompression error", .uncompressionError(line: "uncompression error")),
      (
        "Initramfs unpacking failed: uncompression error",
        .uncompressionError(
          line: "Initramfs unpacking failed: uncompression error")
      ),
      ("-- System halted", .uncompressionError(line: "-- System halted")),
      (initLine, nil),
      ("Uncompressing Linux... done, booting the kernel.", nil),
      ("Kernel command line: panic=1 console=ttyAMA0", nil),
    ])
  func lines(line: String, verdict: LabVerdict?) throws {
    var judge = try VerdictJudge(expect: nil)
    #expect(judge.judge(line) == verdict)
  }

  @Test("An init that was reached is a boot only at the end of the time or of QEMU")
  func initReached() throws {
    var judge = try VerdictJudge(expect: nil)
    #expect(judge.judge(Self.initLine) == nil)
    #expect(judge.initLine == Self.initLine)
    #expect(judge.timeout(afterSeconds: 9, lastLine: "x") == .booted(line: Self.initLine))
    #expect(judge.exit(code: 0, lastLine: "x") == .booted(line: Self.initLine))
    #expect(judge.exit(code: 139, lastLine: "x") == .exited(code: 139, lastLine: "x"))
    #expect(judge.judge(Self.panic) == .panicked(line: Self.panic))
  }

  @Test(
    "An init that runs on an initrd of which the kernel unpacked only a part is no boot",
    arguments: [
      "[    0.1] Initramfs unpacking failed: invalid magic at start of compressed archive",
      "[    0.1] rootfs image is not initramfs (broken padding); looks like an initrd",
    ])
  func partlyUnpacked(line: String) throws {
    var judge = try VerdictJudge(expect: nil)
    #expect(judge.judge(line) == nil)
    #expect(
      judge.judge("swift-kexec verdict: initrd intact 1234") == .damaged(line: line))
    #expect(judge.judge(Self.initLine) == nil)
    #expect(judge.timeout(afterSeconds: 9, lastLine: "x") == .damaged(line: line))
    #expect(judge.exit(code: 0, lastLine: "x") == .damaged(line: line))
    #expect(judge.judge(Self.panic) == .panicked(line: Self.panic))
    // What was a disk after all is not damaged.
    #expect(judge.judge("[    0.2] RAMDISK: ext2 filesystem found at block 0") == nil)
    #expect(judge.exit(code: 0, lastLine: "x") == .booted(line: Self.initLine))
  }

  @Test("Without a word of an init the end is silence, or QEMU's exit")
  func nothing() throws {
    let judge = try VerdictJudge(expect: nil)
    #expect(
      judge.timeout(afterSeconds: 9, lastLine: nil) == .silent(afterSeconds: 9, lastLine: nil))
    #expect(judge.exit(code: 0, lastLine: "x") == .exited(code: 0, lastLine: "x"))
  }

  @Test("An expression replaces the rules of success, sees prompts, and leaves failures be")
  func expect() throws {
    var judge = try VerdictJudge(expect: "log(in|on):")
    #expect(judge.judge("swift-kexec verdict: initrd intact 1") == nil)
    #expect(judge.judge(Self.initLine) == nil)
    #expect(
      judge.timeout(afterSeconds: 1, lastLine: "y") == .silent(afterSeconds: 1, lastLine: "y"))
    #expect(judge.judge(unfinished: "debian login:") == .booted(line: "debian login:"))
    #expect(judge.judge("debian login: root") == .booted(line: "debian login: root"))
    #expect(judge.judge(Self.panic) == .panicked(line: Self.panic))
  }

  @Test("A text that is no expression is refused")
  func badExpression() {
    #expect {
      _ = try VerdictJudge(expect: "(")
    } throws: { error in
      guard case LabError.expression("(", _)? = error as? LabError else { return false }
      return true
    }
  }

  @Test("Every verdict has its own exit code, and only a boot has 0")
  func exitCodes() {
    let verdicts: [LabVerdict] = [
      .booted(line: ""), .panicked(line: ""), .silent(afterSeconds: 1, lastLine: nil),
      .uncompressionError(line: ""), .damaged(line: ""), .exited(code: 0, lastLine: nil),
    ]
    #expect(verdicts.map(\.exitCode) == [0, 10, 11, 12, 13, 14])
    #expect(verdicts.filter(\.isBooted) == [.booted(line: "")])
  }
}
