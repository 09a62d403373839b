// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import PhysicalMemory

/// Numbers as people write them: decimal, or hexadecimal behind `0x`, with K, M or G (also KiB,
/// MiB, GiB) for powers of 1024.
enum Numbers {
  static func parse(_ text: some StringProtocol) -> UInt64? {
    var digits = text.lowercased()[...]
    var shift: UInt64 = 0
    for (suffix, power) in [("k", 10), ("m", 20), ("g", 30)] as [(String, UInt64)] {
      for ending in [suffix + "ib", suffix] where digits.hasSuffix(ending) && shift == 0 {
        digits = digits.dropLast(ending.count)
        shift = power
      }
    }
    let value =
      digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
    guard let value, !digits.isEmpty, value <= UInt64.max >> shift else { return nil }
    // A sign or an underscore is no part of a number here.
    guard digits.allSatisfy({ $0.isHexDigit || $0 == "x" }) else { return nil }
    return value << shift
  }
}

extension PhysicalAddress: ExpressibleByArgument {
  /// Reads an address: `0x48000000`, `1G`.
  public init?(argument: String) {
    guard let value = Numbers.parse(argument) else { return nil }
    self.init(value)
  }
}

extension ByteCount: ExpressibleByArgument {
  /// Reads a size: `0x3000000`, `512M`, `4096`.
  public init?(argument: String) {
    guard let value = Numbers.parse(argument) else { return nil }
    self.init(value)
  }
}

extension PhysicalRange: ExpressibleByArgument {
  /// Reads a range, both ends inclusive as in /proc/iomem: `0x40000000-0x5fffffff`; or its first
  /// byte and its size: `0x40000000+512M`.
  public init?(argument: String) {
    let separator: Character = argument.contains("+") ? "+" : "-"
    let parts = argument.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Numbers.parse(parts[0]),
      let second = Numbers.parse(parts[1])
    else { return nil }
    if separator == "+" {
      self.init(start: PhysicalAddress(first), count: ByteCount(second))
    } else {
      self.init(first: PhysicalAddress(first), last: PhysicalAddress(second))
    }
  }
}
