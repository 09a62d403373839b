// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The source of a segment's bytes; the rest of its memory is zeroed.
public enum SegmentContents: Sendable {
  /// Bytes in memory.
  case bytes([UInt8])
  /// `count` bytes of a file, from `offset` on; bytes beyond its end are left out.
  case file(FileContents, offset: Int, count: Int)

  /// The whole of a file.
  public static func file(_ file: FileContents) -> Self {
    .file(file, offset: 0, count: file.count)
  }

  /// The number of bytes.
  public var count: Int {
    switch self {
    case .bytes(let bytes): return bytes.count
    case .file(let file, let offset, let count):
      guard offset >= 0, offset <= file.count else { return 0 }
      return min(max(count, 0), file.count - offset)
    }
  }

  /// The bytes, copied.
  public var copy: [UInt8] {
    switch self {
    case .bytes(let bytes): return bytes
    case .file(let file, let offset, _):
      let span = file.span
      var copy: [UInt8] = []
      copy.reserveCapacity(count)
      for index in 0..<count { copy.append(span[offset + index]) }
      return copy
    }
  }

  /// Calls with the address of the first byte.
  ///
  /// At least four bytes can be read there: a 32-bit ARM kernel reads the first word of every
  /// segment, even of an empty one.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/machine_kexec.c, machine_kexec_prepare.
  func withUnsafeStart(_ body: (UnsafePointer<UInt8>) -> Int) -> Int {
    let spare: [UInt8]
    switch self {
    case .file(let file, let offset, _):
      if count >= 4, let start = unsafe file.unsafePointer {
        let result = unsafe body(start + offset)
        return withExtendedLifetime(file) { result }
      }
      spare = copy + [0, 0, 0, 0]
    case .bytes(let bytes):
      spare = bytes.count >= 4 ? bytes : bytes + [0, 0, 0, 0]
    }
    return unsafe spare.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -Int(Errno.badAddress.rawValue) }
      return unsafe body(start)
    }
  }
}
