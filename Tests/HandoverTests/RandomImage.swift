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

  /// Bytes that files and memory are cut from.
  private static let noise: [UInt8] = {
    var random = SplitMix64(seed: 0x6e6f_6973_65)
    return (0..<8192).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }()

  init(_ random: inout SplitMix64) throws {
    page = Alignment(shift: UInt8(random.between(4, 6)))
    let size = page.byteCount.rawValue
    let count = random.magnitude(4, 48)
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
    var free = base == 0 || base == 0x4000_0000 ? count : count - 1
    var at: UInt64 = 0
    while free > at, segments.isEmpty || !random.oneIn(4) {
      let first = at + (random.oneIn(2) ? 0 : random.below(free - at))
      let length = random.magnitude(1, free - first)
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
      free = max(free, at)
    }
    // Their order is not that of their addresses.
    for index in segments.indices.reversed() {
      let other = Int(random.below(UInt64(index + 1)))
      segments.swapAt(index, other)
      files.swapAt(index, other)
    }
    layout = try KImageLayout(segments: segments, page: page)
    ground = StagingGround(memory: memory, pool: Self.pool(pages, layout, &random), files: files)
  }

  /// Some of the pages, in an order that may be kind or unkind.
  private static func pool(
    _ pages: [PhysicalAddress], _ layout: KImageLayout, _ random: inout SplitMix64
  ) -> [PhysicalAddress] {
    var pool = pages
    for index in pool.indices.reversed() {
      pool.swapAt(index, Int(random.below(UInt64(index + 1))))
    }
    switch random.below(8) {
    case 0: pool = pages
    case 1: pool = pages.reversed()
    case 2: pool = pool.filter(layout.isDestination) + pool.filter { !layout.isDestination($0) }
    case 3: pool = pool.filter { !layout.isDestination($0) }
    default: break
    }
    if random.oneIn(4) { pool.removeLast(Int(random.below(UInt64(pool.count + 1)))) }
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

  /// Whether the pool has pages enough, of the kinds that are needed.
  var suffices: Bool {
    let inside = UInt64(ground.pool.filter(layout.isDestination).count)
    let outside = UInt64(ground.pool.count) - inside
    let zero = PhysicalAddress(0)
    let usable =
      outside - (ground.pool.contains(zero) && !layout.isDestination(zero) ? 1 : 0)
    let listAndControl = layout.indirectionPageCount + 1
    return usable >= listAndControl && outside - listAndControl + inside >= layout.pageCount
  }
}
