// SPDX-License-Identifier: Apache-2.0

/// A file of a boot whose bytes are in memory, for callers that have no file type of their own.
public struct FileInMemory: BootFile {
  /// The path as the user gave it; messages and plans name the file by it.
  public let path: String
  /// All bytes of the file.
  public let bytes: [UInt8]
  /// The SHA-256 of the file, 64 hexadecimal digits; empty when it is not wanted.
  public let digest: String

  /// Takes the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: All bytes of the file.
  ///   - path: The name for messages and plans. The path is not read.
  ///   - digest: The SHA-256 as 64 hexadecimal digits, if the plan should note it.
  public init(_ bytes: [UInt8], path: String, digest: String = "") {
    self.bytes = bytes
    self.path = path
    self.digest = digest
  }

  /// All bytes of the file.
  public var span: Span<UInt8> { @_lifetime(borrow self) get { bytes.span } }
}
