// SPDX-License-Identifier: Apache-2.0
import CInflation

/// Memory for a chunk of output, got in a way that fails instead of trapping.
@safe struct OutputBuffer: ~Copyable {
  let base: UnsafeMutablePointer<UInt8>
  let capacity: Int

  /// Gets memory, all bytes zero only by chance; nil when there is none.
  init?(capacity: Int) {
    guard capacity >= 0, let base = unsafe inflation_buffer_new(capacity) else { return nil }
    unsafe self.base = unsafe base
    self.capacity = capacity
  }

  deinit {
    unsafe inflation_buffer_free(base)
  }

  /// The first bytes; a count beyond the capacity gives all of them.
  @_lifetime(borrow self)
  borrowing func prefix(_ count: Int) -> Span<UInt8> {
    let bytes = unsafe Span(_unsafeStart: base, count: min(max(count, 0), capacity))
    return unsafe _overrideLifetime(bytes, borrowing: self)
  }

  /// The first bytes to be written; a count beyond the capacity gives all of them.
  @_lifetime(&self)
  mutating func mutablePrefix(_ count: Int) -> MutableSpan<UInt8> {
    let bytes = unsafe MutableSpan(_unsafeStart: base, count: min(max(count, 0), capacity))
    return unsafe _overrideLifetime(bytes, mutating: &self)
  }
}
