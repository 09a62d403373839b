// SPDX-License-Identifier: Apache-2.0
import Handover
import KernelImages
import PhysicalMemory
import Testing

@testable import BootPlanning

@Suite("Words of the command line that are about memory")
struct CommandLineMemoryTests {
  private static let ram: ClosedRange<UInt64> = 0x8000_0000...0x9fff_ffff

  private func plan(
    _ line: String, initrd: UInt64? = 4 << 20, ram: ClosedRange<UInt64> = ram
  ) throws -> BootPlan {
    var request = KernelsOfRecord.request(KernelsOfRecord.keystone, ram: ram, initrd: initrd)
    request.commandLine = line
    return try ARMPlanner.plan(request)
  }

  @Test(
    "Words are found as the kernel finds them: by spaces, quotes and up to --",
    arguments: [
      ("", []), ("quiet", []), ("initrd=1,2", ["initrd"]), ("xinitrd=1,2 initrdx=1 initrd", []),
      ("a initrdmem=1,2\tmem=3\nvmalloc=4", ["initrdmem", "mem", "vmalloc"]),
      ("\"mem=1 2\" mem=\"3 4\" x=\"mem=5 mem=6\"", ["mem", "mem"]),
      ("-- mem=1", []), ("mem=1 -- mem=2", ["mem"]), ("--mem=1 ---", []),
      (
        "memmap=1$2 highmem=3 crashkernel=4 elfcorehdr=5",
        [
          "memmap", "highmem", "crashkernel", "elfcorehdr",
        ]
      ), ("mem", []), ("=mem= mem==", ["mem"]), ("\"mem=", ["mem"]), ("\"", []),
    ] as [(String, [String])])
  func words(_ line: String, _ keys: [String]) {
    let words = CommandLineWords(line)
    #expect(words.found.map { "\($0.word.key)" } == keys)
    for entry in words.found {
      let text = String(decoding: Array(line.utf8)[entry.place], as: UTF8.self)
      #expect(text.contains("\(entry.word.key)="))
      #expect(MemoryWord(key: "\(entry.word.key)") == entry.word)
    }
  }

  @Test(
    "An initrd's place is read as the kernel reads it; the last with a comma counts",
    arguments: [
      ("initrd=0x800000,0x3fffff", 0x80_0000, 0x3f_ffff), ("initrd=8M,4M", 8 << 20, 4 << 20),
      ("initrdmem=1K,010", 1024, 8), ("initrd=,1M", 0, 1 << 20), ("initrd=5,x", 5, 0),
      ("initrd=1,2 initrdmem=3,4 initrd=/boot/initrd.img", 3, 4),
      ("initrd=\"0x10,0x20\"", 16, 32),
    ] as [(String, UInt64, UInt64)])
  func initrdPlaces(_ line: String, _ start: UInt64, _ size: UInt64) throws {
    let found = try #require(CommandLineWords(line).initrd)
    #expect(found.start == start && found.size == size)
  }

  @Test("A stated initrd= that is the planned range is fine, and any other is an error")
  func statedInitrd() throws {
    let place = try #require(plan("quiet").segments.first { $0.name == .initrd })
    let start = place.range.first.rawValue
    let bytes = place.fileBytes.rawValue
    for (line, isFine) in [
      ("initrd=\(start),\(bytes)", true), ("initrdmem=\(start),4M", true),
      ("initrd=0x50000000,1M initrd=\(start),\(bytes)", true),
      ("initrd=\(start),\(bytes) initrdmem=0x50000000,1M", false),
      ("initrd=\(start),\(bytes - 1)", false), ("initrd=\(start),\(bytes + 4096)", false),
      ("initrd=\(start + 4096),\(bytes)", false), ("initrd=\(start),0", false),
      ("root=/dev/ram initrd=0x800000,0x3fffff", false), ("quiet -- initrd=1,2", true),
      ("initrd=/boot/initrd.img", true),
    ] as [(String, Bool)] {
      let plan = try plan(line)
      #expect(
        plan.diagnostics(.initrdWordMisleads).map(\.severity) == (isFine ? [] : [.error]), "\(line)"
      )
      #expect(plan.hasErrors != isFine)
    }
  }

  @Test(
    "Without an initrd in the plan, initrd= is warned of",
    arguments: ["initrd=0x81000000,1M", "initrd=/boot/initrd.img"])
  func noInitrd(_ line: String) throws {
    #expect(
      try plan(line, initrd: nil).diagnostics(.initrdWordWithoutInitrd).map(\.severity) == [
        .warning
      ])
  }

  @Test("Words that ARM does not read are told, on every rule and where nothing fits")
  func unread() throws {
    for (line, count) in [("memmap=64M$0x90000000 highmem=1G", 2), ("mem=64M", 0)] {
      #expect(try plan(line).diagnostics(.wordWithoutEffect).count == count)
      #expect(try plan(line, initrd: 600 << 20).diagnostics(.wordWithoutEffect).count == count)
      var request = KernelsOfRecord.request(
        KernelsOfRecord.keystone, ram: Self.ram, initrd: 4 << 20, rule: .kexecTools)
      request.commandLine = line
      #expect(try ARMPlanner.plan(request).diagnostics(.wordWithoutEffect).count == count)
    }
  }

  @Test(
    "Memory for a crash kernel that cannot be set aside is warned of",
    arguments: [
      ("crashkernel=64M", nil), ("crashkernel=1G", "are left"),
      ("crashkernel=1M@0x80100000", "the kernel lies there"),
      ("crashkernel=32M@0x20000000", "no RAM there"), ("crashkernel=32M@0x98000000", nil),
      ("crashkernel=1G-2G:64M", nil), ("crashkernel=64M crashkernel=2G", "are left"),
      ("crashkernel=", nil),
    ] as [(String, String?)])
  func crashKernel(_ line: String, _ words: String?) throws {
    let told = try plan(line).diagnostics(.crashMemoryImpossible)
    #expect(told.isEmpty == (words == nil))
    if let words { #expect(told.first?.message.contains(words) == true) }
  }

  @Test(
    "mem= beyond the machine's RAM is warned of, as a tree's memory is",
    arguments: [
      ("mem=512M", false), ("mem=1G", true), ("mem=64M@0x80000000 mem=64M@0xb0000000", true),
      ("mem=64M@0x9c000000", false), ("", false),
    ])
  func beyond(_ line: String, _ isTold: Bool) throws {
    let plan = try plan(line)
    #expect(plan.fits)
    #expect(plan.diagnostics(.absentMemoryStated).map(\.severity) == (isTold ? [.warning] : []))
  }

  @Test("mem= leaves the same plan as a machine with that much RAM, and the same need")
  func limitIsRAM() throws {
    for size in [48, 64, 96, 128] as [UInt64] {
      let limited = try plan("mem=\(size)M", initrd: 6 << 20)
      let small = try plan(
        "", initrd: 6 << 20, ram: 0x8000_0000...(0x8000_0000 + (size << 20) - 1))
      #expect(limited.segments == small.segments && limited.entry == small.entry)
      #expect(
        limited.diagnostics(.shortOfWorkingMemory).count
          == small.diagnostics(.shortOfWorkingMemory).count)
    }
  }
}
