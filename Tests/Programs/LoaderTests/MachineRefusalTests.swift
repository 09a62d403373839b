// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import LinuxInterface
import PhysicalMemory
import Testing

@testable import kexec

@Suite("What a machine cannot or may not, told in its own words")
struct MachineRefusalTests {
  static let line = "-l /boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var changes: [String: String?] = [:]
    var errno: Errno?
    let exit: Loader.Exit
    let words: [String]
    var line = MachineRefusalTests.line
    var testDescription: String { name }
  }

  static let zeroed = "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n"
  static let noKexec: [String: String?] = [
    "/sys/kernel/kexec_loaded": nil, "/boot/config-6.1.0-50-armmp": "CONFIG_SMP=y\n",
  ]

  static let cases: [Case] = [
    Case(
      name: "zeroed iomem", changes: ["/proc/iomem": zeroed], exit: .notPermitted,
      words: ["every address in this iomem is zero", "hint: run as root; or plan for a snapshot"]),
    Case(
      name: "zeroed iomem, dry run", changes: ["/proc/iomem": zeroed], exit: .notPermitted,
      words: ["hint: run as root; or plan for a snapshot", "--dry-run --machine=FILE"],
      line: line + " --dry-run"),
    Case(
      name: "no capability", changes: ["/proc/self/status": "CapEff: 0000000000000000\n"],
      errno: .notPermitted, exit: .notPermitted, words: ["no CAP_SYS_BOOT", "hint: run as root"]),
    Case(
      name: "kexec_load_disabled", changes: ["/proc/sys/kernel/kexec_load_disabled": "1\n"],
      errno: .notPermitted, exit: .notPermitted,
      words: ["kernel.kexec_load_disabled is 1", "until the machine is started anew"]),
    Case(
      name: "no loads left", changes: ["/proc/sys/kernel/kexec_load_limit_reboot": "0\n"],
      errno: .notPermitted, exit: .notPermitted, words: ["kexec_load_limit_reboot is 0"]),
    Case(
      name: "lockdown",
      changes: ["/sys/kernel/security/lockdown": "none [integrity] confidentiality\n"],
      errno: .notPermitted, exit: .notPermitted, words: ["locked down (integrity)", "Secure Boot"]),
    Case(
      name: "seccomp", changes: ["/proc/self/status": "CapEff: 1ffffffffff\nSeccomp: 2\n"],
      errno: .notPermitted, exit: .notPermitted, words: ["seccomp filter"]),
    Case(
      name: "policy", errno: .notPermitted, exit: .notPermitted,
      words: ["security module", "dmesg"]),
    Case(
      name: "no kexec in the kernel", changes: noKexec, errno: .noSuchCall, exit: .unavailable,
      words: ["built without CONFIG_KEXEC (/boot/config-6.1.0-50-armmp)", "CONFIG_KEXEC=y"]),
    Case(name: "busy", errno: .busy, exit: .callFailed, words: ["another process", "try again"]),
    Case(
      name: "address not available", errno: .addressNotAvailable, exit: .callFailed,
      words: ["EADDRNOTAVAIL", "dmesg"]),
    Case(
      name: "no memory", errno: .noMemory, exit: .callFailed,
      words: ["keeping the segments until the jump takes", "free memory"]),
    Case(
      name: "CPUs cannot be parked", changes: ["/sys/devices/system/cpu/cpu1/online": nil],
      errno: .invalidArgument, exit: .callFailed, words: ["its 2 CPUs", "maxcpus=1 nr_cpus=1"]),
    Case(
      name: "text for a kernel", changes: ["/boot/zImage": "not a kernel, but a text\n"],
      exit: .badFile, words: ["  at: /boot/zImage"]),
    Case(
      name: "no file", exit: .unreadable, words: ["'/boot/none' cannot be read: ENOENT", "hint: "],
      line: "-l /boot/none"),
    Case(
      name: "not all that is there is RAM",
      changes: ["/proc/iomem": "40000000-4000ffff : System RAM\n"], exit: .nothingFits,
      words: ["KX103", "error: nothing was loaded: the plan does not fit"]),
    Case(
      name: "no iomem", changes: ["/proc/iomem": nil], exit: .unreadable,
      words: ["/proc/iomem: could not be read: ENOENT", "hint: mount /proc"]),
  ]

  @Test("Each refusal has its message and its exit code, and loads nothing", arguments: cases)
  func refuses(one: Case) {
    let loader = Loader(one.changes)
    if let errno = one.errno { loader.kernel.failures[.kexecLoad] = errno }
    let found = loader.run(one.line)
    #expect(found.exit == one.exit, "\(found)")
    for words in one.words { #expect(found.complaints.contains(words), "\(found.complaints)") }
    #expect(loader.deeds == (one.errno == nil ? [] : ["load failed"]))
    guard let errno = one.errno else { return }
    #expect(found.complaints.contains("kexec_load(0x4"))
    #expect(found.complaints.contains("KEXEC_ARCH_ARM) = -1 " + errno.description))
    #expect(found.complaints.contains("what was loaded before, if anything, is loaded still"))
  }

  @Test("On another architecture the way to plan for a snapshot is shown")
  func otherArchitecture() {
    let loader = Loader()
    loader.kernel.name = SystemName(release: "6.1.0", machine: "x86_64")
    let found = loader.run(Self.line)
    #expect(found.exit == .unavailable && loader.deeds == [])
    #expect(found.complaints.contains("this machine is 64-bit x86"))
    #expect(found.complaints.contains("--dry-run --machine=FILE"))
  }

  @Test("A dry run needs no privilege where a snapshot or a readable /proc/iomem tells the memory")
  func dryRun() throws {
    let root = Loader()
    #expect(root.run("--snapshot=/tmp/machine").exit == .done)
    let whole = Loader().run(Self.line + " --dry-run --json")
    for change in [["/proc/self/status": "CapEff: 0\n"], ["/proc/iomem": Self.zeroed]] {
      let user = Loader(change.mapValues { Optional($0) })
      user.kernel.files["/tmp/machine"] = root.kernel.files["/tmp/machine"]
      let isZeroed = change["/proc/iomem"] != nil
      let found = user.run(
        Self.line + " --dry-run --json" + (isZeroed ? " --machine=/tmp/machine" : ""))
      #expect(found.exit == .done)
      #expect(found.output == whole.output)
      #expect(user.deeds == [])
    }
  }

  @Test("All of 65 ranges of RAM are used, the last as well as the first")
  func ranges() throws {
    // Each of a page, but for the last, which alone holds everything.
    var text = ""
    for number in 0..<64 {
      let start = hexadecimal(0x4000_0000 + UInt64(number) * 0x2000, digits: 8, prefix: "")
      let end = hexadecimal(0x4000_0fff + UInt64(number) * 0x2000, digits: 8, prefix: "")
      text += start + "-" + end + " : System RAM\n"
    }
    text += "48000000-4fffffff : System RAM\n"
    let last = Loader(["/proc/iomem": text], tree: Loader.tree(ram: [0x4800_0000: 0x800_0000]))
    let found = last.run(Self.line)
    #expect(found.exit == .done, "\(found.complaints)")
    let load = try #require(last.kernel.loads.first)
    #expect(load.segments.allSatisfy { $0.address.rawValue >= 0x4800_0000 })
    let document = last.run(Self.line + " --dry-run --json").output
    #expect(document.split(separator: "\"first\"").count > 65)
  }

  @Test("RAM that begins at 0x80001000 loads the kernel at the next multiple of 2 MiB")
  func oddStart() throws {
    let loader = Loader(
      ["/proc/iomem": "80001000-8fffffff : System RAM\n"],
      tree: Loader.tree(ram: [0x8000_1000: 0x0fff_f000]))
    let found = loader.run(Self.line)
    #expect(found.exit == .done, "\(found.complaints)")
    let load = try #require(loader.kernel.loads.first)
    let kernel = try #require(load.segments.first { $0.name == "kernel" })
    #expect((kernel.address.rawValue - 0x8000) % 0x20_0000 == 0)
    #expect(kernel.address.rawValue > 0x8000_1000 && load.entry == kernel.address)
    for segment in load.segments {
      #expect(segment.address.rawValue >= 0x8000_1000 && segment.address.rawValue % 4096 == 0)
    }
  }
}
