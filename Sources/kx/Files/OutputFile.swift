// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Files that the program makes.
enum OutputFile {
  /// Writes a file whole: under another name first, so that a full disk does not cost the old one.
  static func write(_ text: String, to path: String) throws(Stop) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes in the same way.
  static func write(_ bytes: [UInt8], to path: String) throws(Stop) {
    if path == "-" {
      Terminal.write(1, bytes)
      return
    }
    let temporary = path + ".new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      guard written > 0 else {
        let stop = failure(path)
        close(descriptor)
        unsafe unlink(temporary)
        throw stop
      }
      rest = rest.dropFirst(written)
    }
    guard close(descriptor) == 0, unsafe rename(temporary, path) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> Stop {
    let reason = unsafe String(cString: strerror(errno))
    return Stop(what: "'\(path)' cannot be written: \(reason)", code: ExitStatus.unwritable)
  }
}
