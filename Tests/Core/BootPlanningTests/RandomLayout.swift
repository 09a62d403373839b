// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory
import SeededRandom

extension RandomCase {
  /// Draws a machine and a kernel with a layout that somebody else might have chosen: most addresses
  /// near the start of a bank, some anywhere, few that are no multiples of anything.
  ///
  /// - Parameters:
  ///   - seed: The same seed gives the same layout.
  ///   - isSmall: Whether everything of the kernel is known and the machine is small.
  init(layoutSeed seed: UInt64, isSmall: Bool) {
    self = isSmall ? RandomCase(smallSeed: seed) : RandomCase(seed: seed)
    var random = SplitMix64(seed: seed ^ 0x1a70)
    request.load = nil
    request.machine.pageBytes = ByteCount(UInt64(4096))
    if isSmall { request.workingBytes = .zero }
    func address(_ random: inout SplitMix64) -> PhysicalAddress {
      let bank = random.pick(ram)
      let reach = random.pick([
        min(bank.count, 4 << 20), min(bank.count, 64 << 20), bank.count, bank.count + (8 << 20),
      ])
      let step: UInt64 = random.pick([4096, 4096, 4096, 1 << 20, 2 << 20, 8, 4, 1])
      return PhysicalAddress(
        min(roundDown(bank.low + random.below(reach), step), 0xffff_0000))
    }
    if random.oneIn(2) { request.given.kernel = address(&random) }
    if request.initrd != nil, random.oneIn(2) { request.given.initrd = address(&random) }
    if random.oneIn(2) || request.given.isEmpty { request.given.parameters = address(&random) }
    if request.handover == .image, let kernel = request.given.kernel, !random.oneIn(8) {
      request.given.kernel = PhysicalAddress(
        roundDown(kernel.rawValue, 2 << 20) + self.kernel.textOffset)
    }
  }

  /// Boots a layout as it is; throws where that hangs.
  func bootGiven(_ plan: BootPlan) throws(Hang) {
    guard let kernel = plan.segments.first(where: { $0.name == .kernel }) else {
      throw .unusable(.zImage, "the plan has no kernel", Bytes(0, 0))
    }
    func bytes(_ name: PlannedSegment.Name) -> Bytes? {
      plan.segments.first { $0.name == name }?.fileRange.map { Bytes($0) }
    }
    let file = Bytes(
      kernel.range.first.rawValue, kernel.range.first.rawValue + kernel.fileBytes.rawValue)
    // A boot loader leaves nothing behind the file that looks like a tree.
    _ = try boot.run(
      LoadedMemory(
        handover: plan.handover, kernel: file.low,
        kernelMemory: max(
          kernel.range.count.rawValue, file.count + (plan.handover == .zimage ? 4 : 0)),
        initrd: bytes(.initrd), parameters: bytes(.dtb) ?? bytes(.atags)))
  }

  /// Whether a file lies where the judge of boots knows less than the model: across a window of
  /// 128 MiB, which only its first byte decides, with no word left behind it, or with code at no
  /// whole word.
  func isBeyondTheJudge(_ plan: BootPlan) -> Bool {
    guard plan.handover == .zimage, let kernel = plan.segments.first(where: { $0.name == .kernel })
    else { return false }
    let low = kernel.range.first.rawValue
    let high = low + kernel.fileBytes.rawValue
    let tail = Bytes(high, high + 4)
    return low % 4 != 0 || low >> 27 != (high - 1) >> 27
      || plan.segments.contains { $0.name != .kernel && Bytes($0.range).meets(tail) }
      || !ram.contains { $0.holds(tail) }
      || reserved.contains { $0.meets(tail) }
  }
}
