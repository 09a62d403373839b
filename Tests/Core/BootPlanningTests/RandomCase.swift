// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import SeededRandom

/// A random machine with a random kernel: what is really so, and what a tool would know of it.
struct RandomCase {
  let seed: UInt64
  /// What is really so.
  var kernel: TrueKernel
  var handover: TrueHandover
  var ram: [Bytes]
  var reserved: [Bytes]
  /// What the planner is told.
  var request: PlanRequest

  var boot: SimulatedBoot {
    SimulatedBoot(kernel: kernel, handover: handover, ram: ram, reserved: reserved)
  }
}

extension RandomCase {
  /// Draws a case; the same seed gives the same case.
  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    self.seed = seed
    ram = Self.banks(&random)
    reserved = Self.reservations(&random, ram)
    let drawn = RandomKernel(&random, ram: ram)
    kernel = drawn.truth

    var commandLine = "console=ttyAMA0"
    var mem: [TrueHandover.Mem] = []
    if random.oneIn(10) {
      let size = random.between(8, 512) << 20
      let start = random.oneIn(2) ? random.pick(ram).low : nil
      mem.append(TrueHandover.Mem(size: size, start: start))
      commandLine += " mem=\(size >> 20)M" + (start.map { "@" + hexadecimal($0) } ?? "")
    }
    var vmalloc: UInt64?
    if random.oneIn(10) {
      let size = random.pick([64, 128, 256, 384, 512] as [UInt64]) << 20
      vmalloc = size
      commandLine += " vmalloc=\(size >> 20)M"
    }

    let parameters: BootParameters
    if random.oneIn(8) {
      handover = TrueHandover(parameters: .atags, mem: mem, vmalloc: vmalloc)
      parameters = .atags(ByteCount(random.between(64, 2048)), machine: 0x1234)
    } else {
      let nodes = Self.deviceTreeMemory(&random, ram)
      handover = TrueHandover(parameters: .deviceTree(nodes), mem: mem, vmalloc: vmalloc)
      parameters = .deviceTree(
        ByteCount(random.magnitude(1024, 2 << 20)), memory: nodes.compactMap(\.range))
    }
    // Most initrds fit the machine, or refusals would be all there is to judge.
    let widest = ram.map(\.count).max() ?? 0
    let largest: UInt64 =
      random.oneIn(8) ? 200 << 20 : min(200 << 20, max(widest / 4, 1 << 20))
    let initrd =
      random.oneIn(6)
      ? nil : PlannedInitrd(byteCount: ByteCount(random.magnitude(4096, largest)))
    let wanted: HandoverKind? =
      drawn.facts.zImage == nil
      ? random.pick([nil, .image]) : random.pick([nil, .image, .zimage, .zimage, .zimage])
    var load: PhysicalAddress?
    if random.oneIn(5) {
      // A load address of the user: low, where decompressors move themselves, or anywhere.
      let bank = random.pick(ram)
      let reach = random.pick([
        1 as UInt64, min(bank.count, 4 << 20), min(bank.count, 32 << 20), bank.count,
      ])
      let step: UInt64 = wanted == .zimage ? random.pick([4096, 4096, 2 << 20]) : 2 << 20
      load = PhysicalAddress(
        roundDown(bank.low + random.below(reach), step)
          + (wanted == .zimage ? random.pick([0, 0x8000] as [UInt64]) : kernel.textOffset))
    }
    request = PlanRequest(
      kernel: drawn.facts, chain: ["zImage", "xz", "Image"], fileBytes: ByteCount(kernel.zImage),
      machine: PlannedMachine(memory: Self.map(ram, reserved)), parameters: parameters,
      initrd: initrd, commandLine: commandLine, handover: wanted, load: load)
  }

  static func map(_ ram: [Bytes], _ reserved: [Bytes]) -> MemoryMap {
    MemoryMap(
      ram: RangeSet(ram.compactMap(\.range)),
      reserved: reserved.compactMap(\.range).map { ReservedRange($0, why: "test") })
  }

  private static func banks(_ random: inout SplitMix64) -> [Bytes] {
    var banks: [Bytes] = []
    var next = random.pick([
      0, 0, 0x1000_0000, 0x4000_0000, 0x6000_0000, 0x6800_0000, 0x8000_0000, 0x8000_0000,
      0x8000_1000, 0x8020_0000, 0x8f80_0000, 0xc000_0000, 0xf000_0000, 0xf800_0000,
      random.below(1 << 19) << 12, random.below(1 << 11) << 21,
    ])
    for _ in 0..<random.pick([1, 1, 1, 2, 2, 3, 4, 5]) {
      var size = random.magnitude(16, 3072) << 20
      if random.oneIn(4) { size += random.below(256) << 12 }
      banks.append(Bytes(next, next + size))
      next += size
      switch random.below(5) {
      case 0: next = max(next, 1 << 32)
      case 1: next += random.magnitude(4096, 1 << 30) & ~0xfff
      case 2: next = roundUp(next + 1, 128 << 20)
      default: next += random.magnitude(1, 1024) << 20
      }
    }
    return banks
  }

  private static func reservations(_ random: inout SplitMix64, _ ram: [Bytes]) -> [Bytes] {
    var result: [Bytes] = []
    for _ in 0..<random.pick([0, 0, 1, 2, 3, 6, 12]) {
      let bank = random.pick(ram)
      let size = random.magnitude(4096, 64 << 20)
      // Most are near the start of a bank, where they hurt; some have odd edges.
      let spread = random.oneIn(2) ? min(bank.count, 160 << 20) : bank.count
      let low = bank.low + roundDown(random.below(spread), random.oneIn(8) ? 1 : 4096)
      result.append(Bytes(low, low + (random.oneIn(8) ? size : roundUp(size, 4096))))
    }
    return result
  }

  /// The memory nodes of the new DTB: as the machine, less, more, or with a hole.
  private static func deviceTreeMemory(
    _ random: inout SplitMix64, _ ram: [Bytes]
  ) -> [Bytes] {
    var nodes = ram
    switch random.below(8) {
    case 0:
      for index in nodes.indices where random.oneIn(2) {
        nodes[index].high -= roundDown(random.below(nodes[index].count / 2), 4096)
      }
    case 1:
      for index in nodes.indices where random.oneIn(2) {
        nodes[index].low += roundDown(random.below(nodes[index].count / 2), 4096)
      }
    case 2:
      for index in nodes.indices where random.oneIn(2) {
        nodes[index].high += random.between(1, 64) << 20
        nodes[index].low -= min(nodes[index].low, random.below(32) << 20)
      }
    case 3:
      let index = Int(random.below(UInt64(nodes.count)))
      let node = nodes[index]
      let low = node.low + roundDown(random.below(node.count), 4096)
      let high = min(node.high, low + random.magnitude(4096, 64 << 20) & ~0xfff)
      nodes[index] = Bytes(node.low, low)
      nodes.append(Bytes(high, node.high))
      nodes = nodes.filter { !$0.isEmpty }
    case 4 where nodes.count > 1:
      nodes.removeLast(Int(random.between(1, UInt64(nodes.count - 1))))
    default: break
    }
    if random.oneIn(4) { nodes.shuffle(using: &random) }
    // A tree without memory gets the machine's before it is planned for.
    return nodes.isEmpty ? ram : nodes
  }
}
