// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Runs a list as the relocation code does: word by word, from memory as it is at that moment,
/// without checking the list.
///
/// Source: Linux 6.1, arch/arm/kernel/relocate_kernel.S.
public struct KImageInterpreter: Sendable {
  /// The reason why a list cannot be run to its end.
  public enum Failure: Error, Hashable, Sendable {
    /// Memory does not allow the access of the entry at an address, or the entry cannot be read;
    /// the address is nil for the head.
    case fault(MemoryFault, entry: PhysicalAddress?)
    /// A word is no entry.
    case unknownEntry(KImageEntry, at: PhysicalAddress?)
    /// A page would be copied without a destination.
    case noDestination(at: PhysicalAddress)
    /// The list has not ended after the allowed number of entries.
    case endless(entries: UInt64)
  }

  /// The size of a page.
  public let page: Alignment
  /// The most entries that are run.
  public let limit: UInt64

  /// Makes an interpreter.
  ///
  /// - Parameters:
  ///   - page: The size of a page.
  ///   - limit: The most entries that are run.
  public init(page: Alignment, limit: UInt64) {
    self.page = page
    self.limit = limit
  }

  /// Runs a list.
  ///
  /// - Parameters:
  ///   - head: The entry before the first.
  ///   - memory: The memory that is read and written.
  /// - Returns: The number of pages that were copied.
  /// - Throws: ``Failure``; earlier copies stay.
  public func run(
    _ head: KImageEntry, in memory: inout SimulatedMemory
  ) throws(Failure) -> UInt64 {
    var entry = head
    var place: PhysicalAddress?
    var next: PhysicalAddress?
    var destination: PhysicalAddress?
    var copies: UInt64 = 0
    for _ in 0..<limit {
      let address = entry.address(page: page)
      switch entry.kind(page: page) {
      case .done: return copies
      case .indirection: next = address
      case .destination: destination = address
      case .source:
        guard let place, let to = destination else {
          throw .noDestination(at: place ?? address)
        }
        do throws(MemoryFault) { try memory.copyPage(from: address, to: to) } catch {
          throw .fault(error, entry: place)
        }
        destination = to.advanced(by: page.byteCount)
        copies += 1
      case nil: throw .unknownEntry(entry, at: place)
      }
      guard let read = next else { throw .unknownEntry(entry, at: place) }
      do throws(MemoryFault) { entry = KImageEntry(rawValue: try memory.word(at: read)) } catch {
        throw .fault(error, entry: place)
      }
      place = read
      next = read.advanced(by: ByteCount(UInt64(4)))
    }
    throw .endless(entries: limit)
  }
}
