// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
@testable import Samples
import Testing

@Suite("Loading, and why it fails")
struct KexecLoadTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let errno: Errno
    let words: String
    var facts: @Sendable (inout KernelFacts) -> Void = { _ in }
    var call: @Sendable (inout KexecLoadCall) -> Void = { _ in }
    var testDescription: String { errno.name + ": " + words }
  }

  static let cases: [Case] = [
    Case(errno: .notPermitted, words: "no CAP_SYS_BOOT", facts: { $0.capabilities = 0 }),
    Case(
      errno: .notPermitted, words: "kexec_load_disabled is 1",
      facts: { $0.isLoadingDisabled = true }),
    Case(errno: .notPermitted, words: "kexec_load_limit_reboot is 0", facts: { $0.loadsLeft = 0 }),
    Case(
      errno: .notPermitted, words: "locked down (integrity)", facts: { $0.lockdown = .integrity }),
    Case(errno: .notPermitted, words: "seccomp", facts: { $0.seccompMode = 2 }),
    Case(errno: .notPermitted, words: "security module"),
    Case(errno: .accessDenied, words: "security module"),
    Case(errno: .notPermitted, words: "no CAP_SYS_BOOT", facts: { $0.capabilities = nil }),
    Case(errno: .noSuchCall, words: "without CONFIG_KEXEC"),
    Case(
      errno: .invalidArgument, words: "does not know the flags 0x4",
      call: { $0.flags = KexecFlags(rawValue: 0x28_0004) }),
    Case(
      errno: .invalidArgument, words: "17 segments are more than the 16",
      call: {
        for index in 3..<17 {
          $0.segments.append($0.segments[1])
          $0.segments[index].address = PhysicalAddress(0x4900_0000 + UInt64(index) * 8192)
        }
      }),
    Case(
      errno: .invalidArgument, words: "the running kernel is 64-bit ARM, the call says 32-bit ARM",
      facts: { $0.machine = "armv8l" }),
    Case(errno: .busy, words: "another process"),
    Case(
      errno: .addressNotAvailable, words: "no memory is kept for a crash kernel",
      call: { $0.flags = KexecFlags(.arm, onCrash: true) }),
    Case(
      errno: .addressNotAvailable, words: "not lie wholly in the memory that is kept",
      facts: { $0.crashBytes = .mebibytes(16) },
      call: { $0.flags = KexecFlags(.arm, onCrash: true) }),
    Case(
      errno: .addressNotAvailable, words: "'dtb' reaches the end of the address space",
      call: { $0.segments[2].address = PhysicalAddress(0xffff_f000) }),
    Case(
      errno: .addressNotAvailable, words: "'dtb' reaches the end",
      call: { $0.segments[2].memoryBytes = ByteCount(UInt64.max) }),
    Case(
      errno: .addressNotAvailable, words: "'initrd' (0x48000800, 8 192 B) does not begin and end",
      call: { $0.segments[1].address = PhysicalAddress(0x4800_0800) }),
    Case(
      errno: .addressNotAvailable, words: "a page of 65 536 B",
      facts: { $0.pageBytes = ByteCount(UInt64(65_536)) }),
    Case(
      errno: .invalidArgument, words: "'kernel' and 'initrd' overlap",
      call: { $0.segments[1].address = PhysicalAddress(0x4020_9000) }),
    Case(
      errno: .invalidArgument, words: "'kernel' has 5 000 B for a memory of 4 096 B",
      call: { $0.segments[0].memoryBytes = ByteCount(UInt64(4096)) }),
    Case(
      errno: .invalidArgument, words: "'kernel' takes 8 192 B, more than half",
      facts: { $0.memoryTotal = ByteCount(UInt64(16_000)) }),
    Case(
      errno: .invalidArgument, words: "all segments together take 20 480 B",
      facts: { $0.memoryTotal = ByteCount(UInt64(40_000)) }),
    Case(
      errno: .noMemory, words: "takes 20 520 B of memory; 9 000 B can be had",
      facts: { $0.memoryAvailable = ByteCount(UInt64(9000)) }),
    Case(errno: .noMemory, words: "until the jump"),
    Case(
      errno: .invalidArgument, words: "cannot take its 2 CPUs but the first offline",
      facts: { $0.removableCPUs = CPUSet([]) }),
    // As on vexpress: they can be taken offline, but the kernel cannot wait for that.
    Case(errno: .invalidArgument, words: "cannot take its 2 CPUs but the first offline"),
    Case(
      errno: .busy, words: "cannot take its 2 CPUs but the first offline",
      facts: {
        $0.machine = "aarch64"
        $0.removableCPUs = CPUSet([])
      }, call: { $0.flags = KexecFlags(.arm64) }),
    Case(
      errno: .invalidArgument, words: "'dtb' (0x70000000-0x70000fff) does not lie in one range",
      call: { $0.segments[2].address = PhysicalAddress(0x7000_0000) }),
    Case(
      errno: .invalidArgument, words: "cannot take CPUs but the first offline",
      facts: {
        $0.possibleCPUs = nil
        $0.presentCPUs = nil
      }),
    Case(errno: .badAddress, words: "could not be read"),
    Case(errno: Errno(200), words: "errno 200"),
  ]

  @Test("Each error number becomes the likely cause on this machine", arguments: cases)
  func causes(one: Case) throws {
    let kernel = SampleMachine.kernel()
    let state = try MachineState.read(from: kernel)
    var facts = state.facts
    var call = SampleMachine.call()
    one.facts(&facts)
    one.call(&call)
    kernel.failures[.kexecLoad] = one.errno
    let error = #expect(throws: KexecLoadError.self) {
      try kernel.load(call, facts, memory: state.memory, configuration: state.configuration)
    }
    let text = error?.description ?? ""
    #expect(text.contains(one.words), "\(text)")
    #expect(error?.trace.hasSuffix(" = -1 " + one.errno.description) == true)
    #expect(error?.cause.errno == one.errno || one.errno == .accessDenied)
  }

  @Test("A load that is in order has no known reason to fail")
  func inOrder() throws {
    let kernel = SampleMachine.kernel()
    let state = try MachineState.read(from: kernel)
    let call = SampleMachine.call()
    let causes = call.causes(state.facts, memory: state.memory, configuration: state.configuration)
    #expect(causes == [])
    try kernel.load(call, state.facts)
    #expect(kernel.loads.count == 1)
    #expect(try KernelFacts.read(from: kernel).isLoaded == true)
    try kernel.load(.unload(KexecFlags(.arm)), state.facts)
    #expect(try KernelFacts.read(from: kernel).isLoaded == false)
  }

  @Test("The reason that the kernel comes to first is told first")
  func order() throws {
    let state = try MachineState.read(from: SampleMachine.kernel())
    var facts = state.facts
    facts.capabilities = 0
    facts.isLoadingDisabled = true
    facts.lockdown = .confidentiality
    let causes = SampleMachine.call().causes(facts, memory: nil, configuration: nil)
    #expect(causes == [.noCapability, .loadingDisabled, .lockedDown(.confidentiality)])
    #expect(causes.allSatisfy { $0.isForbidden && !$0.remedy.isEmpty })
  }

  @Test("An initrd that is too big for free memory is known before the call")
  func bigInitrd() throws {
    let state = try MachineState.read(
      from: SampleMachine.kernel([
        "/proc/meminfo": "MemTotal: 100000 kB\nMemAvailable: 20000 kB\n"
      ]))
    let call = SampleMachine.call(initrdBytes: 24 << 20)
    let causes = call.causes(state.facts, memory: state.memory, configuration: nil)
    guard case .notEnoughMemory(let needed, let available)? = causes.first else {
      Issue.record("not foreseen: \(causes)")
      return
    }
    let pages: UInt64 = 6147
    #expect(needed.rawValue == pages * 4104)
    #expect(available == ByteCount(UInt64(20_000 * 1024)))
  }

  @Test("A kernel without CONFIG_KEXEC is known before the call")
  func notBuiltIn() throws {
    let state = try MachineState.read(
      from: SampleMachine.kernel([
        "/boot/config-6.1.0-50-armmp": "CONFIG_SMP=y\n", "/sys/kernel/kexec_loaded": nil,
      ]))
    let causes = SampleMachine.call().causes(
      state.facts, memory: nil, configuration: state.configuration)
    #expect(causes == [.notBuiltIn("/boot/config-6.1.0-50-armmp")])
  }

  @Test("The call is shown as strace shows it")
  func trace() {
    let call = SampleMachine.call()
    #expect(
      call.traced(.addressNotAvailable)
        == "kexec_load(0x40208000, 3, [{buf=<kernel>, bufsz=5000, mem=0x40208000, memsz=8192}, "
        + "{buf=<initrd>, bufsz=8192, mem=0x48000000, memsz=8192}, "
        + "{buf=<dtb>, bufsz=5, mem=0x58000000, memsz=4096}], KEXEC_ARCH_ARM) "
        + "= -1 EADDRNOTAVAIL (Cannot assign requested address)")
    #expect(
      KexecLoadCall.unload(KexecFlags(.x86_64, onCrash: true)).traced(nil)
        == "kexec_load(0x0, 0, NULL, KEXEC_ARCH_X86_64|KEXEC_ON_CRASH) = 0")
  }

  @Test("What is loaded after a failure is told: the image before, but for a crash kernel")
  func consequence() {
    let facts = KernelFacts()
    let normal = KexecLoadError(.noMemory, SampleMachine.call(), facts)
    #expect(normal.description.hasSuffix("what was loaded before, if anything, is loaded still"))
    let crash = KexecLoadError(
      .noMemory, SampleMachine.call(KexecFlags(.arm, onCrash: true)), facts)
    #expect(crash.description.hasSuffix("no crash kernel is loaded now"))
    let refused = KexecLoadError(
      .notPermitted, SampleMachine.call(KexecFlags(.arm, onCrash: true)), facts)
    #expect(refused.description.hasSuffix("what was loaded before, if anything, is loaded still"))
    let unload = KexecLoadError(.busy, .unload(KexecFlags(.arm)), facts)
    #expect(unload.description.hasPrefix("the kernel did not unload"))
  }

  @Test(
    "A start that fails is explained",
    arguments: [
      (Errno.invalidArgument, Bool?(false), "no kernel is loaded"),
      (.invalidArgument, true, "process namespace"), (.notPermitted, nil, "CAP_SYS_BOOT"),
      (.busy, true, "another process"), (.noSuchCall, nil, "CONFIG_KEXEC"),
      (.inputOutput, nil, "EIO"),
    ])
  func reboot(errno: Errno, isLoaded: Bool?, words: String) {
    var facts = KernelFacts()
    facts.isLoaded = isLoaded
    let error = KexecRebootError(errno, facts)
    #expect(error.description.contains(words))
    #expect(error.trace.hasPrefix("reboot(LINUX_REBOOT_MAGIC1, "))
  }

  @Test(
    "The architecture is that of the running kernel",
    arguments: [
      ("armv5tejl", KexecArchitecture?(.arm)), ("armv7l", .arm), ("armv8l", .arm64),
      ("aarch64", .arm64), ("x86_64", .x86_64), ("i686", .i386), ("riscv64", .riscv),
      ("s390x", nil), ("", nil),
    ])
  func architecture(machine: String, expected: KexecArchitecture?) {
    #expect(KexecArchitecture(machine: machine) == expected)
  }
}
