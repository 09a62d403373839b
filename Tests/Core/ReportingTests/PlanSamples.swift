// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import Inflation
import KernelImages
import PhysicalMemory

/// The plans that the golden files show: Debian's armmp kernel on QEMU's virt with 512 MiB.
enum PlanSamples {
  /// A range from its first byte to the byte behind its last.
  static func range(_ start: UInt64, _ end: UInt64) -> PhysicalRange {
    PhysicalRange(start: PhysicalAddress(start), end: PhysicalAddress(end)) ?? .everything
  }

  static let kernel = PlannedKernel(
    ARMKernel(
      zImage: ZImage(
        byteCount: ByteCount(UInt64(5_448_192)), compression: .xz,
        payloadOffset: ByteCount(UInt64(0x1d50)), payloadEnd: ByteCount(UInt64(0x53_1ff4)),
        sizeTableOffset: ByteCount(UInt64(0xd4f0)),
        heapBytes: Figure(.kibibytes(64), .sizeTable, "size table"),
        destination: Figure(.window, .decompressor, "and r4, pc, #0xf8000000"),
        checksDTBMemory: nil,
        relocationBump: Figure(ByteCount(UInt64(0x900)), .decompressor, "add r10, r10, #0x900"),
        bssBytes: Figure(ByteCount(UInt64(0x418)), .decompressor, "_edata to _end"),
        movedFrom: Figure(ByteCount(UInt64(0x10a0)), .decompressor, "restart"),
        wontOverwriteLowest: ByteCount(UInt64(0x1200)),
        wontOverwriteHighest: ByteCount(UInt64(0x1200)), linkAddress: .zero),
      inflatedBytes: Figure(
        ByteCount(UInt64(20_582_580)), .sizeTable, "size table at 0xd4f0, confirmed by inflating"),
      bssBytes: Figure(ByteCount(UInt64(386_260)), .sizeTable, "size table at 0xd4f0"),
      textOffset: Figure(ByteCount(UInt64(0x20_8000)), .sizeTable, "size table at 0xd4f0"),
      pageOffset: Figure(0xc000_0000, .inflatedImage, "__bss_start and __bss_stop at 0x13"),
      release: "6.1.0-50-armmp"),
    chain: ["zImage", "xz", "Image"], fileBytes: ByteCount(UInt64(5_448_192)))

  static let files = [
    PlannedFile(
      role: .kernel, path: "/boot/vmlinuz-6.1.0-50-armmp", bytes: ByteCount(UInt64(5_448_192)),
      sha256: String(repeating: "0123456789abcdef", count: 4)),
    PlannedFile(
      role: .initrd, path: "/boot/initrd.img-6.1.0-50-armmp", bytes: ByteCount(UInt64(6_606_848)),
      sha256: String(repeating: "fedcba9876543210", count: 4)),
    PlannedFile(
      role: .dtb, path: "virt.dtb", bytes: ByteCount(UInt64(9_214)),
      sha256: String(repeating: "00ff", count: 16)),
  ]

  static let machine = PlannedMachine(
    memory: MemoryMap(ram: RangeSet(range(0x4000_0000, 0x6000_0000))))

  /// Clear of everything: the plain Image at its place, DTB and initrd behind its BSS.
  static let exact = BootPlan(
    kernel: kernel, rule: .exact, handover: .image, machine: machine, files: files,
    commandLine: "console=ttyAMA0 second=1",
    entry: EntryState(
      PhysicalAddress(0x4020_8000), ARMRegisters(parameters: 0x4161_0000)),
    segments: [
      PlannedSegment(
        name: .kernel, range: range(0x4020_8000, 0x4160_8000),
        fileBytes: ByteCount(UInt64(20_582_580))),
      PlannedSegment(
        name: .dtb, range: range(0x4161_0000, 0x4161_3000), fileBytes: ByteCount(UInt64(9_320))),
      PlannedSegment(
        name: .initrd, range: range(0x4162_0000, 0x41c6_d000),
        fileBytes: ByteCount(UInt64(6_606_848))),
    ],
    footprint: [
      FootprintRange(
        FootprintPart("kernel page table"), phase: .kernel, range: range(0x4020_4000, 0x4020_8000)),
      FootprintRange(
        FootprintPart("inflated kernel"), phase: .kernel, range: range(0x4020_8000, 0x415a_90b4)),
      FootprintRange(
        FootprintPart("kernel BSS"), phase: .kernel, range: range(0x415a_90b4, 0x4160_7588)),
    ],
    diagnostics: [
      Diagnostic(
        .kernelPlace, .note,
        "the kernel goes to 0x40208000: start of RAM 0x40000000 + TEXT_OFFSET 0x208000")
    ])

