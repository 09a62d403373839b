// SPDX-License-Identifier: Apache-2.0
import CFerry

/// Cycles that a step takes, on cores that count them.
struct CycleCounter {
  private let counts: Bool

  /// Starts to count, when the core can.
  init(_ core: Core) { counts = core == .v7 && ferry_start_counter() == 1 }

  /// The cycles so far; nil when nobody counts. 2^32 of them and more are cut off.
  var cycles: UInt32? { counts ? ferry_read_counter() : nil }

  /// Leaves the counter as if nobody had used it.
  func stop() {
    if counts { ferry_stop_counter() }
  }
}
