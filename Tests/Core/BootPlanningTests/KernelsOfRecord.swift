// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Inflation
import KernelImages
import PhysicalMemory

/// Kernels and machines that reference/lab.md and zimage.md give figures for.
enum KernelsOfRecord {
  /// The figures of one kernel; what is not known of it is as in most kernels.
  struct Figures {
    var zImage: UInt64
    var inflated: UInt64
    var bss: UInt64
    var textOffset: UInt64 = 0x8000
    var bump: UInt64 = 0xc00
    var movedFrom: UInt64 = 0xc0
    var decompressorBSS: UInt64 = 0
    var payloadEnd: UInt64?
    var hasSizeTable = true
    var checksDTB: Bool? = true
    var isLPAE: Bool? = false

    var kernel: ARMKernel {
      func size(_ value: UInt64) -> Figure<ByteCount> {
        Figure(ByteCount(value), .option, "record")
      }
      let zImage = ZImage(
        byteCount: ByteCount(self.zImage), compression: .gzip,
        payloadOffset: ByteCount(UInt64(0x4000)), payloadEnd: ByteCount(payloadEnd ?? zImage),
        sizeTableOffset: hasSizeTable ? ByteCount(UInt64(0x2000)) : nil,
        heapBytes: size(0x1_0000), destination: Figure(.window, .option, "record"),
        checksDTBMemory: checksDTB.map { Figure($0, .option, "record") },
        relocationBump: size(bump), bssBytes: size(decompressorBSS), movedFrom: size(movedFrom),
        wontOverwriteLowest: ByteCount(movedFrom + 0x140),
        wontOverwriteHighest: ByteCount(movedFrom + 0x140), linkAddress: .zero)
      return ARMKernel(
        zImage: zImage, inflatedBytes: size(inflated), bssBytes: size(bss),
        textOffset: size(textOffset), pageOffset: Figure(0xc000_0000, .option, "record"),
        isLPAE: isLPAE.map { Figure($0, .option, "record") })
    }
  }

  /// Debian 12's armmp, measured.
  static let armmp = Figures(
    zImage: 0x532200, inflated: 0x13a_10b4, bss: 0x5e4d4, textOffset: 0x208000, bump: 0x900,
    movedFrom: 0x10a0, decompressorBSS: 0x418, payloadEnd: 0x531875)
  /// Debian 12's armmp-lpae, measured.
  static let lpae = Figures(
    zImage: 0x545200, inflated: 0x15a_50c8, bss: 0x601c0, textOffset: 0x208000, bump: 0x900,
    movedFrom: 0x10a0, decompressorBSS: 0x418, payloadEnd: 0x544285, isLPAE: true)
  /// Allwinner A80, kexec list of 8 April 2020. The log's end, 0x20fd6420, is that of a decompressor
  /// with 24 bytes of BSS, as gzip's has.
  static let a80 = Figures(
    zImage: 0x444fc8, inflated: 0xb77958, bss: 0x3d428, decompressorBSS: 0x18)
  /// i.MX6, kexec list of 15 May 2020.
  static let imx6 = Figures(zImage: 0x853200, inflated: 0x156_3f54, bss: 0x5ca84)
  /// Keystone2 of the mail of June 2016, without and with padding for read-only sections.
  static let keystone = Figures(zImage: 4_381_592, inflated: 8_871_936, bss: 215_344)
  static let keystonePadded = Figures(zImage: 4_399_040, inflated: 15_024_128, bss: 215_344)

  /// A request on one bank of RAM.
  static func request(
    _ figures: Figures, ram: ClosedRange<UInt64>, initrd: UInt64?, dtb: UInt64 = 0x4000,
    rule: PlacementRule = .exact, handover: HandoverKind? = nil, load: UInt64? = nil
  ) -> PlanRequest {
    let bank = PhysicalRange(
      first: PhysicalAddress(ram.lowerBound), last: PhysicalAddress(ram.upperBound))
    let banks = [bank].compactMap { $0 }
    return PlanRequest(
      kernel: figures.kernel, chain: ["zImage", "gzip", "Image"],
      fileBytes: ByteCount(figures.zImage),
      machine: PlannedMachine(memory: MemoryMap(ram: RangeSet(banks))),
      parameters: .deviceTree(ByteCount(dtb), memory: banks),
      initrd: initrd.map { PlannedInitrd(byteCount: ByteCount($0)) }, handover: handover,
      rule: rule, load: load.map { PhysicalAddress($0) })
  }
}

extension BootPlan {
  /// The first byte of a segment.
  func start(_ name: PlannedSegment.Name) -> UInt64? {
    segments.first { $0.name == name }?.range.first.rawValue
  }

  /// The range of the footprint with a name, half-open.
  func writes(_ name: String) -> Bytes? {
    footprint.first { $0.name == name }.map { Bytes($0.range) }
  }

  /// The end of everything that is written before the kernel runs (exclusive).
  var decompressEnd: UInt64 {
    footprint.filter { $0.phase == .decompress }.map { Bytes($0.range).high }.max() ?? 0
  }

  func diagnostics(_ code: DiagnosticCode) -> [Diagnostic] {
    diagnostics.filter { $0.code == code }
  }
}
