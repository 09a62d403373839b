// SPDX-License-Identifier: Apache-2.0

/// The kind of a file.
public enum FileKind: String, Hashable, Sendable {
  /// A regular file; files of /proc and /sys count as such.
  case regular
  /// A directory.
  case directory
  /// A symbolic link.
  case symbolicLink = "symbolic link"
  /// A named pipe, or one to another program.
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

  /// Groups a name and a kind.
  public init(name: String, kind: FileKind) {
    self.name = name
    self.kind = kind
  }
}

/// The facts about a file that are known without opening it.
public struct FileStatus: Hashable, Sendable {
  /// The kind.
  public let kind: FileKind
  /// The size in bytes; files of /proc and /sys do not report theirs.
  public let byteCount: UInt64
  /// The stamp of its state; nil where it is unknown.
  public let stamp: FileStamp?

  /// Groups the facts about a file.
  public init(kind: FileKind, byteCount: UInt64, stamp: FileStamp? = nil) {
    self.kind = kind
    self.byteCount = byteCount
    self.stamp = stamp
  }
}
