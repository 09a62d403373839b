// SPDX-License-Identifier: Apache-2.0

/// A point in time on a monotonic clock.
struct Deadline {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let allowed: Duration

  /// Begins now.
  init(after allowed: Duration) {
    start = clock.now
    self.allowed = allowed
  }

  /// Whether the time is over.
  var isOver: Bool { start.duration(to: clock.now) >= allowed }

  /// The seconds since the beginning.
  var elapsed: Double { start.duration(to: clock.now) / .seconds(1) }

  /// The seconds that were allowed.
  var seconds: Double { allowed / .seconds(1) }
}

/// Lets other tasks run.
///
/// - Throws: ``LabError/cancelled``
func pause(_ duration: Duration) async throws(LabError) {
  do {
    if duration == .zero {
      await Task.yield()
      try Task.checkCancellation()
    } else {
      try await Task.sleep(for: duration)
    }
  } catch {
    throw LabError.cancelled
  }
}
