// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import SeededRandom
import Testing

@Suite("U-Boot's environment, and what bootz and bootm make of it")
struct UBootTests {
  private func environment(_ text: String) throws -> UBootEnvironment {
    try UBootEnvironment(Array(text.utf8).span)
  }

  private func request(
    ram: ClosedRange<UInt64>, initrd: UInt64? = 6_884_860, dtb: UInt64 = 0x1_1214
  ) -> PlanRequest {
    KernelsOfRecord.request(
      KernelsOfRecord.armmp, ram: ram, initrd: initrd, dtb: dtb, handover: .zimage)
  }

  // MARK: Reading

  @Test(
    "Numbers are hexadecimal in every form in which variables are written down",
    arguments: [
      "kernel_addr_r=0x42000000\n", "kernel_addr_r=42000000\r\n",
      "# a comment\nsetenv kernel_addr_r 0x42000000\n", "env set kernel_addr_r 42000000;\n",
      "\t\"kernel_addr_r=0x42000000\\0\" \\\n", "/* of a board */\nkernel_addr_r=0x42000000\n",
      "kernel_addr_r=\"42000000\"", "base=4200\nkernel_addr_r=${base}0000\n",
      "a=$b\nb=42000000\nkernel_addr_r=$(a)\n",
    ])
  func forms(text: String) throws {
    #expect(try environment(text).number("kernel_addr_r") == 0x4200_0000)
  }

  @Test("What a script in an .env file sets is not taken for a variable")
  func scripts() throws {
    let read = try environment(
      "loadaddr=82000000\nupdate=\n\tsetenv loadaddr ${addr_fit};\n\tloadaddr=1\n#define loadaddr 3\n"
    )
    #expect(read.number("loadaddr") == 0x8200_0000)
  }

  @Test("References that lead in a circle end")
  func circles() throws {
    let read = try environment("a=$b\nb=$a\nc=x\n")
    #expect(read.value("a") == "" || read.value("a")?.hasPrefix("$") == true)
    #expect(read.number("a") == nil && read.number("c") == nil && read.value("d") == nil)
  }

