// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import Handover
import PhysicalMemory

/// Free memory, scattered, and the bundle's segments: the pages for the list of copies.
struct MappedPages: PhysicalPages {
  private var pool: ScatteredPool
  /// The physical address of each segment's bytes in the bundle.
  private let files: [PhysicalAddress]

  init(_ pool: ScatteredPool, files: [PhysicalAddress]) {
    self.pool = pool
    self.files = files
  }

  mutating func takePage() -> PhysicalAddress? { pool.next() }

  /// Does nothing: after a failure Ferry ends, and needs no page again.
  mutating func giveBack(_ page: PhysicalAddress) {}

  func word(at address: PhysicalAddress) -> UInt32 {
    guard let place = unsafe Placed.pointer(address) else { return 0 }
    return unsafe place.load(as: UInt32.self)
  }

  mutating func setWord(_ word: UInt32, at address: PhysicalAddress) {
    guard let place = unsafe Placed.pointer(address) else { return }
    unsafe place.storeBytes(of: word, as: UInt32.self)
  }

  mutating func copyPage(from source: PhysicalAddress, to destination: PhysicalAddress) {
    copy(from: source, count: 4096, to: destination)
  }

  mutating func copyFile(
    ofSegment segment: Int, from offset: ByteCount, count: ByteCount,
    to destination: PhysicalAddress
  ) {
    guard let source = files[segment].advanced(by: offset) else { return }
    copy(from: source, count: Int(clamping: count.rawValue), to: destination)
  }

  mutating func zero(from address: PhysicalAddress, count: ByteCount) {
    guard let place = unsafe Placed.pointer(address) else { return }
    unsafe place.initializeMemory(
      as: UInt8.self, repeating: 0, count: Int(clamping: count.rawValue))
  }

  private func copy(from source: PhysicalAddress, count: Int, to destination: PhysicalAddress) {
    guard let from = unsafe Placed.pointer(source), let to = unsafe Placed.pointer(destination)
    else { return }
    unsafe to.copyMemory(from: from, byteCount: count)
  }
}
