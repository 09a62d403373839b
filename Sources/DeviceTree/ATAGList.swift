// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A list of tags that describes the machine to kernels without a device tree. It begins with the
/// core tag. The tag that ends the list is not stored; it is only written.
///
/// Source: Linux 6.1, arch/arm/include/uapi/asm/setup.h, arch/arm/kernel/atags_parse.c and
/// arch/arm/kernel/head-common.S (__vet_atags).
public struct ATAGList: Hashable, Sendable {
  /// The tags in order, the first of them the core tag.
  public private(set) var tags: [ATAG]

  /// Builds a list.
  ///
  /// - Parameters:
  ///   - core: The core tag; nil for ``ATAG/emptyCore``.
  ///   - others: All further tags in order; core tags among them are left out.
  public init(core: (flags: UInt32, pageSize: UInt32, rootDevice: UInt32)? = nil, _ others: [ATAG])
  {
    let first =
      core.map {
        ATAG.core(flags: $0.flags, pageSize: $0.pageSize, rootDevice: $0.rootDevice)
      } ?? .emptyCore
    tags = [first] + others.filter { $0.number != ATAG.Number.core }
  }

  /// Builds the list for the next kernel from that of the running one. All tags are copied except
  /// the initial ramdisk and the command line.
  ///
  /// - Parameters:
  ///   - old: The list of the running kernel.
  ///   - initrd: The new initial ramdisk.
  ///   - commandLine: The new command line without its zero byte.
  /// - Throws: A range that does not fit into 32 bits.
  public init(
    carryingOver old: Self, initrd: PhysicalRange?, commandLine: [UInt8]?
  ) throws(DeviceTreeError) {
    let replaced = [ATAG.Number.initrd, ATAG.Number.virtualInitrd, ATAG.Number.commandLine]
    tags = old.tags.filter { !replaced.contains($0.number) }
    if let initrd {
      let (start, size) = try Self.words(initrd)
      tags.append(.initrd(start: start, size: size))
    }
    if let commandLine { tags.append(.commandLine(commandLine)) }
  }

  /// Builds the list for the next kernel from the machine's RAM.
  ///
  /// - Parameters:
  ///   - memory: The banks of RAM, lowest first.
  ///   - initrd: The initial ramdisk.
  ///   - commandLine: The command line without its zero byte.
  /// - Throws: A range that does not fit into 32 bits.
  public init(
    memory: [PhysicalRange], initrd: PhysicalRange?, commandLine: [UInt8]?
  ) throws(DeviceTreeError) {
    var banks: [ATAG] = []
    for range in memory {
      let (start, size) = try Self.words(range)
      banks.append(.memory(size: size, start: start))
    }
    try self.init(carryingOver: Self(banks), initrd: initrd, commandLine: commandLine)
  }

  /// The banks of RAM in the order of the list; a bank of length 0 or beyond 4 GiB is left out.
  public var memory: [PhysicalRange] {
    tags.compactMap { tag in
      guard case .memory(let size, let start) = tag else { return nil }
      return Self.range(start, size)
    }
  }

  /// The initial ramdisk at its physical address; the last tag counts.
  public var initrd: PhysicalRange? {
    for tag in tags.reversed() {
      if case .initrd(let start, let size) = tag { return Self.range(start, size) }
    }
    return nil
  }

  /// The command line; the last tag counts. Invalid UTF-8 is replaced.
  public var commandLine: String? {
    for tag in tags.reversed() {
      if case .commandLine(let text) = tag { return String(decoding: text, as: UTF8.self) }
    }
    return nil
  }

  private static func words(_ range: PhysicalRange) throws(DeviceTreeError) -> (UInt32, UInt32) {
    guard range.last.rawValue <= UInt64(UInt32.max), range.count.rawValue <= UInt64(UInt32.max)
    else { throw DeviceTreeError(.atags, .doesNotFit(range.last.rawValue, cells: 1)) }
    return (UInt32(range.first.rawValue), UInt32(range.count.rawValue))
  }

  private static func range(_ start: UInt32, _ size: UInt32) -> PhysicalRange? {
    guard UInt64(start) + UInt64(size) <= 1 << 32 else { return nil }
    return PhysicalRange(
      start: PhysicalAddress(UInt64(start)), count: ByteCount(UInt64(size)))
  }

  init(checked tags: [ATAG]) {
    self.tags = tags
  }
}