  @Test("References that would multiply without end are given up soon")
  func manyReferences() throws {
    var text = ""
    for index in 0..<16 {
      let next = "${v\(index + 1)}"
      text += "v\(index)=" + String(repeating: next, count: 200) + "\n"
    }
    let read = try environment(text)
    let start = ContinuousClock.now
    #expect(read.number("v0") == nil)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test("Random bytes, and files with random bytes in them, are read or refused")
  func randomFiles() {
    var random = SplitMix64(seed: 0x0b00_7e1f)
    let alphabet = Array("ab=${}()$\\\"'/*#\n\r\t 0x\0;".utf8)
    for _ in 0..<2_000 {
      let bytes = (0..<random.below(200)).map { _ in
        random.oneIn(8) ? UInt8(random.below(256)) : random.pick(alphabet)
      }
      guard let read = try? UBootEnvironment(bytes.span) else { continue }
      for name in ["a", "b", "ab", "0"] {
        // What has no value is no number.
        #expect(read.value(name) != nil || read.number(name) == nil)
      }
    }
  }

  /// The checksum of zlib, bit by bit.
  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xedb8_8320) }
    }
    return ~crc
  }

  private func block(_ entries: [String], header: [UInt8], size: Int) -> [UInt8] {
    var data: [UInt8] = []
    for entry in entries { data += Array(entry.utf8) + [0] }
    data += [UInt8](repeating: 0, count: 1)
    data += [UInt8](repeating: 0xff, count: size - 4 - header.count - data.count)
    let crc = checksum(data)
    let stored: [UInt8] = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: crc >> $0) }
    return stored + header + data
  }

  @Test(
    "The block that saveenv writes is read, alone, with a flag, and with more behind it",
    arguments: [[], [1]] as [[UInt8]], [0, 4096])
  func saved(header: [UInt8], more: Int) throws {
    let bytes =
      block(["fdt_high=ffffffff", "initrd_high=no"], header: header, size: 0x2000)
      + [UInt8](repeating: 0xff, count: more)
    let read = try UBootEnvironment(bytes.span)
    #expect(read.number("fdt_high") == 0xffff_ffff)
    #expect(read.value("initrd_high") == "no")
  }

  @Test("A block with a wrong checksum, and a file without variables, are refused")
  func refused() {
    var bytes = block(["a=1"], header: [], size: 0x1000)
    bytes[20] ^= 1
    #expect(throws: UBootEnvironmentError.self) { try UBootEnvironment(bytes.span) }
    #expect(throws: UBootEnvironmentError.noVariables(bytes: 5)) {
      try UBootEnvironment(Array("hello".utf8).span)
    }
    #expect(throws: UBootEnvironmentError.noVariables(bytes: 0)) {
      try UBootEnvironment([UInt8]().span)
    }
  }

  // MARK: Moving

  @Test("What is not all ones is moved to the highest free place below its limit")
  func moves() throws {
    let request = request(ram: 0x8000_0000...0x9fff_ffff)
    let boot = UBootBoot(
      try environment(
        "loadaddr=82000000\nrdaddr=88080000\nfdtaddr=88000000\nbootm_size=10000000\n"), request,
      uImage: nil)
    // By hand: 0x90000000 less the initrd is 0x8f96f1c4, less tree and 12 KiB 0x8f95addc.
    #expect(boot.places.kernel?.rawValue == 0x8200_0000)
    #expect(boot.places.initrd?.rawValue == 0x8f96_f000)
    #expect(boot.places.parameters?.rawValue == 0x8f95_a000)
    #expect(boot.sources.initrd?.rawValue == 0x8808_0000)
    #expect(!boot.isSpoilt)
  }

  @Test(
    "initrd_high and fdt_high: all ones leave in place, a number limits, anything else is any place",
    arguments: [
      ("ffffffff", 0x8808_0000 as UInt64), ("0xffffffff", 0x8808_0000), ("0x8a000000", 0x8996_f000),
      ("no", 0x9d96_f000), ("0", 0x9d96_f000),
    ])
  func high(value: String, initrd: UInt64) throws {
    let boot = UBootBoot(
      try environment(
        "kernel_addr_r=82000000\nramdisk_addr_r=88080000\nfdt_addr_r=88000000\n"
          + "initrd_high=\(value)\nfdt_high=ffffffff\n"),
      request(ram: 0x8000_0000...0x9fff_ffff), uImage: nil)
    #expect(boot.places.initrd?.rawValue == initrd)
    #expect(boot.places.parameters?.rawValue == 0x8800_0000)
  }

  @Test("U-Boot itself lies where fdtcontroladdr says, and nothing is moved there")
  func own() throws {
    let boot = UBootBoot(
      try environment(
        "kernel_addr_r=82000000\nramdisk_addr_r=88080000\nfdt_addr_r=88000000\n"
          + "fdtcontroladdr=9bf00000\n"),
      request(ram: 0x8000_0000...0x9fff_ffff), uImage: nil)
    // 16 MiB of stack below 0x9bf00000.
    #expect(boot.places.initrd?.rawValue == 0x9a86_f000)
  }

  @Test("A uImage is copied to its load address, over what lies there; one that is in place stays")
  func uImages() throws {
    let text = "kernel_addr_r=80200000\nramdisk_addr_r=80400000\nfdt_addr_r=88000000\n"
    let copied = UBootBoot(
      try environment(text), request(ram: 0x8000_0000...0x9fff_ffff),
      uImage: UImagePlace(
        load: PhysicalAddress(0x8000_8000), offset: ByteCount(UInt64(64)), isCompressed: false))
    #expect(copied.places.kernel?.rawValue == 0x8000_8000)
    #expect(copied.keepsKernel && copied.isSpoilt)
    let lost = copied.diagnostics.filter { $0.code == .lostInUBoot }
    #expect(lost.contains { $0.message.contains("takes the kernel to 0x80008000") })
    let inPlace = UBootBoot(
      try environment(text.replacing("80400000", with: "88080000")),
      request(ram: 0x8000_0000...0x9fff_ffff),
      uImage: UImagePlace(load: nil, offset: ByteCount(UInt64(64)), isCompressed: false))
    #expect(inPlace.places.kernel?.rawValue == 0x8020_0040)
    #expect(!inPlace.keepsKernel && !inPlace.isSpoilt)
  }

  @Test("Files that are loaded over each other are lost, even if U-Boot moves them apart")
  func overlaps() throws {
    let boot = UBootBoot(
      try environment(
        "kernel_addr_r=82000000\nramdisk_addr_r=82400000\nfdt_addr_r=82f00000\n"),
      request(ram: 0x8000_0000...0x9fff_ffff), uImage: nil)
    let lost = boot.diagnostics.filter { $0.code == .lostInUBoot }
    // The kernel reaches to 0x825321ff, the initrd to 0x82a90dfb.
    #expect(lost.map { $0.bytes?.rawValue } == [0x13_2200])
    #expect(boot.isSpoilt)
  }

  @Test("The initrd that is moved over the tree before that is moved is told")
  func treeUnderInitrd() throws {
    let boot = UBootBoot(
      try environment(
        "kernel_addr_r=82000000\nramdisk_addr_r=84000000\nfdt_addr_r=8fa00000\n"
          + "bootm_size=10000000\n"), request(ram: 0x8000_0000...0x9fff_ffff), uImage: nil)
    #expect(boot.diagnostics.contains { $0.code == .lostInUBoot && $0.bytes?.rawValue == 0x1_1214 })
  }

  @Test("Commands are those that change something, and leave everything in place")
  func commands() throws {
    let read = try environment("loadaddr=82000000\nrdaddr=88080000\nfdt_high=ffffffff\n")
    let places = GivenPlaces(
      kernel: PhysicalAddress(0x8200_0000), initrd: PhysicalAddress(0x8900_0000),
      parameters: PhysicalAddress(0x8800_0000))
    #expect(
      UBootBoot.commands(places, beyond: read) == [
        "setenv rdaddr 0x89000000", "setenv initrd_high 0xffffffff",
        "setenv fdt_addr_r 0x88000000",
      ])
  }

  // MARK: Boards

  /// What a board's U-Boot sets by default, and what comes of it with Debian 12's armmp.
  struct DefaultAddresses: Sendable, CustomTestStringConvertible {
    /// The board, the file in U-Boot and its version.
    let testDescription: String
    let ram: ClosedRange<UInt64>
    let text: String
    var errors: [DiagnosticCode] = []
    var initrd: UInt64
    var warnings: [DiagnosticCode] = []
    /// The nearest address of the initrd, where the defaults do not hold.
    var better: UInt64?
  }

  static let boards = [
    DefaultAddresses(
      testDescription: "BeagleBone, include/configs/ti_armv7_common.h v2026.10-rc2",
      ram: 0x8000_0000...0x9fff_ffff,
      text: """
        loadaddr=0x82000000
        kernel_addr_r=0x82000000
        fdtaddr=0x88000000
        fdt_addr_r=0x88000000
        rdaddr=0x88080000
        ramdisk_addr_r=0x88080000
        bootm_size=0x10000000
        """, initrd: 0x8f96_f000),
    DefaultAddresses(
      testDescription: "Raspberry Pi 2, board/raspberrypi/rpi/rpi.env v2026.10-rc2",
      ram: 0...0x3b3f_ffff,
      text: """
        bootm_size=0x20000000
        kernel_addr_r=0x00080000
        fdt_addr_r=0x05600000
        ramdisk_addr_r=0x05700000
        """, initrd: 0x1f96_f000),
    DefaultAddresses(
      testDescription: "Rock 2, include/configs/rk3288_common.h v2026.10-rc2",
      ram: 0...0x7fff_ffff,
      text: """
        fdt_addr_r=0x01e00000
        kernel_addr_r=0x02000000
        ramdisk_addr_r=0x04000000
        fdt_high=0x0fffffff
        initrd_high=0x0fffffff
        """, initrd: 0x0f96_f000),
    DefaultAddresses(
      testDescription: "Wandboard, include/configs/wandboard.h v2022.01: all in place",
      ram: 0x1000_0000...0x4fff_ffff,
      text: """
        fdt_high=0xffffffff
        initrd_high=0xffffffff
        fdt_addr_r=0x18000000
        kernel_addr_r=0x12000000
        ramdisk_addr_r=0x13000000
        """, initrd: 0x1300_0000),
    DefaultAddresses(
      testDescription: "Cubieboard 2, include/configs/sunxi-common.h v2026.10-rc2",
      ram: 0x4000_0000...0x7fff_ffff,
      text: """
        bootm_size=0xa000000
        kernel_addr_r=0x42000000
        fdt_addr_r=0x43000000
        ramdisk_addr_r=0x43400000
        """, initrd: 0x4996_f000),
    DefaultAddresses(
      testDescription: "the same with 32 MiB of RAM: too little for this kernel",
      ram: 0x4000_0000...0x41ff_ffff,
      text: """
        bootm_size=0x1700000
        kernel_addr_r=0x41000000
        fdt_addr_r=0x41d50000
        ramdisk_addr_r=0x41800000
        """, errors: [.lostInUBoot, .segmentOverwritten], initrd: 0x4096_f000,
      warnings: [.layoutLeavesLittle]),
    DefaultAddresses(
      testDescription: "QEMU virt, board/emulation/qemu-arm/qemu-arm.env v2026.10-rc2",
      ram: 0x4000_0000...0x5fff_ffff,
      text: """
        fdt_addr=0x40000000
        kernel_addr_r=0x40400000
        ramdisk_addr_r=0x44000000
        """, initrd: 0x5d96_f000),
    DefaultAddresses(
      testDescription: "Versatile Express A15, include/configs/vexpress_common.h v2016.01",
      ram: 0x8000_0000...0xbfff_ffff,
      text: """
        loadaddr=0xa0008000
        ramdisk_addr_r=0x81000000
        kernel_addr_r=0xa0008000
        fdt_addr_r=0xa8000000
        """, initrd: 0xbd96_f000, warnings: [.memoryBelowStart]),
    DefaultAddresses(
      testDescription: "the same with initrd_high of all ones: the kernel's RAM begins above",
      ram: 0x8000_0000...0xbfff_ffff,
      text: """
        initrd_high=ffffffff
        ramdisk_addr_r=0x81000000
        kernel_addr_r=0xa0008000
        fdt_addr_r=0xa8000000
        """, errors: [.notMapped], initrd: 0x8100_0000, warnings: [.memoryBelowStart],
      better: 0xa1ae_c000),
  ]

  @Test("U-Boot's default addresses of real boards are judged", arguments: boards)
  func board(_ board: DefaultAddresses) throws {
    var request = request(ram: board.ram)
    let boot = UBootBoot(try environment(board.text), request, uImage: nil)
    request.given = boot.places
    let judged = try ARMPlanner.judge(request)
    #expect(boot.places.initrd?.rawValue == board.initrd)
    let all = boot.diagnostics + judged.plan.diagnostics
    var errors: [DiagnosticCode] = []
    for entry in all where entry.severity == .error && !errors.contains(entry.code) {
      errors.append(entry.code)
    }
    #expect(errors == board.errors)
    #expect(all.filter { $0.severity == .warning }.map(\.code) == board.warnings)
    if board.errors.isEmpty { #expect(judged.nearest == nil) }
    if let better = board.better { #expect(judged.nearest?.initrd?.rawValue == better) }
  }
}
