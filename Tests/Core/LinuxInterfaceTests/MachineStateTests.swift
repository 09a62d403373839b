// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import LinuxInterface
import PhysicalMemory
@testable import Samples
import Testing

@Suite("Reading a machine")
struct MachineStateTests {
  @Test("Everything a plan needs is read from one machine")
  func everything() throws {
    let state = try MachineState.read(
      from: SampleMachine.kernel(["/proc/device-tree/psci/method": "hvc\0"]))
    #expect(state.memory.ram.ranges.map(\.description) == ["0x40000000-0x5fffffff"])
    #expect(state.parameters.tree == SampleMachine.tree)
    #expect(state.commandLine == "BOOT_IMAGE=/vmlinuz console=ttyAMA0 root=/dev/vda")
    let facts = state.facts
    #expect(facts.release == "6.1.0-50-armmp" && facts.architecture == .arm)
    #expect(facts.isLoaded == false && facts.isCrashKernelLoaded == false)
    #expect(facts.crashBytes == .zero && facts.isLoadingDisabled == false)
    #expect(facts.loadsLeft == nil && facts.lockdown == Lockdown.none)
    #expect(facts.mayBoot == true && facts.seccompMode == 0)
    #expect(facts.memoryTotal == ByteCount(UInt64(506_712) * 1024))
    #expect(facts.memoryAvailable == ByteCount(UInt64(450_000) * 1024))
    #expect(facts.possibleCPUs?.count == 2 && facts.removableCPUs?.numbers == [1])
    #expect(facts.hasPSCI == true && facts.canParkCPUs == true)
    #expect(
      state.parameters.tree?.enableMethods.map { $0.cpu + " " + $0.method } == [
        "cpu@0 psci", "cpu@1 spin-table",
      ])
    let configuration = try #require(state.configuration)
    #expect(configuration.origin == "/boot/config-6.1.0-50-armmp")
    #expect(configuration.has("KEXEC") && !configuration.has("KEXE"))
    #expect(configuration.setting("USB") == .module && configuration.setting("ATAGS") == .no)
    #expect(configuration.setting("NR_CPUS") == .value("8"))
    #expect(configuration.setting("CMDLINE") == .value("") && configuration.setting("OFF") == .no)
  }

  @Test("All of 65 ranges of RAM are seen, where the reference tool stops at 64")
  func manyRanges() throws {
    var iomem = ""
    for index in 0..<65 {
      let first = 0x4000_0000 + index * 0x20_0000
      iomem += String(format: "%08x-%08x : System RAM\n", first, first + 0xf_ffff)
    }
    let state = try MachineState.read(from: SampleMachine.kernel(["/proc/iomem": iomem]))
    #expect(state.memory.ram.ranges.count == 65)
    #expect(state.memory.ram.count == .mebibytes(65))
  }

  @Test("RAM that begins at no round address is kept as it is")
  func oddStart() throws {
    let iomem = "80001000-8fffffff : System RAM\n"
    let state = try MachineState.read(from: SampleMachine.kernel(["/proc/iomem": iomem]))
    #expect(state.memory.ram.ranges.map(\.description) == ["0x80001000-0x8fffffff"])
  }

  @Test("Addresses that are zeroed for want of privilege are an error that says so")
  func zeroed() {
    let iomem = "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n"
    let error = #expect(throws: LinuxInterfaceError.self) {
      try MachineState.read(from: SampleMachine.kernel(["/proc/iomem": iomem]))
    }
    #expect(error?.problem == .memory(.zeroed))
    #expect(error?.description.contains("root") == true)
  }

  @Test("Without /sys/firmware/fdt the tree is put together from /proc/device-tree")
  func liveTree() throws {
    let kernel = SampleMachine.kernel(fdt: nil)
    kernel.files.merge(SampleMachine.liveFiles(SampleMachine.tree.root)) { $1 }
    let state = try MachineState.read(from: kernel)
    guard case .deviceTree(let bytes, let tree, .live) = state.parameters else {
      Issue.record("the live tree was not taken")
      return
    }
    #expect(tree == SampleMachine.tree)
    #expect(bytes == SampleMachine.tree.flattened())
  }

  @Test("A tree in /proc that is deeper than any is refused")
  func deepTree() {
    let kernel = SampleMachine.kernel(fdt: nil)
    let path = "/proc/device-tree" + String(repeating: "/n", count: 70)
    kernel.files[path + "/reg"] = []
    let error = #expect(throws: LinuxInterfaceError.self) { try MachineState.read(from: kernel) }
    #expect(error?.problem == .tooMany("levels", limit: 63))
  }

  @Test("Without any tree there are ATAGs, and without those nothing")
  func atags() throws {
    let list = ATAGList([.memory(size: 0x1000_0000, start: 0)])
    let kernel = SampleMachine.kernel(fdt: nil)
    #expect(try MachineState.read(from: kernel).parameters == .none)
    kernel.files["/proc/atags"] = list.bytes()
    #expect(try MachineState.read(from: kernel).parameters.atags == list)
  }

  @Test("A tree that cannot be read is an error, not a reason to look elsewhere")
  func brokenTree() {
    let kernel = SampleMachine.kernel(fdt: Array("no tree".utf8))
    kernel.files.merge(SampleMachine.liveFiles(SampleMachine.tree.root)) { $1 }
    let error = #expect(throws: LinuxInterfaceError.self) { try MachineState.read(from: kernel) }
    #expect(error?.subject == "/sys/firmware/fdt")
  }

  @Test("The configuration in /proc/config.gz goes before the one in /boot")
  func packedConfiguration() throws {
    let packed = try SampleMachine.inFolder { folder in
      _ = try SampleMachine.shell("printf 'CONFIG_SMP=y\\n' | gzip >config.gz", in: folder)
      return [UInt8](try Data(contentsOf: folder.appendingPathComponent("config.gz")))
    }
    let kernel = SampleMachine.kernel()
    kernel.files["/proc/config.gz"] = packed
    let configuration = try #require(try MachineState.read(from: kernel).configuration)
    #expect(configuration.origin == "/proc/config.gz")
    #expect(configuration.has("SMP") && !configuration.has("KEXEC"))
    kernel.files["/proc/config.gz"] = packed.dropLast(9)
    let error = #expect(throws: LinuxInterfaceError.self) { try MachineState.read(from: kernel) }
    #expect(error?.subject == "/proc/config.gz")
  }

  @Test("The new names in /sys/kernel/kexec go before the old ones")
  func newNames() throws {
    let facts = try KernelFacts.read(
      from: SampleMachine.kernel([
        "/sys/kernel/kexec/loaded": "1\n", "/sys/kernel/kexec/crash_loaded": "1\n",
        "/sys/kernel/kexec/crash_size": "16777216\n",
        "/proc/sys/kernel/kexec_load_limit_reboot": "-1\n",
      ]))
    #expect(facts.isLoaded == true && facts.isCrashKernelLoaded == true)
    #expect(facts.crashBytes == .mebibytes(16) && facts.loadsLeft == -1)
  }

  @Test("What a kernel does not tell, or not to us, is left open")
  func silence() throws {
    let kernel = RecordingKernel()
    kernel.failures[.path("/proc/self/status")] = .accessDenied
    let facts = try KernelFacts.read(from: kernel)
    var bare = KernelFacts()
    bare.release = "6.1.0-50-armmp"
    bare.machine = "armv7l"
    #expect(facts == bare)
    #expect(facts.mayBoot == nil && facts.canParkCPUs == nil)
  }

  @Test("Each call that fails with an I/O error, in turn, is an error that names its path")
  func eachCallFails() throws {
    let kernel = SampleMachine.kernel(fdt: nil)
    kernel.files.merge(SampleMachine.liveFiles(SampleMachine.tree.root)) { $1 }
    _ = try MachineState.read(from: kernel)
    let calls = kernel.calls.map(\.call)
    #expect(calls.count > 30)
    for (number, call) in calls.enumerated() {
      let failing = SampleMachine.kernel(fdt: nil)
      failing.files = kernel.files
      failing.failures[.call(number)] = .inputOutput
      let error = #expect(throws: LinuxInterfaceError.self, "\(call)") {
        try MachineState.read(from: failing)
      }
      #expect(error?.subject == call.path ?? "the kernel's name")
      #expect(error?.description.contains("EIO (Input/output error)") == true)
      #expect(failing.calls.count == number + 1, "nothing is done after the failure of \(call)")
    }
  }

  @Test(
    "A list of CPUs is read and written as Linux does",
    arguments: [
      ("", [UInt32]()), ("0", [0]), ("0-3,5", [0, 1, 2, 3, 5]), ("1,3,5-6", [1, 3, 5, 6]),
    ])
  func cpus(text: String, numbers: [UInt32]) {
    #expect(CPUSet(parsing: text)?.numbers == numbers)
    #expect(CPUSet(numbers).description == text)
  }

  @Test(
    "What is no list of CPUs is refused",
    arguments: [
      "-", "3-1", "0-99999999", "a", "0,", "1-2-3", "18446744073709551616",
      Array(repeating: "0-8191", count: 100).joined(separator: ","),
    ])
  func badCPUs(text: String) {
    #expect(CPUSet(parsing: text) == nil)
  }
}
