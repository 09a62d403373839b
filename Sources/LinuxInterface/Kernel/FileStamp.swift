// SPDX-License-Identifier: Apache-2.0
import CLinux
import PhysicalMemory

/// Identifies one state of a file without reading it: device, inode, size, and the time at which
/// the kernel noted the file's last change. Programs cannot set that time.
///
/// Source: inode(7), st_ctime.
public struct FileStamp: Hashable, Sendable {
  /// The file, whatever its state.
  public let identity: FileIdentity
  let byteCount: UInt64
  let changedSeconds: Int64
  let changedNanoseconds: UInt32

  init(_ told: clinux_file) {
    identity = FileIdentity(told)
    byteCount = told.bytes
    changedSeconds = told.changed_seconds
    changedNanoseconds = told.changed_nanoseconds
  }

  /// Makes a stamp of a fake file.
  init(inode: UInt64, byteCount: UInt64, changed: Int64) {
    identity = FileIdentity(device: 0, inode: inode)
    self.byteCount = byteCount
    changedSeconds = changed
    changedNanoseconds = 0
  }
}

extension FileStamp: CustomStringConvertible {
  /// The stamp as words, for a record.
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(80)
    text.appendDecimal(identity.device)
    text.append(0x20)
    text.appendDecimal(identity.inode)
    text.append(0x20)
    text.appendDecimal(byteCount)
    text.append(0x20)
    // A time before 1970 has a sign.
    if changedSeconds < 0 { text.append(0x2d) }
    text.appendDecimal(changedSeconds.magnitude)
    text.append(0x20)
    text.appendDecimal(UInt64(changedNanoseconds))
    return String(decoding: text, as: UTF8.self)
  }
}

/// Identifies a file, whatever its name: device and inode.
public struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64

  init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  init(_ told: clinux_file) {
    self.init(device: told.device, inode: told.inode)
  }
}
