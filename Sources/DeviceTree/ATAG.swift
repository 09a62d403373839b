// SPDX-License-Identifier: Apache-2.0

/// One tag of an ATAG list.
///
/// Source: Linux 6.1, arch/arm/include/uapi/asm/setup.h.
public enum ATAG: Hashable, Sendable {
  /// The first tag, empty.
  case emptyCore
  /// The first tag: flags (bit 0: root is read-only), page size in bytes, number of the root device.
  case core(flags: UInt32, pageSize: UInt32, rootDevice: UInt32)
  /// A bank of RAM: length in bytes and physical start, in the order in which they are stored.
  case memory(size: UInt32, start: UInt32)
  /// A ramdisk to be made: flags, size in KiB, first block.
  case ramdisk(flags: UInt32, kibibytes: UInt32, start: UInt32)
  /// The initial ramdisk at a virtual address, long obsolete: start and length in bytes.
  case virtualInitrd(start: UInt32, size: UInt32)
  /// The initial ramdisk at a physical address: start and length in bytes.
  case initrd(start: UInt32, size: UInt32)
  /// The serial number of the board: low and high word.
  case serialNumber(low: UInt32, high: UInt32)
  /// The revision of the board.
  case revision(UInt32)
  /// The command line, without its zero byte.
  case commandLine([UInt8])
  /// Any other tag: its number and the words behind its header.
  case other(UInt32, [UInt32])

  /// The number of the tag.
  public var number: UInt32 {
    switch self {
    case .emptyCore, .core: Number.core
    case .memory: Number.memory
    case .ramdisk: Number.ramdisk
    case .virtualInitrd: Number.virtualInitrd
    case .initrd: Number.initrd
    case .serialNumber: Number.serialNumber
    case .revision: Number.revision
    case .commandLine: Number.commandLine
    case .other(let number, _): number
    }
  }

  enum Number {
    static let core: UInt32 = 0x5441_0001
    static let memory: UInt32 = 0x5441_0002
    static let ramdisk: UInt32 = 0x5441_0004
    static let virtualInitrd: UInt32 = 0x5441_0005
    static let serialNumber: UInt32 = 0x5441_0006
    static let revision: UInt32 = 0x5441_0007
    static let commandLine: UInt32 = 0x5441_0009
    static let initrd: UInt32 = 0x5442_0005
  }
}

extension ATAG {
  /// Makes a tag of its number and the words behind its header; nil when a known tag has too few.
  init?(number: UInt32, words: [UInt32]) {
    func word(_ index: Int) -> UInt32 { words.indices.contains(index) ? words[index] : 0 }
    let needed: Int
    switch number {
    case Number.core:
      guard !words.isEmpty else {
        self = .emptyCore
        return
      }
      needed = 3
      self = .core(flags: word(0), pageSize: word(1), rootDevice: word(2))
    case Number.memory:
      needed = 2
      self = .memory(size: word(0), start: word(1))
    case Number.ramdisk:
      needed = 3
      self = .ramdisk(flags: word(0), kibibytes: word(1), start: word(2))
    case Number.virtualInitrd:
      needed = 2
      self = .virtualInitrd(start: word(0), size: word(1))
    case Number.initrd:
      needed = 2
      self = .initrd(start: word(0), size: word(1))
    case Number.serialNumber:
      needed = 2
      self = .serialNumber(low: word(0), high: word(1))
    case Number.revision:
      needed = 1
      self = .revision(word(0))
    case Number.commandLine:
      needed = 1
      var bytes: [UInt8] = []
      for word in words { bytes.appendLittleEndian(word) }
      guard let end = bytes.firstIndex(of: 0) else { return nil }
      self = .commandLine(Array(bytes[..<end]))
    default:
      needed = 0
      self = .other(number, words)
    }
    guard words.count >= needed else { return nil }
  }

  /// The words behind the header.
  var words: [UInt32] {
    switch self {
    case .emptyCore: return []
    case .core(let flags, let pageSize, let rootDevice): return [flags, pageSize, rootDevice]
    case .memory(let size, let start): return [size, start]
    case .ramdisk(let flags, let kibibytes, let start): return [flags, kibibytes, start]
    case .virtualInitrd(let start, let size): return [start, size]
    case .initrd(let start, let size): return [start, size]
    case .serialNumber(let low, let high): return [low, high]
    case .revision(let revision): return [revision]
    case .commandLine(let text):
      let bytes = text.prefix { $0 != 0 } + [0, 0, 0, 0]
      // The text, its zero byte, and zero bytes up to a whole word.
      return stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { offset in
        let start = bytes.startIndex + offset
        return UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
          | UInt32(bytes[start + 2]) << 16 | UInt32(bytes[start + 3]) << 24
      }
    case .other(_, let words): return words
    }
  }
}

extension [UInt8] {
  /// Appends a 32-bit number, least significant byte first.
  mutating func appendLittleEndian(_ number: UInt32) {
    for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
