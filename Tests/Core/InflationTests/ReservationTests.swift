// SPDX-License-Identifier: Apache-2.0
import Glibc
import Inflation
import Testing

@Suite struct ReservationTests {
  @Test(
    "Input that announces more than it can hold is refused at once",
    arguments: [0, 1, 3, 18], [0, 1, 4, 1 << 20, Int.max])
  func announcement(_ inputBytes: Int, _ expected: Int) {
    let input = [UInt8](repeating: 0x1f, count: inputBytes)
    let begin = Self.processorTime()
    #expect(throws: InflationError.self) {
      try inflateToArray(input.span, as: .gzip, limit: .max, expected: expected)
    }
    // The thread's own time: other tests may keep it waiting.
    #expect(Self.processorTime() - begin < 1)
  }

  /// The seconds that this thread has run.
  private static func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
