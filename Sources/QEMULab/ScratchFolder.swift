// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder that only this user can read; it is removed with everything in it.
final class ScratchFolder {
  /// Its path, short enough for sockets in it.
  let path: String

  /// Makes the folder in `$TMPDIR` or, when that has a long name, in /tmp.
  init() throws(LabError) {
    var parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    if parent.isEmpty || parent.utf8.count > 60 { parent = "/tmp" }
    var template = Array((parent + "/swift-kexec-lab.XXXXXX").utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let start = buffer.baseAddress, let name = unsafe mkdtemp(start) else {
        return nil
      }
      return unsafe String(cString: name)
    }
    guard let made else { throw LabError.system(call: "mkdtemp in \(parent)", errno: errno) }
    path = made
  }

  deinit { remove() }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}
