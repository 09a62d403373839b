// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Numbers of CPUs as Linux lists them: `0-3,5`.
///
/// Source: Linux 6.1, lib/bitmap.c, bitmap_print_to_pagebuf; drivers/base/cpu.c.
public struct CPUSet: Hashable, Sendable {
  /// The numbers, lowest first, each once.
  public let numbers: [UInt32]

  /// The most CPUs of a machine: the limit of x86 kernels, the largest of all.
  public static let limit = 8192

  /// Makes a set of numbers below ``limit``; others are left out.
  public init(_ numbers: [UInt32]) {
    var sorted: [UInt32] = []
    for number in numbers.inOrder({ $0 < $1 }) where number < Self.limit && sorted.last != number {
      sorted.append(number)
    }
    self.numbers = sorted
  }

  /// Reads a list such as `0-3,5`; empty text is the empty set.
  ///
  /// - Parameter text: The list. The result is nil when it is malformed.
  public init?(parsing text: String) {
    var numbers: [UInt32] = []
    if !text.isEmpty {
      for part in text.pieces(at: UInt8(ascii: ","), keepsEmpty: true) {
        let ends = part.pieces(at: UInt8(ascii: "-"), keepsEmpty: true)
        guard ends.count <= 2, let first = UInt64(digits: Array(ends[0].utf8)),
          let last = UInt64(digits: Array(ends[ends.count - 1].utf8)), first <= last,
          last < Self.limit,
          numbers.count <= Self.limit
        else { return nil }
        for number in first...last { numbers.append(UInt32(number)) }
      }
    }
    self.init(numbers)
  }

  /// The number of CPUs.
  public var count: Int { numbers.count }

  /// Whether a CPU is in the set.
  public func contains(_ number: UInt32) -> Bool { numbers.contains(number) }
}

extension CPUSet: CustomStringConvertible {
  /// The list as Linux writes it: `0-3,5`.
  public var description: String {
    var text = ""
    var index = 0
    while index < numbers.count {
      var end = index
      while end + 1 < numbers.count, numbers[end + 1] == numbers[end] + 1 { end += 1 }
      if !text.isEmpty { text += "," }
      text += String(numbers[index])
      if end > index { text += "-" + String(numbers[end]) }
      index = end + 1
    }
    return text
  }
}
