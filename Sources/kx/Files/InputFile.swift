// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Digests
import Glibc
import LinuxInterface
import PhysicalMemory

/// A file, mapped where that is possible: pages that are not used are not read.
struct InputFile: BootFile {
  let path: String
  private let contents: FileContents
  private let wantsDigest: Bool

  /// The largest file that is accepted.
  static let limit = 1 << 30

  /// Maps a file; `-` is the standard input.
  init(_ path: String, digest: Bool = false) throws(Stop) {
    self.path = path
    wantsDigest = digest
    try Self.checkKind(path)
    do throws(Errno) {
      contents = try LinuxKernel().mapFile(path == "-" ? "/dev/stdin" : path, limit: Self.limit)
    } catch {
      throw Self.failure(path, error)
    }
  }

  /// Refuses to read from a terminal.
  private static func checkKind(_ path: String) throws(Stop) {
    if path == "-", isatty(0) != 0 {
      throw Stop(
        what: "the standard input is a terminal", hint: "name a file, or send one: cat FILE | kx …",
        code: ExitStatus.unreadable)
    }
  }

  /// Refuses the result when a file changed while it was read.
  static func checkUnchanged() throws(Stop) {
    if let stop = changed { throw stop }
  }

  /// The error for a file that changed while it was read; nil when none did.
  static var changed: Stop? {
    LinuxKernel().changedFile().map { path in
      Stop(
        what: "'\(path)' changed while it was read", hint: "try again when no program writes to it",
        code: ExitStatus.unreadable)
    }
  }

  private static func failure(_ path: String, _ error: Errno) -> Stop {
    let reason = unsafe String(cString: strerror(error.rawValue))
    let (what, hint) =
      switch error {
      case .isDirectory: ("is a folder, not a file", folderHint(path))
      case .notSupported:
        (
          "is a device, not a file",
          "name a kernel file; kernels are often /boot/vmlinuz-…"
        )
      case .noSuchAddress: ("is a socket, not a file", missingHint(path))
      case .fileTooLarge:
        (
          "has more than 1 GiB, or 256 MiB from a pipe; more is not read",
          "name the kernel itself, not the disk or image that it lies on"
        )
      case .noSuchFile: ("cannot be opened: " + reason, missingHint(path))
      case .accessDenied, .notPermitted:
        (
          "cannot be opened: " + reason,
          "run as a user who may read it: sudo, or sudo chmod a+r on a copy"
        )
      case .notDirectory:
        ("cannot be opened: " + reason, "one of the folders in the path is a file")
      case .noMemory: ("cannot be read: " + reason, "close other programs, or free memory")
      case .inputOutput:
        ("cannot be read: " + reason, "is the disk or the network it lies on still there?")
      default:
        ("cannot be opened: " + reason, "is the disk or the network it lies on still there?")
      }
    return Stop(what: "'\(path)' " + what, hint: hint, code: ExitStatus.unreadable)
  }

  var span: Span<UInt8> { @_lifetime(borrow self) get { contents.span } }

  /// A copy of all bytes.
  var bytes: [UInt8] { slice(0, contents.count) }

  /// A copy of some bytes; empty when the file does not hold all of them.
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
