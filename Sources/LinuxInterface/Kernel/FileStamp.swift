// SPDX-License-Identifier: Apache-2.0
import CLinux

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
    description =
      String(told.device) + " " + String(told.inode) + " " + String(told.bytes) + " "
      + String(told.changed_seconds) + " " + String(told.changed_nanoseconds)
  }
}
