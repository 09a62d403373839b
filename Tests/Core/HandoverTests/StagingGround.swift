// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory

/// Memory that is only thought of, a pool of its pages, and files: what the builder works on in
/// tests. What it does that it was not asked to do is noted.
struct StagingGround: PhysicalPages {
  var memory: SimulatedMemory
  /// The pages that are free, in the order in which they are handed out.
  let pool: [PhysicalAddress]
  let files: [[UInt8]]
  /// Where the builder may write though it was not handed the page.
  let direct: RangeSet
  private(set) var taken: Int = 0
  private(set) var givenBack: [PhysicalAddress] = []
  private(set) var offences: [String] = []
  private var mine: Set<PhysicalAddress> = []

  init(
    memory: SimulatedMemory, pool: [PhysicalAddress], files: [[UInt8]],
    direct: RangeSet = RangeSet()
  ) {
    self.memory = memory
    self.pool = pool
    self.files = files
    self.direct = direct
  }

  /// What has been handed out, in the order in which it was.
  var handedOut: ArraySlice<PhysicalAddress> { pool[..<taken] }

  mutating func takePage() -> PhysicalAddress? {
    guard taken < pool.count else { return nil }
    defer { taken += 1 }
    mine.insert(pool[taken])
    return pool[taken]
  }

  mutating func giveBack(_ page: PhysicalAddress) {
    if mine.remove(page) == nil { offences.append("\(page) is given back, and was not handed out") }
    givenBack.append(page)
  }

  func word(at address: PhysicalAddress) -> UInt32 { (try? memory.word(at: address)) ?? 0xbad }

  mutating func setWord(_ word: UInt32, at address: PhysicalAddress) {
    own(address, "a word")
    do { try memory.setWord(word, at: address) } catch { offences.append("\(error)") }
  }

  mutating func copyPage(from source: PhysicalAddress, to destination: PhysicalAddress) {
    own(source, "a source")
    own(destination, "a copy")
    do { try memory.copyPage(from: source, to: destination) } catch { offences.append("\(error)") }
  }

  mutating func copyFile(
    ofSegment segment: Int, from offset: ByteCount, count: ByteCount,
    to destination: PhysicalAddress
  ) {
    own(destination, "a file")
    let start = Int(offset.rawValue)
    let end = start + Int(count.rawValue)
    guard count != .zero, end <= files[segment].count,
      var bytes = memory.contents(ofPage: destination), Int(count.rawValue) <= bytes.count
    else {
      offences.append("file \(segment) has no \(count) from \(offset) on")
      return
    }
    bytes.replaceSubrange(0..<Int(count.rawValue), with: files[segment][start..<end])
    _ = memory.setContents(bytes, ofPage: destination)
  }

  mutating func zero(from address: PhysicalAddress, count: ByteCount) {
    own(address, "zeros")
    let start = Int(address.rawValue & memory.page.mask)
    let end = start + Int(count.rawValue)
    guard count != .zero, var bytes = memory.contents(ofPage: address), end <= bytes.count else {
      offences.append("\(count) of zeros from \(address) on cross a page")
      return
    }
    // Whole pages are many, and need no loop.
    if end - start == bytes.count {
      bytes = Array(repeating: 0, count: end)
    } else {
      for index in start..<end { bytes[index] = 0 }
    }
    _ = memory.setContents(bytes, ofPage: address)
  }

  private mutating func own(_ address: PhysicalAddress, _ what: String) {
    if mine.contains(address.roundedDown(to: memory.page)) || direct.contains(address) { return }
    offences.append("\(what) at \(address), which was not handed out")
  }
}
