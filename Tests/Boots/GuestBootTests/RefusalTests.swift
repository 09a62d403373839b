// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 7, where it takes a real kernel: each refusal with its message and its exit code.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct RefusalTests {
  /// What is said, and how the program ends.
  struct Refusal: Sendable, CustomStringConvertible {
    let name: String
    let code: Int32
    let words: [String]

    init(_ name: String, _ code: Int32, _ words: String...) {
      self.name = name
      self.code = code
      self.words = words
    }

    var description: String { name }
  }

  @Test(
    "A refusal says what is wrong, and ends with the code of its kind",
    arguments: [
      Refusal("text", 65, "error: not a kernel: the file looks like a text file", "at: text"),
      Refusal("arm64", 65, "error: this is a kernel for arm64 (arm64 Image)", "at: arm64"),
      Refusal(
        "truncated", 65, "error: the zImage is truncated", "3 000 000 B present", "at: truncated"),
      Refusal("missing", 66, "error: 'none' cannot be read: ENOENT"),
      Refusal("banana", 64, "error: --image-size takes a number, not 'banana'"),
      Refusal("unknown", 64, "error: there is no option --frobnicate"),
      Refusal(
        "unfit", 73, "error KX103: nothing fits", "error: nothing was loaded: the plan does not fit"
      ),
      Refusal("unfit-dry", 73, "error KX103: nothing fits", "entry         none"),
      Refusal("nothing-loaded", 1, "error: no kernel is loaded"),
      Refusal(
        "user-load", 77, "/proc/iomem: every address in this iomem is zero", "as root"),
      Refusal("user-dry", 77, "/proc/iomem: every address in this iomem is zero", "as root"),
      Refusal(
        "user-unload", 77, "= -1 EPERM", "error: the kernel did not unload",
        "this process has no CAP_SYS_BOOT", "hint: run as root"),
      Refusal("user-start", 77, "= -1 EPERM", "this process has no CAP_SYS_BOOT"),
      Refusal(
        "lockdown", 77, "KEXEC_ARCH_ARM) = -1 EPERM", "the kernel is locked down (integrity)",
        "what was loaded before, if anything, is loaded still"),
      Refusal(
        "disabled", 77, "KEXEC_ARCH_ARM) = -1 EPERM", "kernel.kexec_load_disabled is 1",
        "what was loaded before, if anything, is loaded still"),
      Refusal(
        "disabled-unload", 77, "= -1 EPERM", "the kernel did not unload",
        "kernel.kexec_load_disabled is 1"),
      Refusal(
        "plan-other-machine", 65, "error: the saved plan does not hold here", "is not in the plan",
        "at: /run/other.json"),
      Refusal(
        "plan-other-file", 65, "error: the saved plan does not hold here",
        "'/run/kernel' is another file: its SHA-256 is", "at: /run/plan.json"),
    ])
  func refused(refusal: Refusal) async throws {
    let answer = try await Session.shared.value.answer(refusal.name)
    #expect(answer.code == refusal.code)
    for words in refusal.words { #expect(answer.text.contains(words), "\(answer.text)") }
  }

  @Test("The unprivileged user of these tests has no privilege")
  func user() async throws {
    let session = try await Session.shared.value
    #expect(try session.answer("user-id").lines == ["1000"])
    #expect(try session.answer("user-iomem").lines == ["00000000-00000000 : System RAM"])
  }

  @Test("What was changed of what the user gave is told, and the load goes on")
  func told() async throws {
    let session = try await Session.shared.value
    let grafted = try session.answer("without-memory")
    #expect(grafted.code == 0)
    #expect(grafted.text.contains("warning KX110: the DTB tells no memory"))
    #expect(grafted.text.contains("/memory@40000000 added: 0x40000000-0x5fffffff"))
    let unwrapped = try session.answer("wrapped-initrd")
    #expect(unwrapped.code == 0)
    #expect(unwrapped.text.contains("warning KX121: 'initrd.uimage' is wrapped for U-Boot"))
    #expect(unwrapped.text.contains("its payload of"))
  }

  @Test("Refused before anything was loaded, nothing is loaded; refused after it, that stays")
  func nothingHalfLoaded() async throws {
    let session = try await Session.shared.value
    #expect(try session.answer("empty-ours-lS").code == 0)
    #expect(try session.answer("plan-nothing-loaded").code == 0)
    #expect(try session.answer("user-status").code == 1)
  }
}
