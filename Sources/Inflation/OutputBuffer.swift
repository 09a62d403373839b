// SPDX-License-Identifier: Apache-2.0
import CInflation

/// Memory for a chunk of output; getting it can fail without a trap.
///
/// It is a class because Embedded Swift 6.3.1 cannot compile a local value of a non-copyable
/// structure with a deinit together with another module's closure.
@safe final class OutputBuffer {
  let base: UnsafeMutablePointer<UInt8>
  let capacity: Int

  /// Gets uninitialized memory.
  ///
  /// - Throws: ``InflationError/outOfMemory(_:)`` when there is none.
  init(capacity: Int, at position: InflationError.Position) throws(InflationError) {
    guard capacity >= 0, let base = unsafe inflation_buffer_new(capacity) else {
      throw .outOfMemory(position)
    }
    unsafe self.base = unsafe base
    self.capacity = capacity
  }

  deinit {
    unsafe inflation_buffer_free(base)
  }

  /// The first bytes; a count beyond the capacity gives all of them.
  @_lifetime(borrow self)
  func prefix(_ count: Int) -> Span<UInt8> {
    let bytes = unsafe Span(_unsafeStart: base, count: min(max(count, 0), capacity))
    return unsafe _overrideLifetime(bytes, borrowing: self)
  }

  /// The first bytes, for writing, while nobody reads them; a count beyond the capacity gives all.
  @_lifetime(borrow self)
  func mutablePrefix(_ count: Int) -> MutableSpan<UInt8> {
    let bytes = unsafe MutableSpan(_unsafeStart: base, count: min(max(count, 0), capacity))
    return unsafe _overrideLifetime(bytes, borrowing: self)
  }
}