  /// As kexec-tools places the same files: the moved zImage runs over the initrd.
  static let kexecTools = BootPlan(
    kernel: kernel, rule: .kexecTools, handover: .zimage, machine: machine, files: files,
    commandLine: "console=ttyAMA0 second=1",
    entry: EntryState(
      PhysicalAddress(0x4000_8000), ARMRegisters(parameters: 0x41f3_b000)),
    segments: [
      PlannedSegment(
        name: .kernel, range: range(0x4000_8000, 0x4053_b000),
        fileBytes: ByteCount(UInt64(5_448_192))),
      PlannedSegment(
        name: .initrd, range: range(0x418e_d000, 0x41f3_a000),
        fileBytes: ByteCount(UInt64(6_606_848))),
      PlannedSegment(
        name: .dtb, range: range(0x41f3_b000, 0x41f3_e000), fileBytes: ByteCount(UInt64(9_320))),
    ],
    footprint: [
      FootprintRange(
        FootprintPart("decompressor stack before moving"), phase: .decompress,
        range: range(0x4053_9ff4, 0x4053_b620)),
      FootprintRange(
        FootprintPart("decompressor page table"), phase: .decompress,
        range: range(0x4020_4000, 0x4020_8000)),
      FootprintRange(
        FootprintPart("moved zImage, its BSS, stack and heap"), phase: .decompress,
        range: range(0x415a_9900, 0x41ae_be78)),
      FootprintRange(
        FootprintPart("inflated kernel"), phase: .decompress, range: range(0x4020_8000, 0x415a_90b4)
      ),
      FootprintRange(
        FootprintPart("kernel page table"), phase: .kernel, range: range(0x4020_4000, 0x4020_8000)),
      FootprintRange(
        FootprintPart("kernel BSS"), phase: .kernel, range: range(0x415a_90b4, 0x4160_7588)),
    ],
    diagnostics: [
      Diagnostic(
        .segmentOverwritten, .error,
        "initrd 0x418ed000-0x41f39fff overlaps the moved zImage, its BSS, stack and heap"
          + " 0x415a9900-0x41aebe77: 2 092 664 B of the initrd would be lost",
        hint: "plan with --rule exact", bytes: ByteCount(UInt64(2_092_664)))
    ])

  /// A machine that is too small: nothing is placed.
  static let nothingFits = BootPlan(
    kernel: kernel, rule: .exact, handover: .image,
    machine: PlannedMachine(
      memory: MemoryMap(
        ram: RangeSet(range(0x4000_0000, 0x4100_0000)),
        reserved: [ReservedRange(range(0x4080_0000, 0x4090_0000), why: "reserved-memory/cma")])),
    files: files, commandLine: "", entry: nil, segments: [], footprint: [],
    diagnostics: [
      Diagnostic(
        .kernelPlace, .error, "no hole holds the kernel: it needs 20 968 840 B at 0x40208000",
        hint: "the smallest RAM that would do is 32 MiB")
    ])

  /// Everything at once: three banks, parts far apart, reservations, several kinds of losses.
  static let scattered = BootPlan(
    kernel: kernel, rule: .ratio4, handover: .zimage,
    machine: PlannedMachine(
      memory: MemoryMap(
        ram: RangeSet([
          range(0x4000_0000, 0x5000_0000), range(0x6000_0000, 0x6200_0000),
          range(0x8000_0000, 0x9000_0000),
        ]),
        reserved: [
          ReservedRange(range(0x4120_0000, 0x4140_0000), why: "reserved-memory/cma"),
          ReservedRange(range(0x8800_0000, 0x8a00_0000), why: "reserved-memory/optee"),
        ])),
    files: files, commandLine: "",
    entry: EntryState(
      PhysicalAddress(0x4000_8000), ARMRegisters(parameters: 0x8f00_0000)),
    segments: kexecTools.segments.prefix(2) + [
      PlannedSegment(
        name: .trampoline, range: range(0x6100_0000, 0x6100_1000),
        fileBytes: ByteCount(UInt64(64))),
      PlannedSegment(
        name: .atags, range: range(0x8f00_0000, 0x8f00_1000), fileBytes: ByteCount(UInt64(512))),
      PlannedSegment(
        name: .dtb, range: range(0x8f00_1000, 0x8f00_4000), fileBytes: ByteCount(UInt64(9_320))),
    ],
    footprint: kexecTools.footprint
      + (1...7).map {
        FootprintRange(
          FootprintPart(
            "a range with a long name, too long for its column in a list, number \($0)"),
          phase: .kernel, range: range(0x8f00_0000 + $0 * 0x800, 0x8f00_0400 + $0 * 0x800))
      }, diagnostics: kexecTools.diagnostics)
}
