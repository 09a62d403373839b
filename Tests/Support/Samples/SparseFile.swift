// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxInterface

/// A file that is mostly a hole, and so takes no place on the disk.
enum SparseFile {
  /// Makes a file, does something with it, and takes it away. What maps it keeps it.
  ///
  /// - Parameters:
  ///   - bytes: Its size.
  ///   - head: What it begins with.
  ///   - body: Takes its path.
  /// - Returns: What `body` gives.
  /// - Throws: What `body` throws, or that there is no such file.
  static func with<Result>(
    _ bytes: UInt64, head: [UInt8] = [], _ body: (String) throws -> Result
  ) throws -> Result {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("sparse-\(UInt64.random(in: 0...UInt64.max))").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(head).write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: bytes)
    try file.close()
    return try body(path)
  }
}
