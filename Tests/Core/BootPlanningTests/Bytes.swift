// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A half-open range of addresses, the judge's own notion of one.
struct Bytes: Hashable, CustomStringConvertible {
  var low: UInt64
  var high: UInt64

  init(_ low: UInt64, _ high: UInt64) {
    self.low = low
    self.high = high
  }

  init(_ range: PhysicalRange) {
    self.init(range.first.rawValue, range.last.rawValue &+ 1)
  }

  var isEmpty: Bool { high <= low }
  var count: UInt64 { isEmpty ? 0 : high - low }

  func meets(_ other: Bytes) -> Bool {
    low < other.high && other.low < high && !isEmpty && !other.isEmpty
  }

  func holds(_ other: Bytes) -> Bool { low <= other.low && other.high <= high }

  func cut(to other: Bytes) -> Bytes { Bytes(max(low, other.low), min(high, other.high)) }

  var range: PhysicalRange? {
    PhysicalRange(start: PhysicalAddress(low), end: PhysicalAddress(high))
  }

  var description: String { hexadecimal(low) + "..<" + hexadecimal(high) }

  /// Sorts ranges and joins those that overlap or touch.
  static func joined(_ ranges: [Bytes]) -> [Bytes] {
    var result: [Bytes] = []
    for range in ranges.sorted(by: { $0.low < $1.low }) where !range.isEmpty {
      if let last = result.last, range.low <= last.high {
        result[result.count - 1].high = max(last.high, range.high)
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// The bytes that both of two joined lists hold.
  static func shared(_ left: [Bytes], _ right: [Bytes]) -> [Bytes] {
    var result: [Bytes] = []
    for one in left {
      for other in right where one.meets(other) { result.append(one.cut(to: other)) }
    }
    return result
  }
}

func roundUp(_ value: UInt64, _ step: UInt64) -> UInt64 { (value + step - 1) / step * step }
func roundDown(_ value: UInt64, _ step: UInt64) -> UInt64 { value / step * step }
