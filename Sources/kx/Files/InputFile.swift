// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Digests
import Glibc
import LinuxInterface
import PhysicalMemory

/// A file, mapped where that is possible: what is not looked at is not read.
struct InputFile: BootFile {
  let path: String
  private let contents: FileContents
  private let wantsDigest: Bool

  /// The largest file that is taken.
  static let limit = 1 << 30

  /// Maps a file; `-` is the standard input.
  init(_ path: String, digest: Bool = false) throws(Stop) {
    self.path = path
    wantsDigest = digest
    do throws(Errno) {
      contents = try LinuxKernel().mapFile(path == "-" ? "/dev/stdin" : path, limit: Self.limit)
    } catch {
      throw Self.failure(path, error)
    }
  }

  private static func failure(_ path: String, _ error: Errno) -> Stop {
    let what =
      switch error {
      case .isDirectory: "is a folder, not a file"
      case .fileTooLarge: "has more than 1 GiB; larger files are not read"
      case .inputOutput, .noMemory:
        unsafe "cannot be read: " + String(cString: strerror(error.rawValue))
      default: unsafe "cannot be opened: " + String(cString: strerror(error.rawValue))
      }
    return Stop(what: "'\(path)' " + what, code: ExitStatus.unreadable)
  }

  var span: Span<UInt8> { @_lifetime(borrow self) get { contents.span } }

  /// A copy of all bytes.
  var bytes: [UInt8] { slice(0, contents.count) }

  /// A copy of some bytes, none where the file does not hold all of them.
  func slice(_ offset: Int, _ count: Int) -> [UInt8] {
    ByteReader(contents.span).copy(offset, count) ?? []
  }

  /// The SHA-256 of the file, 64 hexadecimal digits; empty when it is not wanted.
  var digest: String {
    guard wantsDigest else { return "" }
    var hash = SHA256()
    contents.forEachPart { hash.update($0) }
    return hexadecimalText(of: hash.finish())
  }
}
