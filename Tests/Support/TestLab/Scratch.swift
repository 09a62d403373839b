// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Files that the tests make; they are gone when the tests end.
package enum Scratch {
  private static let root: URL = {
    let root = FileManager.default.temporaryDirectory
      .appending(path: "swift-kexec-tests-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: Scratch.root) }
    return root
  }()

  /// Makes a new folder.
  package static func folder(_ name: String) throws -> URL {
    let folder = root.appending(path: "\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Writes bytes to a new file and gives its path.
  package static func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let file = try folder("file").appending(path: name)
    try Data(bytes).write(to: file)
    return file.path
  }

  package static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }
}
