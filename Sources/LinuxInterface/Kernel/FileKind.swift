// SPDX-License-Identifier: Apache-2.0

/// What kind of file a name stands for.
public enum FileKind: String, Hashable, Sendable {
  /// A regular file; files of /proc and /sys are such.
  case regular
  /// A directory.
  case directory
  /// A symbolic link.
  case symbolicLink = "symbolic link"
  /// A named pipe, or one that leads to another program.
  case pipe
  /// A socket.
  case socket
  /// A device of characters or blocks.
  case device
}

/// One name in a directory.
public struct DirectoryEntry: Hashable, Sendable {
  /// The name without its directory.
  public let name: String
  /// The kind; a symbolic link is not followed.
  public let kind: FileKind

  /// Notes an entry.
  public init(name: String, kind: FileKind) {
    self.name = name
    self.kind = kind
  }
}

/// What is told of a file without opening it.
public struct FileStatus: Hashable, Sendable {
  /// The kind.
  public let kind: FileKind
  /// The size in bytes; files of /proc and /sys do not tell theirs.
  public let byteCount: UInt64
  /// Tells this state of the file from every other; nil where that is not known.
  public let stamp: FileStamp?

  /// Notes a status.
  public init(kind: FileKind, byteCount: UInt64, stamp: FileStamp? = nil) {
    self.kind = kind
    self.byteCount = byteCount
    self.stamp = stamp
  }
}
