// SPDX-License-Identifier: Apache-2.0
import CFerry

/// Counts the cycles of a step, on cores that have a counter.
struct CycleCounter {
  private let counts: Bool

  /// Starts to count, if the core can.
  init(_ core: Core) { counts = core == .v7 && ferry_start_counter() == 1 }

  /// The cycles so far, modulo 2^32; nil without a counter.
  var cycles: UInt32? { counts ? ferry_read_counter() : nil }

  /// Leaves the counter as if it had not been used.
  func stop() {
    if counts { ferry_stop_counter() }
  }
}
