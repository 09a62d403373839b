// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Glibc
import LinuxInterface
import PhysicalMemory
import Testing

@testable import Samples
@testable import kexec

/// Each test is a process of its own, whose memory nobody else changes.
@Suite("An initrd of 1 GiB")
struct LargeInitrdTests {
  static let gibibyte: UInt64 = 1 << 30
  /// What planning and loading may take besides the file; an eighth of it.
  static let room: UInt64 = 128 << 20
  static let line = "-l /boot/zImage --append=console=ttyAMA0 --initrd="
  /// A kernel that leaves 1 GiB to programs: with the usual 3 GiB none reaches so much.
  static let kernel = SyntheticZImage(
    image: SyntheticImage(byteCount: 0x9100, pageOffset: 0x4000_0000))

  /// An archive that holds nothing.
  static let trailer = Array(
    ("070701" + String(repeating: "0", count: 88) + "0000000b00000000TRAILER!!!\0").utf8)

  /// A compressed archive with zeros behind it that are a hole. (What unpacked to as much would leave
  /// a kernel too little memory.)
  static func archive(bytes: UInt64 = gibibyte) throws -> FileContents {
    try SparseFile.with(bytes, head: Builder.gzip(trailer)) {
      try LinuxKernel().mapFile($0, limit: MappedFile.limit)
    }
  }

  /// A machine of 3.75 GiB with one or more such files.
  static func loader(_ files: [String: FileContents]) -> Loader {
    let tree = Loader.tree(ram: [0: 0xf000_0000])
    let meminfo = "MemTotal: 3932160 kB\nMemAvailable: 3800000 kB\n"
    let loader = Loader(
      [
        "/proc/meminfo": meminfo,
        "/proc/iomem": "00000000-efffffff : System RAM\n  00008000-00ffffff : Kernel code\n",
      ], tree: tree)
    loader.kernel.files["/boot/zImage"] = kernel.bytes()
    loader.kernel.mapped = files
    return loader
  }

  @Test("It is planned and handed to kexec_load as the pages of its file, none of them copied")
  func loaded() async {
    await #expect(processExitsWith: .success) {
      let loader = Self.loader(["/boot/large": try Self.archive()])
      OwnMemory.limitData(Self.room)
      let before = OwnMemory.peak
      let found = loader.run(Self.line + "/boot/large")
      #expect(found.exit == .done, "\(found.complaints)")
      let load = try #require(loader.kernel.loads.first)
      let segment = try #require(load.segments.first { $0.name == "initrd" })
      guard case .file(let file, let offset, let count) = segment.contents else {
        Issue.record("it was copied")
        return
      }
      #expect(file === loader.kernel.mapped["/boot/large"])
      #expect(offset == 0 && UInt64(count) == Self.gibibyte)
      #expect(segment.memoryBytes.rawValue == Self.gibibyte)
      // Nor was the file looked through: its pages count here.
      #expect(OwnMemory.peak - before < Self.room)
    }
  }

  @Test("The bound would not let it be copied")
  func bound() async {
    await #expect(processExitsWith: .failure) {
      OwnMemory.limitData(Self.room)
      let copy = [UInt8](repeating: 1, count: Int(Self.gibibyte))
      exit(copy[copy.count / 2] == 1 ? 0 : 1)
    }
  }

  @Test("Of ten initrds that share pages the long ones are handed over without a copy")
  func many() async {
    await #expect(processExitsWith: .success) {
      let long = try Self.archive(bytes: Self.gibibyte / 2)
      let short = try Self.archive(bytes: 1 << 20)
      var files = ["/boot/long0": long, "/boot/long1": long]
      for index in 0..<8 { files["/boot/short\(index)"] = short }
      let loader = Self.loader(files)
      let names = ["long0"] + (0..<8).map { "short\($0)" } + ["long1"]
      OwnMemory.limitData(Self.room)
      // An archive in front puts every later file beside the pages of memory.
      loader.kernel.files["/boot/odd"] = Self.trailer
      let options = (["odd"] + names).map { "/boot/" + $0 }.joined(separator: " --initrd=")
      let found = loader.run(Self.line + options)
      #expect(found.exit == .done, "\(found.complaints)")
      let load = try #require(loader.kernel.loads.first)
      #expect(load.segments.count <= 16)
      var direct: UInt64 = 0
      for segment in load.segments where segment.name == "initrd" {
        if case .file(_, _, let count) = segment.contents { direct += UInt64(count) }
      }
      #expect(direct >= Self.gibibyte - 3 * 4096)
    }
  }

  @Test("Code that sets registers has a page of its own: nothing of an initrd is copied for it")
  func trampoline() async {
    await #expect(processExitsWith: .success) {
      let file = try Self.archive(bytes: Self.gibibyte - 2048)
      OwnMemory.limitData(Self.room)
      // Before Linux 3.7 the running kernel does not pass the address of a tree.
      let loader = Self.loader(["/boot/large": file])
      loader.kernel.name = SystemName(release: "3.2.0", machine: "armv7l")
      let found = loader.run(Self.line + "/boot/large")
      #expect(found.exit == .done, "\(found.complaints)")
      let load = try #require(loader.kernel.loads.first)
      let code = try #require(load.segments.first { $0.name == "trampoline" })
      #expect(load.entry == code.address && code.contents.count == 28)
      #expect(load.segments.last?.name == "dtb")
      for segment in load.segments where segment.name == "initrd" {
        guard case .file(_, 0, let count) = segment.contents else {
          Issue.record("it was copied")
          return
        }
        #expect(UInt64(count) == Self.gibibyte - 2048)
      }
    }
  }

  @Test("With 3 GiB for programs no kernel reaches it, and that is what is said")
  func usualSplit() async {
    await #expect(processExitsWith: .success) {
      let loader = Self.loader(["/boot/large": try Self.archive()])
      loader.kernel.files["/boot/zImage"] = Loader.zImage.bytes()
      let found = loader.run(Self.line + "/boot/large")
      #expect(found.exit == .nothingFits, "\(found.complaints)")
      #expect(loader.kernel.loads.isEmpty)
    }
  }
}
