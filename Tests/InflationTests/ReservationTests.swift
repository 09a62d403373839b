// SPDX-License-Identifier: Apache-2.0
import Inflation
import Testing

@Suite struct ReservationTests {
  @Test(
    "Input that announces more than it can hold is refused at once",
    .timeLimit(.minutes(1)), arguments: [0, 1, 3, 18], [0, 1, 4, 1 << 20, Int.max])
  func announcement(_ inputBytes: Int, _ expected: Int) {
    let input = [UInt8](repeating: 0x1f, count: inputBytes)
    #expect(throws: InflationError.self) {
      try inflateToArray(input.span, as: .gzip, limit: .max, expected: expected)
    }
  }
}
