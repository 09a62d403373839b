// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import Digests
import Handover
import KernelImages
import PhysicalMemory

/// Kernels and their wrappers, as `kx inspect` and `kexec -l` read them, and plans for what they hold.
enum KernelFile {
  /// Enough for every seed; more is slow and reaches no further code.
  private static let inflationLimit: UInt64 = 4 << 20

  static func read(_ input: [UInt8], as target: FuzzTarget) {
    guard let first = input.first else { return }
    // The first byte says how to read; the file begins behind it.
    let bytes = framed(Array(input.dropFirst()), as: target)
    var options = IdentificationOptions(
      type: target == .image ? .image : nil, verify: first & 1 != 0, inflationLimit: inflationLimit)
    if first & 2 != 0 {
      var root = Node()
      root.set("compatible", strings: ["test,board", "test,chip"])
      options.machineRoot = root
    }
    guard let image = try? KernelImage.identify(bytes.span, options: options) else { return }
    hold(!image.layers.isEmpty, "what is identified has a layer")
    for companion in image.initrds { check(companion.bytes, bytes.count) }
    for tree in image.deviceTrees + image.otherTrees {
      check(tree.bytes, bytes.count)
      for overlay in tree.overlays { check(overlay.bytes, bytes.count) }
    }
    let identities = HeldTree.identities(of: image.deviceTrees, in: bytes.span)
    let machine = TreeIdentity(compatible: ["test,board", "test,chip"])
    if let best = TreeMatch.best(of: identities, on: machine) {
      hold(identities.indices.contains(best.index), "the tree that is chosen is there")
    }
    if let place = image.kernelBytes { check(place, bytes.count) }
    for diagnostic in image.diagnostics { hold(!diagnostic.message.isEmpty, "a message") }
    guard let kernel = image.kernel else { return }
    if let zImage = kernel.zImage {
      hold(zImage.payloadOffset <= zImage.payloadEnd, "the payload has an end")
      hold(zImage.payloadEnd <= zImage.byteCount, "the payload lies in the zImage")
    }
    if let inflated = try? image.inflatedImage(of: bytes.span) {
      hold(
        UInt64(inflated.count) == kernel.inflatedBytes.value.rawValue
          || kernel.inflatedBytes.source == .option, "the inflated size is what was told")
    }
    plan(image, kernel, fileBytes: bytes.count, seed: first)
  }

  /// Makes right what a mutation would only break: magic numbers and checksums.
  private static func framed(_ file: [UInt8], as target: FuzzTarget) -> [UInt8] {
    var bytes = file
    func put(_ new: [UInt8], _ offset: Int) {
      for (index, byte) in new.enumerated() where offset + index < bytes.count {
        bytes[offset + index] = byte
      }
    }
    switch target {
    case .zimage: put([0x18, 0x28, 0x6f, 0x01], 0x24)
    case .android where !bytes.starts(with: Array("VNDRBOOT".utf8)): put(Array("ANDROID!".utf8), 0)
    case .fit: put([0xd0, 0x0d, 0xfe, 0xed], 0)
    case .elf: put([0x7f, 0x45, 0x4c, 0x46], 0)
    case .uimage where bytes.count >= 64:
      put([0x27, 0x05, 0x19, 0x56, 0, 0, 0, 0], 0)
      let size = bytes[12..<16].reduce(0) { $0 << 8 | Int($1) }
      let data = bytes[64...].prefix(size)
      put(bigEndian(CRC32.checksum(Array(data).span)), 24)
      put(bigEndian(CRC32.checksum(Array(bytes[..<64]).span)), 4)
    default: break
    }
    return bytes
  }

  private static func bigEndian(_ word: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  private static func check(_ place: ImageBytes, _ count: Int) {
    switch place {
    case .slice(let offset, let length):
      let (end, overflow) = offset.addingReportingOverflow(length)
      hold(!overflow && end <= UInt64(count), "a part lies in the file")
    case .owned: break
    case .compressed(let inner, _, _), .flattened(let inner, _): check(inner, count)
    }
  }

  /// A plan of whatever was found must not trap, nor let anything be overwritten.
  private static func plan(_ image: KernelImage, _ kernel: ARMKernel, fileBytes: Int, seed: UInt8) {
    let start = UInt64(seed & 0xf0) << 24
    func range(_ first: UInt64, _ last: UInt64) -> PhysicalRange? {
      PhysicalRange(first: PhysicalAddress(start + first), last: PhysicalAddress(start + last))
    }
    guard let ram = range(0, 0x07ff_ffff), let firmware = range(0x0180_0000, 0x0180_2fff) else {
      return
    }
    let memory = MemoryMap(ram: RangeSet(ram), reserved: [ReservedRange(firmware, why: "firmware")])
    for handover in [HandoverKind.image, .zimage] where kernel.zImage != nil || handover == .image {
      let request = PlanRequest(
        kernel: kernel, chain: image.chain, fileBytes: ByteCount(fileBytes),
        machine: PlannedMachine(memory: memory),
        parameters: .deviceTree(ByteCount(UInt64(0x10000)), memory: [ram]),
        initrd: PlannedInitrd(byteCount: ByteCount(UInt64(seed) << 16 + 1)), handover: handover)
      guard let plan = try? ARMPlanner.plan(request) else { continue }
      PlanRules.check(plan)
    }
  }
}
