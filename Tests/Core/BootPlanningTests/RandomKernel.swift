// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages
import PhysicalMemory
import SeededRandom

/// A random kernel: the truth about it, and the facts a reader of the file would find. Where the
/// facts are a bound, the truth lies somewhere inside.
struct RandomKernel {
  let truth: TrueKernel
  let facts: ARMKernel

  init(
    _ random: inout SplitMix64, ram: [Bytes], largest: UInt64 = 64 << 20, exact: Bool = false
  ) {
    var truth = TrueKernel(
      inflated: random.magnitude(512 << 10, largest) & ~3,
      bss: random.oneIn(8) ? 0 : random.magnitude(4096, min(largest, 16 << 20)))
    truth.textOffset = random.pick([0x8000, 0x8000, 0x10_8000, 0x20_8000, 0x30_8000])
    truth.pageOffset = random.pick([0xc000_0000, 0xc000_0000, 0x8000_0000, 0xb000_0000])
    truth.isLPAE = random.oneIn(3)
    truth.checksDTB = random.oneIn(2)
    truth.windowCode = random.pick([0x50, 0x1090])
    truth.restart = truth.windowCode + random.between(5, 20) * 4
    truth.wontOverwrite = truth.restart + random.between(0x40, 0x60) * 4
    truth.movingCodeEnd = truth.restart + random.between(0x701, 0xb00)
    truth.decompressorBSS = random.pick([0x18, 0x48, 0x418, random.between(8, 0x2000) & ~7])
    truth.payloadEnd =
      truth.movingCodeEnd + random.between(0x2000, 0x1_0000)
      + truth.inflated * 10 / random.between(12, 80)
    truth.zImage = roundUp(truth.payloadEnd + random.below(0x800), random.pick([4, 512]))
    if random.oneIn(6) {
      // Built for one board: the start of some bank, or anywhere.
      let base = random.oneIn(4) ? random.below(2048) << 21 : random.pick(ram).low
      truth.fixedAddress = roundDown(base, 2 << 20) + truth.textOffset
    }
    self.truth = truth
    facts = Self.facts(truth, &random, exact: exact)
  }

  /// What a reader finds: the figure, or a bound that holds it.
  private static func facts(
    _ truth: TrueKernel, _ random: inout SplitMix64, exact: Bool
  ) -> ARMKernel {
    func size(_ value: UInt64) -> Figure<ByteCount> {
      Figure(ByteCount(value), .sizeTable, "test")
    }
    func read(_ value: UInt64, bound: UInt64, _ known: Bool) -> Figure<ByteCount> {
      Figure(ByteCount(known ? value : bound), known ? .decompressor : .estimate, "test")
    }
    func told(_ value: Bool, _ known: Bool) -> Figure<Bool>? {
      known ? Figure(value, .decompressor, "test") : nil
    }
    let labels = exact || !random.oneIn(3)
    let destination = truth.fixedAddress.map { ZImage.Destination.fixed(PhysicalAddress($0)) }
    let zImage = ZImage(
      byteCount: ByteCount(truth.zImage), compression: .xz,
      payloadOffset: ByteCount(truth.movingCodeEnd + 0x400),
      payloadEnd: ByteCount(truth.payloadEnd), sizeTableOffset: ByteCount(UInt64(0x2000)),
      heapBytes: read(
        truth.heap, bound: random.pick([0x1_0000, 0x2_0000, 0x80_0000]),
        exact || !random.oneIn(6)),
      destination: Figure(destination ?? .window, .decompressor, "test"),
      checksDTBMemory: told(truth.checksDTB, exact || !random.oneIn(4)),
      relocationBump: read(truth.bump, bound: 0x1000, exact || !random.oneIn(3)),
      bssBytes: read(truth.decompressorBSS, bound: 0x2000, exact || !random.oneIn(3)),
      movedFrom: read(truth.movedFrom, bound: 0, exact || !random.oneIn(3)),
      wontOverwriteLowest: ByteCount(labels ? truth.wontOverwrite : 0),
      wontOverwriteHighest: ByteCount(labels ? truth.wontOverwrite : 0x2000),
      linkAddress: .zero)
    return ARMKernel(
      zImage: !exact && random.oneIn(8) ? nil : zImage, inflatedBytes: size(truth.inflated),
      bssBytes: size(truth.bss), textOffset: size(truth.textOffset),
      pageOffset: Figure(truth.pageOffset, .inflatedImage, "test"),
      isLPAE: told(truth.isLPAE, exact || !random.oneIn(3)))
  }
}
