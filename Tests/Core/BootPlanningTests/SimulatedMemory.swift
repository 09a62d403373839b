// SPDX-License-Identifier: Apache-2.0

/// Whose bytes stand at an address.
enum Owner: UInt8 {
  case zImage, image, zeroes, initrd, parameters
  case moved, decompressorData, decompressorBSS, decompressorStack, decompressorHeap
  case decompressorTable, inflated, kernelTables, kernelBSS
}

/// Why a boot would not come up.
enum Hang: Error, Hashable {
  /// A write lands where there is no RAM.
  case noRAM(Owner, Bytes)
  /// A write lands in reserved memory.
  case reserved(Owner, Bytes)
  /// Bytes that were still needed have been written over.
  case lost(Owner, Bytes)
  /// Something is not where the next program can use it.
  case unusable(Owner, String, Bytes)
}

/// RAM as a byte map: who wrote which byte last, with exact edges.
struct SimulatedMemory {
  private struct Piece {
    var bytes: Bytes
    var owner: Owner
  }

  /// RAM, joined.
  let ram: [Bytes]
  /// What must not be written.
  let reserved: [Bytes]
  /// Everything written by a running program, in order of time.
  private(set) var written: [(Owner, Bytes)] = []
  private var pieces: [Piece] = []

  init(ram: [Bytes], reserved: [Bytes]) {
    self.ram = Bytes.joined(ram)
    self.reserved = reserved
  }

  /// Puts bytes there before the jump.
  mutating func load(_ owner: Owner, _ bytes: Bytes) throws(Hang) {
    if bytes.isEmpty { return }
    try check(owner, bytes)
    for piece in pieces where piece.bytes.meets(bytes) { throw .lost(piece.owner, bytes) }
    own(owner, bytes)
  }

  /// Lets a running program write.
  mutating func write(_ owner: Owner, _ bytes: Bytes) throws(Hang) {
    if bytes.isEmpty { return }
    try check(owner, bytes)
    written.append((owner, bytes))
    own(owner, bytes)
  }

  /// Fails unless every one of the bytes is still what its owner put there.
  func require(_ owner: Owner, _ bytes: Bytes) throws(Hang) {
    var next = bytes.low
    for piece in pieces where piece.bytes.high > next && piece.bytes.low < bytes.high {
      guard piece.bytes.low <= next, piece.owner == owner else { throw .lost(owner, bytes) }
      next = piece.bytes.high
    }
    guard next >= bytes.high else { throw .lost(owner, bytes) }
  }

  private func check(_ owner: Owner, _ bytes: Bytes) throws(Hang) {
    var inside = false
    for bank in ram where bank.holds(bytes) { inside = true }
    guard inside else { throw .noRAM(owner, bytes) }
    for entry in reserved where entry.meets(bytes) { throw .reserved(owner, bytes) }
  }

  private mutating func own(_ owner: Owner, _ bytes: Bytes) {
    var result: [Piece] = []
    result.reserveCapacity(pieces.count + 2)
    var placed = false
    for piece in pieces {
      let old = piece.bytes
      if old.high <= bytes.low {
        result.append(piece)
        continue
      }
      if old.low < bytes.low {
        result.append(Piece(bytes: Bytes(old.low, bytes.low), owner: piece.owner))
      }
      if !placed {
        result.append(Piece(bytes: bytes, owner: owner))
        placed = true
      }
      if old.high > bytes.high {
        result.append(Piece(bytes: Bytes(max(old.low, bytes.high), old.high), owner: piece.owner))
      }
    }
    if !placed { result.append(Piece(bytes: bytes, owner: owner)) }
    pieces = result
  }
}
