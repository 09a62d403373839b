// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import SeededRandom

/// Memory with something in each page, segments anywhere in it, and a pool of its pages in any order.
struct RandomImage {
  let page: Alignment
  let ram: PhysicalRange
  let layout: KImageLayout
  let ground: StagingGround
  /// Whether the pool has pages enough.
  let suffices: Bool

  /// Bytes that files and memory are cut from.
  private static let noise: [UInt8] = {
    var random = SplitMix64(seed: 0x6e6f_6973_65)
    return (0..<8192).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }()

  init(_ random: inout SplitMix64) throws {
    page = Alignment(shift: UInt8(random.between(4, 6)))
    let size = page.byteCount.rawValue
    let count = random.magnitude(6, 48)
    let base: UInt64 = random.pick([0, 0x4000_0000, (1 << 32) - count * size])
    let pages = (0..<count).map { PhysicalAddress(base + $0 * size) }
    ram = try Self.range(base, count * size)
    var memory = SimulatedMemory(page: page)
    _ = memory.map(ram, [.read, .write])
    for (number, address) in pages.enumerated() {
      var bytes = Self.cut(Int(size), &random)
      bytes[1] = UInt8(number)
      _ = memory.setContents(bytes, ofPage: address)
    }

    var segments: [KImageSegment] = []
    var files: [[UInt8]] = []
    // The page at the end of 4 GiB can be no destination.
    let usable = base == 0 || base == 0x4000_0000 ? count : count - 1
    var at: UInt64 = 0
    while usable > at, segments.isEmpty || !random.oneIn(3) {
      let first = at + (random.oneIn(2) ? 0 : random.below(usable - at))
      let length = random.magnitude(1, max(1, (usable - first) / 2))
      let bytes = length * size
      let file: UInt64
      switch random.below(4) {
      case 0: file = bytes
      case 1: file = bytes - random.below(size)
      case 2: file = random.below(bytes + 1)
      default: file = random.below(size)
      }
      segments.append(
        KImageSegment(
          first: pages[Int(first)], memoryBytes: ByteCount(bytes), fileBytes: ByteCount(file)))
      files.append(Self.cut(Int(file), &random))
      at = first + length
    }
    // Their order is not that of their addresses.
    for index in segments.indices.reversed() {
      let other = Int(random.below(UInt64(index + 1)))
      segments.swapAt(index, other)
      files.swapAt(index, other)
    }
    layout = try KImageLayout(segments: segments, page: page)
    let all = Self.pool(pages, layout, &random)
    var free = Free()
    for page in all { free.add(page, layout, 1) }
    switch random.below(8) {
    case 0: for page in all[Int(random.below(UInt64(all.count)))...] { free.add(page, layout, -1) }
    // Just enough, and just not.
    case 1:
      for page in all.reversed() where free.suffice(layout) {
        free.add(page, layout, -1)
        if !free.suffice(layout) {
          free.add(page, layout, 1)
          break
        }
      }
    case 2:
      for page in all.reversed() where free.suffice(layout) { free.add(page, layout, -1) }
    default: break
    }
    suffices = free.suffice(layout)
    let kept = free.inside + free.outside
    ground = StagingGround(memory: memory, pool: Array(all[..<kept]), files: files)
  }

  /// Some of the pages, in an order that may be kind or unkind.
  private static func pool(
    _ pages: [PhysicalAddress], _ layout: KImageLayout, _ random: inout SplitMix64
  ) -> [PhysicalAddress] {
    var pool = pages
    for index in pool.indices.reversed() {
      pool.swapAt(index, Int(random.below(UInt64(index + 1))))
    }
    var (inside, outside) = ([] as [PhysicalAddress], [] as [PhysicalAddress])
    for page in pool {
      if layout.isDestination(page) { inside.append(page) } else { outside.append(page) }
    }
    switch random.below(8) {
    case 0: pool = pages
    case 1: pool = pages.reversed()
    case 2: pool = inside + outside
    case 3: pool = outside + inside
    // Sources come from outside until some destinations are staged.
    case 4:
      let first = min(outside.count, Int(layout.neededPages - layout.pageCount) + 2)
      pool = outside[..<first] + inside + outside[first...]
    default: break
    }
    return pool
  }

  private static func cut(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
    let start = Int(random.below(UInt64(noise.count - count)))
    return Array(noise[start..<start + count])
  }

  private static func range(_ start: UInt64, _ count: UInt64) throws -> PhysicalRange {
    guard let range = PhysicalRange(start: PhysicalAddress(start), count: ByteCount(count)) else {
      throw KImageError.nothingToLoad
    }
    return range
  }

  /// Every page of memory.
  var pages: [PhysicalAddress] {
    (0..<ram.count.rawValue / page.byteCount.rawValue).map {
      PhysicalAddress(ram.first.rawValue + $0 * page.byteCount.rawValue)
    }
  }

  /// What the pages of the destinations must hold in the end.
  var wanted: [PhysicalAddress: [UInt8]] {
    var wanted: [PhysicalAddress: [UInt8]] = [:]
    let size = Int(page.byteCount.rawValue)
    for (segment, file) in zip(layout.segments, ground.files) {
      let all = file + Array(repeating: 0, count: Int(segment.memoryBytes.rawValue) - file.count)
      for offset in stride(from: 0, to: all.count, by: size) {
        wanted[PhysicalAddress(segment.first.rawValue + UInt64(offset))] = Array(
          all[offset..<offset + size])
      }
    }
    return wanted
  }

  /// How many pages of each kind are free: the order in which they come does not matter.
  private struct Free {
    var inside = 0
    var outside = 0
    /// 1 when page 0 is among those outside: it can be a source, but neither of the list nor the control
    /// page.
    var zero = 0

    mutating func add(_ page: PhysicalAddress, _ layout: KImageLayout, _ count: Int) {
      if layout.isDestination(page) {
        inside += count
      } else {
        outside += count
        if page.rawValue == 0 { zero += count }
      }
    }

    func suffice(_ layout: KImageLayout) -> Bool {
      let listAndControl = Int(layout.indirectionPageCount) + 1
      return outside - zero >= listAndControl
        && outside + inside >= Int(layout.pageCount) + listAndControl
    }
  }
}
