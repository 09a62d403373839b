// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The strings block while it is written: each name once, and none that another name ends with.
///
/// A name gets the offset that dtc gives it: the lowest at which it already stands up to its zero
/// byte, else the end.
struct StringsBlock {
  /// Ends of names are indexed up to this size of the block, so that a hostile tree cannot make
  /// the index large; beyond it only whole names are shared.
  private static let indexedSize = 1 << 20
  /// The most slots that are tried for one name: names that are made to collide are not shared.
  private static let farthest = 64

  private(set) var bytes: [UInt8] = []

  init() {
    // The names of a small board fit, so that the block is seldom moved.
    bytes.reserveCapacity(2048)
  }

  /// The lowest offset of each ending and its hash, in the slot of the hash or soon behind it. The
  /// number of slots is a power of two; at most a quarter is used.
  private var index = [Ending](repeating: .none, count: 2048)
  private var indexed = 0

  private struct Ending {
    let hash: UInt32
    /// The offset plus 1; 0 for none.
    let number: UInt32

    static let none = Self(hash: 0, number: 0)

    var offset: Int { Int(number) - 1 }
  }

  /// The new offsets of names of a file that was read, each in a slot of its old offset.
  private var moved = [MovedName](repeating: MovedName(old: .max, new: 0), count: movedNames)
  private static let movedNames = 512
  private var source: FlattenedBlocks?

  private struct MovedName {
    let old: UInt32
    let new: UInt32
  }

  /// Forgets the new offsets of names of any other file.
  mutating func prepare(for blocks: FlattenedBlocks) {
    if source === blocks { return }
    if source != nil {
      moved = [MovedName](repeating: MovedName(old: .max, new: 0), count: Self.movedNames)
    }
    source = blocks
  }

  /// Finds or appends a name of the file that ``prepare(for:)`` was called with.
  @inline(__always)
  mutating func offset(ofNameAt old: UInt32, in blocks: FlattenedBlocks) -> UInt32 {
    let place = Int(old % UInt32(Self.movedNames))
    let last = moved[place]
    return last.old == old ? last.new : move(old, place, blocks)
  }

  @inline(never)
  private mutating func move(_ old: UInt32, _ place: Int, _ blocks: FlattenedBlocks) -> UInt32 {
    let start = Int(old)
    let names = blocks.strings
    guard let name = ByteReader(names.span).slice(start, blocks.end(ofName: start) - start)
    else { return 0 }
    let new = offset(of: name)
    moved[place] = MovedName(old: old, new: new)
    return new
  }

  /// Finds or appends a name, which has no zero byte in it.
  mutating func offset(of name: Span<UInt8>) -> UInt32 {
    var hash = Self.start
    var place = name.count
    while place > 0 {
      place -= 1
      hash = Self.extend(hash, by: name[place])
    }
    return find(name, hash) ?? append(name)
  }

  private func find(_ name: Span<UInt8>, _ hash: UInt32) -> UInt32? {
    for step in 0..<Self.farthest {
      let ending = index[place(hash, step)]
      if ending.number == 0 { return nil }
      if ending.hash == hash, stands(name, at: ending.offset) { return ending.number - 1 }
    }
    return nil
  }

  private func stands(_ name: Span<UInt8>, at offset: Int) -> Bool {
    guard offset + name.count < bytes.count, bytes[offset + name.count] == 0 else { return false }
    for place in 0..<name.count where bytes[offset + place] != name[place] { return false }
    return true
  }

  private mutating func append(_ name: Span<UInt8>) -> UInt32 {
    let offset = bytes.count
    unsafe name.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    bytes.append(0)
    while indexed + name.count >= index.count / 4 { grow() }
    let isWhole = bytes.count > Self.indexedSize
    let texts = bytes
    indexed += unsafe index.withUnsafeMutableBufferPointer { index in
      var kept = 0
      var hash = Self.start
      var same = -1
      var place = name.count
      if place == 0 { kept += unsafe Self.keep(hash, offset, of: texts, in: index, &same) }
      let last = index.count &- 1
      while place > 0 {
        place &-= 1
        hash = unsafe Self.extend(hash, by: name[unchecked: place])
        if isWhole, place != 0 { continue }
        // Most endings are new, and find a free slot at once.
        let slot = Int(truncatingIfNeeded: hash) & last
        if unsafe index[slot].number == 0 {
          unsafe index[slot] = Ending(
            hash: hash, number: UInt32(truncatingIfNeeded: offset &+ place &+ 1))
          kept &+= 1
        } else {
          kept &+= unsafe Self.keep(hash, offset &+ place, of: texts, in: index, &same)
        }
      }
      return kept
    }
    return UInt32(truncatingIfNeeded: offset)
  }

  /// Indexes an ending, unless it also stands lower. The index, of a power of two of slots, has
  /// room for one more.
  ///
  /// `same` is the lower offset of the ending that is a byte shorter, so that only one byte is
  /// compared. It becomes that of this ending.
  ///
  /// - Returns: The number of added entries.
  @inline(never)
  private static func keep(
    _ hash: UInt32, _ offset: Int, of texts: [UInt8],
    in index: UnsafeMutableBufferPointer<Ending>, _ same: inout Int
  ) -> Int {
    for step in 0..<farthest {
      let place = (Int(truncatingIfNeeded: hash) &+ step) & (index.count &- 1)
      let other = unsafe index[place]
      if other.number == 0 {
        unsafe index[place] = Ending(
          hash: hash, number: UInt32(truncatingIfNeeded: offset) &+ 1)
        return 1
      }
      if other.hash != hash { continue }
      let lower = other.offset
      if lower == same - 1 ? texts[lower] == texts[offset] : isSame(lower, offset, of: texts) {
        same = lower
        return 0
      }
    }
    return 0
  }

  /// Whether the texts at two offsets are the same.
  private static func isSame(_ one: Int, _ other: Int, of texts: [UInt8]) -> Bool {
    var step = 0
    while texts[one + step] == texts[other + step] {
      if texts[one + step] == 0 { return true }
      step += 1
    }
    return false
  }

  private mutating func grow() {
    let old = index
    index = [Ending](repeating: .none, count: old.count * 2)
    let texts = bytes
    var kept = 0
    unsafe index.withUnsafeMutableBufferPointer { index in
      for ending in old where ending.number != 0 {
        var none = -1
        kept += unsafe Self.keep(ending.hash, ending.offset, of: texts, in: index, &none)
      }
    }
    indexed = kept
  }

  private func place(_ hash: UInt32, _ step: Int) -> Int {
    (Int(truncatingIfNeeded: hash) &+ step) & (index.count - 1)
  }

  /// The hash, FNV-1a, runs from the last byte to the first, so that one pass gives those of all
  /// endings.
  private static let start: UInt32 = 0x811c_9dc5

  private static func extend(_ hash: UInt32, by byte: UInt8) -> UInt32 {
    (hash ^ UInt32(byte)) &* 0x0100_0193
  }
}
