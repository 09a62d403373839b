// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import SeededRandom

extension RandomCase {
  /// Draws a machine small enough to try every placement on: large pages, 10 to 24 MiB of RAM a
  /// bank, a kernel of at most 4 MiB of which everything is known.
  init(smallSeed: UInt64) {
    var random = SplitMix64(seed: smallSeed)
    seed = smallSeed
    let wanted: HandoverKind = random.pick([.image, .zimage, .zimage])
    // TEXT_OFFSET is a multiple of 32 KiB, and an Image must begin with a page.
    let page: UInt64 = wanted == .image ? 0x8000 : 0x1_0000
    var next = random.pick([0, 0x8000_0000, 0x4020_0000, 0x8001_0000, 0x87c0_0000] as [UInt64])
    ram = []
    for _ in 0..<random.pick([1, 1, 2]) {
      let size = roundUp(random.between(8, 20) << 20, page) + random.below(16) * page
      ram.append(Bytes(next, next + size))
      next += size + random.between(1, 64) * page
    }
    reserved = []
    for _ in 0..<random.below(4) {
      let bank = random.pick(ram)
      let low = bank.low + roundDown(random.below(bank.count), page)
      reserved.append(Bytes(low, low + random.between(1, 32) * page))
    }
    let drawn = RandomKernel(&random, ram: ram, largest: 4 << 20, exact: true)
    kernel = drawn.truth
    handover = TrueHandover(parameters: .deviceTree(ram))
    var initrd =
      random.oneIn(4)
      ? nil : PlannedInitrd(byteCount: ByteCount(random.magnitude(64 << 10, 8 << 20)))
    if random.oneIn(2) { initrd?.unpackedBytes = ByteCount(random.magnitude(64 << 10, 12 << 20)) }
    request = PlanRequest(
      kernel: drawn.facts, chain: ["zImage", "xz", "Image"], fileBytes: ByteCount(kernel.zImage),
      machine: PlannedMachine(
        pageBytes: ByteCount(page), memory: Self.map(ram, reserved)),
      parameters: .deviceTree(
        ByteCount(random.magnitude(4096, 2 << 20)), memory: ram.compactMap(\.range)),
      initrd: initrd, handover: wanted)
    if random.oneIn(2) { request.workingBytes = ByteCount(random.below(16 << 20)) }
  }
}
