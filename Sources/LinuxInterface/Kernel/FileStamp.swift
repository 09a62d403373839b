// SPDX-License-Identifier: Apache-2.0
import CLinux
import PhysicalMemory

/// Tells one state of a file from every other, without reading it: device, inode, size, and the time
/// at which the kernel noted the last change of the file. Programs cannot set that time.
///
/// Source: inode(7), st_ctime.
public struct FileStamp: Hashable, Sendable, CustomStringConvertible {
  /// The stamp as words, for a record.
  public let description: String

  /// Stands for a state of a file that is not there.
  init(description: String) {
    self.description = description
  }

  init(_ told: clinux_file) {
    var text: [UInt8] = []
    text.reserveCapacity(80)
    text.appendDecimal(UInt64(told.device))
    text.append(0x20)
    text.appendDecimal(UInt64(told.inode))
    text.append(0x20)
    text.appendDecimal(UInt64(told.bytes))
    text.append(0x20)
    // A clock that stands before 1970 has a sign.
    if told.changed_seconds < 0 { text.append(0x2d) }
    text.appendDecimal(UInt64(told.changed_seconds.magnitude))
    text.append(0x20)
    text.appendDecimal(UInt64(told.changed_nanoseconds))
    description = String(decoding: text, as: UTF8.self)
  }
}
