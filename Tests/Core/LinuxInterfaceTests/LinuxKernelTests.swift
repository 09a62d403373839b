// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxInterface
import PhysicalMemory
@testable import Samples
import Testing

@Suite("The Linux these tests run on")
struct LinuxKernelTests {
  let kernel = LinuxKernel()

  @Test("Page size and name are those that the system's own tools tell")
  func name() throws {
    try SampleMachine.inFolder { folder in
      let told = try SampleMachine.shell("getconf PAGESIZE; uname -r; uname -m", in: folder)
      let name = try kernel.systemName()
      #expect("\(kernel.pageBytes)\n\(name.release)\n\(name.machine)\n" == told)
    }
  }

  @Test("The machine is read live and comes back from its snapshot")
  func live() throws {
    let facts = try KernelFacts.read(from: kernel)
    #expect(facts.architecture != nil && facts.memoryTotal != nil)
    #expect((facts.onlineCPUs?.count ?? 0) > 0)
    guard facts.mayAdminister == true else {
      let error = #expect(throws: LinuxInterfaceError.self) {
        try MachineState.read(from: kernel)
      }
      #expect(error?.problem == .memory(.zeroed))
      return
    }
    let state = try MachineState.read(from: kernel)
    #expect(state.memory.ram.count > .mebibytes(64))
    let again = try MachineSnapshot.read(MachineSnapshot.bytes(of: state).span)
    #expect(again == state)
  }

  @Test("Files are read, mapped, replaced and appended to as they should")
  func files() throws {
    try SampleMachine.inFolder { folder in
      let path = folder.path + "/file"
      #expect(throws: Errno.noSuchFile) { try kernel.readFile(path, limit: 9) }
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try kernel.writeFile(path, bytes, mode: .replace)
      #expect(try kernel.readFile(path, limit: 200_000) == bytes)
      #expect(throws: Errno.fileTooLarge) { try kernel.readFile(path, limit: 199_999) }
      #expect(throws: Errno.fileTooLarge) { try kernel.mapFile(path, limit: 199_999) }
      let mapped = try kernel.mapFile(path, limit: 200_000)
      try kernel.writeFile(path, [1], mode: .replace)
      #expect(SegmentContents.file(mapped).copy == bytes, "a replaced file stays mapped")
      try kernel.writeFile(path, [2, 3], mode: .append)
      #expect(try kernel.readFile(path, limit: 9) == [1, 2, 3])
      let status = try kernel.fileStatus(path)
      #expect(status.kind == .regular && status.byteCount == 3)
      #expect(try kernel.fileStatus(path).stamp == status.stamp)
      #expect(try kernel.mapFile(path, limit: 3).stamp == status.stamp)
      try kernel.writeFile(path, [1, 2, 3], mode: .replace)
      #expect(try kernel.fileStatus(path).stamp != status.stamp, "the same bytes, written anew")
      let empty = folder.path + "/empty"
      try kernel.writeFile(empty, [], mode: .replace)
      #expect(try kernel.mapFile(empty, limit: 9).count == 0)
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/link", withDestinationPath: path)
      try kernel.writeFile(folder.path + "/link", [9], mode: .replace)
      #expect(try kernel.readFile(path, limit: 9) == [9], "a link is not replaced")
      #expect(throws: Errno.self) { try kernel.mapFile(folder.path, limit: 9) }
      #expect(throws: Errno.noSuchFile) {
        try kernel.writeFile(folder.path + "/none/file", [1], mode: .replace)
      }
      #expect(
        try kernel.listDirectory(folder.path, limit: 9) == [
          DirectoryEntry(name: "empty", kind: .regular),
          DirectoryEntry(name: "file", kind: .regular),
          DirectoryEntry(name: "link", kind: .symbolicLink),
        ])
      #expect(throws: Errno.fileTooLarge) { try kernel.listDirectory(folder.path, limit: 2) }
    }
  }

  @Test("A file of /proc, which tells no size, is mapped by reading it")
  func unmappable() throws {
    let contents = try kernel.mapFile("/proc/cmdline", limit: 1 << 20)
    #expect(
      SegmentContents.file(contents).copy == (try kernel.readFile("/proc/cmdline", limit: 9999)))
    #expect(throws: Errno.fileTooLarge) { try kernel.mapFile("/proc/cmdline", limit: 1) }
  }

  @Test("Programs run with their arguments, and tell how they ended")
  func programs() throws {
    #expect(try kernel.run(["sh", "-c", "exit $1", "sh", "7"]) == .exited(7))
    #expect(try kernel.run(["sh", "-c", "kill -9 $$"]) == .signalled(9))
    #expect(throws: Errno.noSuchFile) { try kernel.run(["/no/such/program"]) }
    #expect(throws: Errno.invalidArgument) { try kernel.run([]) }
  }

  @Test("Clocks, randomness, environment and arguments are those of this process")
  func process() throws {
    let first = try kernel.read(.monotonic)
    let second = try kernel.read(.monotonic)
    let isForward = (first.seconds, first.nanoseconds) <= (second.seconds, second.nanoseconds)
    #expect(isForward)
    let seconds = Int64(Date().timeIntervalSince1970)
    let read = try kernel.read(.realTime).seconds
    #expect((seconds - 1...seconds + 10).contains(read))
    let random = try kernel.randomBytes(64)
    #expect(try kernel.randomBytes(64) != random)
    #expect(kernel.environment("PATH") == ProcessInfo.processInfo.environment["PATH"])
    #expect(kernel.environment("SURELY_NOT_SET_ANYWHERE") == nil)
    let arguments = unsafe LinuxKernel.arguments(CommandLine.argc, CommandLine.unsafeArgv)
    #expect(arguments == CommandLine.arguments)
  }

  @Test("The loopback is among the network interfaces where the system tool names it")
  func interfaces() throws {
    let names = try kernel.networkInterfaces()
    let shown = try kernel.listDirectory("/sys/class/net", limit: 999).map(\.name)
    #expect(Set(names.map(\.name)).isSubset(of: shown))
    #expect(names.contains { $0.isLoopback } == shown.contains("lo"))
    #expect(throws: Errno.noSuchDevice) {
      try kernel.setFlags(0, ofInterface: "no-such-interface-here")
    }
  }

  @Test("A call that no kernel takes fails with the kernel's own number, and loads nothing")
  func refusedLoad() throws {
    var call = SampleMachine.call(KexecFlags(rawValue: 0x8000))
    call.segments += (0..<14).map { _ in call.segments[0] }
    let error = #expect(throws: Errno.self) { try kernel.kexecLoad(call) }
    #expect(
      [Errno.noSuchCall, .notPermitted, .invalidArgument].contains { $0 == error },
      "\(String(describing: error))")
  }

  @Test("Contents of a part of a file stay within the file")
  func parts() throws {
    let contents = try #require(FileContents(copying: [1, 2, 3, 4, 5]))
    #expect(SegmentContents.file(contents, offset: 1, count: 3).copy == [2, 3, 4])
    #expect(SegmentContents.file(contents, offset: 3, count: 9).copy == [4, 5])
    #expect(SegmentContents.file(contents, offset: 9, count: 1).copy == [])
    #expect(SegmentContents.file(contents, offset: -1, count: 1).copy == [])
    #expect(SegmentContents.file(contents, offset: 2, count: -1).copy == [])
  }
}
