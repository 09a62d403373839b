// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// One segment for `kexec_load`: bytes, and the memory they go to.
public struct KexecSegment: Sendable {
  /// The name of its content, for messages: `kernel`.
  public var name: String
  /// The bytes.
  public var contents: SegmentContents
  /// The physical address of the first byte.
  public var address: PhysicalAddress
  /// The size of its memory; memory behind the bytes is zeroed.
  public var memoryBytes: ByteCount

  /// Makes a segment.
  public init(
    name: String, contents: SegmentContents, address: PhysicalAddress, memoryBytes: ByteCount
  ) {
    self.name = name
    self.contents = contents
    self.address = address
    self.memoryBytes = memoryBytes
  }

  /// The memory; nil when it is empty or passes the end of the address space.
  public var range: PhysicalRange? { PhysicalRange(start: address, count: memoryBytes) }
}

extension KexecSegment: CustomStringConvertible {
  /// The segment as strace prints it, its name for the address of the bytes:
  /// `{buf=<kernel>, bufsz=4096, mem=0x40208000, memsz=4096}`.
  public var description: String {
    "{buf=<" + name + ">, bufsz=" + String(contents.count) + ", mem="
      + hexadecimal(address.rawValue) + ", memsz=" + String(memoryBytes.rawValue) + "}"
  }
}
