// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import Foundation
import KernelImages
import LinuxInterface
import PhysicalMemory
import SeededRandom
import Testing

@testable import Samples

@Suite("Snapshots of machines")
struct SnapshotTests {
  static func kernel(_ index: Int) -> RecordingKernel {
    let live = SampleMachine.kernel(fdt: nil)
    live.files.merge(SampleMachine.liveFiles(SampleMachine.tree.root)) { $1 }
    let atags = SampleMachine.kernel(["/boot/config-6.1.0-50-armmp": nil], fdt: nil)
    atags.files["/proc/atags"] = ATAGList([.memory(size: 0x1000_0000, start: 0)]).bytes()
    let odd = SampleMachine.kernel([
      "/proc/sys/kernel/kexec_load_limit_reboot": "-1", "/sys/devices/system/cpu/online": "\n",
    ])
    odd.name = SystemName(release: "6.1\nformat=9", machine: "")
    return [SampleMachine.kernel(), live, atags, odd][index]
  }

  @Test("A state read from a snapshot equals the one read live", arguments: 0..<4)
  func roundTrip(index: Int) throws {
    let state = try MachineState.read(from: Self.kernel(index))
    let bytes = MachineSnapshot.bytes(of: state)
    let isSnapshot = MachineSnapshot.isSnapshot(bytes.span)
    #expect(isSnapshot)
    let again = try MachineSnapshot.read(bytes.span)
    #expect(again == state)
    #expect(MachineSnapshot.bytes(of: again) == bytes)
  }

  @Test("cpio unpacks a snapshot, and reads back as the same state what cpio packs")
  func cpio() throws {
    let state = try MachineState.read(from: SampleMachine.kernel())
    try SampleMachine.inFolder { folder in
      try Data(MachineSnapshot.bytes(of: state))
        .write(to: folder.appendingPathComponent("machine.kx"))
      let list = try SampleMachine.shell(
        "mkdir x; cd x; cpio -id --quiet <../machine.kx; cpio -t --quiet <../machine.kx", in: folder
      )
      #expect(list == "facts\niomem\ncmdline\nfdt\nconfig\ncpuinfo\n")
      let iomem = try String(contentsOf: folder.appendingPathComponent("x/iomem"), encoding: .utf8)
      #expect(iomem == SampleMachine.iomem)
      _ = try SampleMachine.shell(
        "cd x; find . | cpio -o -H newc --quiet >../again.kx", in: folder)
      let again = try Data(contentsOf: folder.appendingPathComponent("again.kx"))
      let read = try MachineSnapshot.read([UInt8](again).span)
      #expect(read == state)
    }
  }

  @Test("A snapshot holds what tells of the processor; one without is as good")
  func processor() throws {
    let state = try MachineState.read(from: SampleMachine.kernel())
    #expect(state.processor.version == .v7 && state.processor.hasLPAE == true)
    let old = try MachineState(files: state.files.filter { $0.name != .cpuinfo })
    #expect(old.processor.version == .v7 && old.processor.hasLPAE == nil)
    let bytes = MachineSnapshot.bytes(of: old)
    let again = try MachineSnapshot.read(bytes.span)
    #expect(again == old)
    let plan = try MachineState.read(from: SampleMachine.kernel(), forPlan: true)
    #expect(!plan.files.contains { $0.name == .cpuinfo })
  }

  @Test("A folder of a snapshot's files is the same machine; a bare memory map is one, too")
  func captured() throws {
    let state = try MachineState.read(from: SampleMachine.kernel())
    let kernel = RecordingKernel()
    for file in state.files { kernel.files["/m/" + file.name.rawValue] = file.bytes }
    #expect(try MachineState(folder: "/m", from: kernel) == state)
    let snapshot = MachineSnapshot.bytes(of: state)
    let read = try MachineState(captured: snapshot.span)
    #expect(read == state && read.tellsFacts)
    let text = Array(SampleMachine.iomem.utf8)
    let bare = try MachineState(captured: text.span)
    #expect(bare.memory == state.memory && !bare.tellsFacts)
    kernel.files["/m/iomem"] = nil
    #expect(throws: LinuxInterfaceError("/m/iomem", .system(.noSuchFile, "read"))) {
      try MachineState(folder: "/m", from: kernel)
    }
  }

  @Test("The files iomem, fdt and cmdline of a hand-made folder are a state")
  func folder() throws {
    let state = try MachineState(files: [
      MachineFile(.commandLine, Array("console=ttyS0".utf8)),
      MachineFile(.fdt, SampleMachine.tree.flattened()),
      MachineFile(.iomem, Array(SampleMachine.iomem.utf8)),
    ])
    #expect(state.commandLine == "console=ttyS0" && state.parameters.tree == SampleMachine.tree)
    #expect(state.facts == KernelFacts())
    #expect(throws: LinuxInterfaceError.self) { try MachineState(files: []) }
    #expect(throws: LinuxInterfaceError.self) {
      try MachineState(files: state.files + state.files)
    }
  }

  @Test("A snapshot cut off anywhere is an error")
  func truncated() throws {
    let state = try MachineState.read(from: SampleMachine.kernel())
    let bytes = MachineSnapshot.bytes(of: state)
    for count in 0..<bytes.count - 4 {
      #expect(throws: LinuxInterfaceError.self, "cut to \(count)") {
        try MachineSnapshot.read(Array(bytes[..<count]).span)
      }
    }
  }

  @Test("Bytes changed at random are read or refused, never trapped on", arguments: 1...20)
  func damaged(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let state = try MachineState.read(from: SampleMachine.kernel())
    let bytes = MachineSnapshot.bytes(of: state)
    var refused = 0
    for _ in 0..<100 {
      var damaged = bytes
      for _ in 0..<8 {
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        damaged[place] = UInt8.random(in: 0...255, using: &generator)
      }
      do throws(LinuxInterfaceError) {
        _ = try MachineSnapshot.read(damaged.span)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
    }
    #expect(refused > 0, "seed \(seed)")
  }

  @Test(
    "A fact that is no such value is an error with its line",
    arguments: [
      ("format=2", "format=1"), ("page-bytes=4095", "power of two"), ("kexec-loaded=2", "0 or 1"),
      ("kexec-loads-left=-2", "or -1"), ("lockdown=all", "integrity"), ("cpus-online=x", "0-3,5"),
      ("capabilities=zz", "hexadecimal"), ("memory-total=", "number"), ("what", "key=value"),
    ])
  func wrongFacts(line: String, expected: String) {
    let error = #expect(throws: LinuxInterfaceError.self) {
      try KernelFacts(lines: Array("format=1\n\(line)\n".utf8), subject: "facts")
    }
    let text = error?.description ?? ""
    #expect(text.contains("line 2 is '\(line)'") && text.contains(expected), "\(text)")
  }

  @Test("Facts that a later program may write are left out")
  func unknownFacts() throws {
    let facts = try KernelFacts(lines: Array("weather=fine\nmachine=armv7l\n".utf8), subject: "f")
    #expect(facts.architecture == .arm)
  }
}
