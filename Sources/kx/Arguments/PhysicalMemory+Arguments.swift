// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import PhysicalMemory

extension PhysicalAddress: ExpressibleByArgument {
  /// Reads an address: `0x48000000`, `1G`.
  public init?(argument: String) {
    guard let value = UInt64(written: argument) else { return nil }
    self.init(value)
  }
}

extension ByteCount: ExpressibleByArgument {
  /// Reads a size: `0x3000000`, `512M`, `4096`.
  public init?(argument: String) {
    guard let value = UInt64(written: argument) else { return nil }
    self.init(value)
  }
}

extension PhysicalRange: ExpressibleByArgument {
  /// Reads a range, both ends inclusive as in /proc/iomem: `0x40000000-0x5fffffff`; or its first
  /// byte and its size: `0x40000000+512M`.
  public init?(argument: String) {
    let separator: Character = argument.contains("+") ? "+" : "-"
    let parts = argument.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 2, let first = UInt64(written: String(parts[0])),
      let second = UInt64(written: String(parts[1]))
    else { return nil }
    if separator == "+" {
      self.init(start: PhysicalAddress(first), count: ByteCount(second))
    } else {
      self.init(first: PhysicalAddress(first), last: PhysicalAddress(second))
    }
  }
}
