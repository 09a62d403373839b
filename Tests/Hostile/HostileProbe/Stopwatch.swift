// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Adds up CPU time: what other processes do hardly counts, and a digest that only the test takes
/// does not count at all.
final class Stopwatch {
  /// The time in all intervals from ``resume()`` to ``pause()``.
  private(set) var microseconds = 0
  private var start = 0

  func resume() { start = Self.now() }

  func pause() { microseconds += Self.now() - start }

  private static func now() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }
}
