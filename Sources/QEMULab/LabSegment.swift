// SPDX-License-Identifier: Apache-2.0

import PhysicalMemory

/// Bytes and the physical address they are put at before the CPU starts.
public struct LabSegment: Sendable, Hashable {
  /// Its name in messages: `kernel`.
  public let name: String
  /// The address of the first byte.
  public let address: UInt64
  /// The bytes.
  public let bytes: [UInt8]
  /// The length in memory, in bytes; memory behind `bytes` is zero.
  public let memoryBytes: UInt64

  /// Groups the parts of a segment.
  ///
  /// - Parameters:
  ///   - name: Its name in messages.
  ///   - address: The address of the first byte.
  ///   - bytes: The bytes.
  ///   - memoryBytes: The length in memory; nil when it is the number of bytes.
  public init(name: String, address: UInt64, bytes: [UInt8], memoryBytes: UInt64? = nil) {
    self.name = name
    self.address = address
    self.bytes = bytes
    self.memoryBytes = memoryBytes ?? UInt64(bytes.count)
  }

  /// Its memory.
  ///
  /// - Throws: ``LabError/segment(name:address:memoryBytes:why:)`` when it is empty, shorter than
  ///   its bytes, or passes the end of the address space.
  func range() throws(LabError) -> PhysicalRange {
    guard UInt64(bytes.count) <= memoryBytes else {
      throw refused("has \(bytes.count) B to put there")
    }
    guard
      let range = PhysicalRange(start: PhysicalAddress(address), count: ByteCount(memoryBytes))
    else {
      throw refused("is empty or passes the end of the address space")
    }
    return range
  }

  /// The error with the reason why it cannot be placed.
  func refused(_ why: String) -> LabError {
    .segment(name: name, address: address, memoryBytes: memoryBytes, why: why)
  }
}
