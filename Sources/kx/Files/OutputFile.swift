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
    let number = errno
    let reason = unsafe String(cString: strerror(number))
    let hint =
      switch number {
      case ENOENT, ENOTDIR: "make its folder first, or name a file in one that is there"
      case ENOSPC, EDQUOT: "free room on that disk, or name a file on another"
      case EISDIR: "that is a folder: name a file in it"
      default: "name a file in a folder where you may write"
      }
    return Stop(
      what: "'\(path)' cannot be written: \(reason)", hint: hint, code: ExitStatus.unwritable)
  }
}
