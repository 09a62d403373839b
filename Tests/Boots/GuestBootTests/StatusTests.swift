// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// What `--status`, `--unload`, `--load-plan` and `--check` answer on a real kernel.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct StatusTests {
  @Test(
    "The exit code of --status is that of kexec-tools on the same machine",
    arguments: ["empty", "loaded", "unloaded"], ["S", "lS", "pS"])
  func asKexecTools(state: String, question: String) async throws {
    let session = try await Session.shared.value
    let ours = try session.answer("\(state)-ours-\(question)")
    let theirs = try session.answer("\(state)-theirs-\(question)")
    #expect(ours.code == theirs.code, "\(theirs.text)")
    #expect(ours.code == (state == "loaded" && question == "lS" ? 1 : 0))
  }

  @Test("A load is told with its handover, entry, command line and files; an unload takes it away")
  func told() async throws {
    let session = try await Session.shared.value
    let loaded = try session.answer("loaded-ours-S")
    for words in [
      "kernel: loaded", "  handover: image", "  entry: 0x40008000", "  called entry: 0x40008000",
      "  command line: console=ttyAMA0 two", "  kernel tiny-gzip bytes=",
      "  initrd initrd.uimage bytes=", "crash kernel: not loaded",
    ] {
      #expect(loaded.text.contains(words), "\(loaded.text)")
    }
    #expect(try session.answer("unload").code == 0)
    #expect(
      try session.answer("unloaded-ours-S").lines == [
        "kernel: not loaded", "crash kernel: not loaded",
      ])
    #expect(try session.answer("unload-again").code == 0)
  }

  @Test("A saved plan is loaded as it was saved")
  func savedPlan() async throws {
    let session = try await Session.shared.value
    #expect(try session.answer("plan-good").code == 0)
    let status = try session.answer("plan-status")
    #expect(status.code == 1)
    #expect(status.text.contains("  kernel /run/kernel bytes="))
  }

  @Test("A check finds nothing wrong with this machine, and names what is wrong with files")
  func check() async throws {
    let session = try await Session.shared.value
    for name in ["check", "check-good"] {
      let good = try session.answer(name)
      #expect(good.code == 0)
      #expect(good.lines.allSatisfy { $0.hasPrefix("ok ") }, "\(good.text)")
    }
    #expect(
      try session.answer("check-good").text.contains("the kernel will take the segments"))
    let text = try session.answer("check-text")
    #expect(text.code == 1)
    #expect(text.text.contains("error    KX209  not a kernel: the file looks like a text file"))
    let unfit = try session.answer("check-unfit")
    #expect(unfit.code == 1)
    #expect(unfit.text.contains("error    KX103  nothing fits"))
  }

  @Test("A check tells no privilege, lockdown and a switched-off kexec apart")
  func forbidden() async throws {
    let session = try await Session.shared.value
    for (name, words) in [
      ("user-check", "KX202  this process has no CAP_SYS_BOOT"),
      ("lockdown-check", "KX204  the kernel is locked down (integrity)"),
      ("disabled-check", "KX203  loading was switched off: kernel.kexec_load_disabled is 1"),
    ] {
      let answer = try session.answer(name)
      #expect(answer.code == 1)
      let errors = answer.lines.filter { $0.hasPrefix("error ") }
      #expect(errors.contains { $0.contains(words) }, "\(answer.text)")
    }
    let lockdown = try session.answer("lockdown-check")
    #expect(lockdown.lines.filter { $0.hasPrefix("error ") }.count == 1)
  }
}
