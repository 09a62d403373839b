// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Digests
import Glibc
import PhysicalMemory

/// A file that was read, once and whole.
struct InputFile: BootFile {
  let path: String
  let bytes: [UInt8]
  private let wantsDigest: Bool

  /// The largest file that is read.
  static let limit = 1 << 30

  /// Reads a file; `-` is the standard input.
  init(_ path: String, digest: Bool = false) throws(Stop) {
    self.path = path
    wantsDigest = digest
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be opened") }
    defer { if path != "-" { close(descriptor) } }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw Self.failure(path, "cannot be read")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw Stop(
        what: "'\(path)' is a folder, not a file", hint: Self.folderHint(path),
        code: ExitStatus.unreadable)
    }
    // Source: Documentation/admin-guide/devices.txt: major 1 is memory, zeros, random numbers.
    if status.st_mode & S_IFMT == S_IFCHR, status.st_rdev >> 8 & 0xfff == 1 {
      throw Stop(
        what: "'\(path)' is a device of the kernel, not a file",
        hint: "name a kernel file; kernels are often /boot/vmlinuz-…",
        code: ExitStatus.unreadable)
    }
    if path == "-", isatty(0) != 0 {
      throw Stop(
        what: "the standard input is a terminal", hint: "name a file, or send one: cat FILE | kx …",
        code: ExitStatus.unreadable)
    }
    let expected = Int(clamping: status.st_size)
    guard expected <= Self.limit else {
      throw Stop(
        what: "'\(path)' has \(ByteCount(expected)); files over 1 GiB are not read",
        hint: "name the kernel itself, not the disk or image that it lies on",
        code: ExitStatus.unreadable)
    }
    do throws(Stop) {
      bytes = try Self.read(descriptor, expected: expected, path)
    } catch { throw error }
  }

  /// Reads until the end, which need not be where the file's size says (pipes, /proc).
  private static func read(_ descriptor: Int32, expected: Int, _ path: String) throws(Stop)
    -> [UInt8]
  {
    var all: [UInt8] = []
    var failed = false
    var chunk = max(expected + 1, 1 << 16)
    while true {
      let part = unsafe [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
        unsafe askForLargePages(buffer)
        let got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        failed = got < 0
        count = max(0, got)
      }
      if failed { throw failure(path, "cannot be read") }
      if part.isEmpty { return all }
      if all.isEmpty { all = part } else { all += part }
      guard all.count <= limit else {
        throw Stop(
          what: "'\(path)' has more than 1 GiB",
          hint: "name the kernel itself, not the disk or image that it lies on",
          code: ExitStatus.unreadable)
      }
      chunk = 1 << 20
    }
  }

  /// Large files take more time for page faults than for their bytes.
  private static func askForLargePages(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    guard buffer.count >= 4 << 20, let base = buffer.baseAddress else { return }
    let page = 4096
    let skipped = (page - Int(bitPattern: base) % page) % page
    _ = unsafe madvise(base + skipped, buffer.count - skipped, MADV_HUGEPAGE)
  }

  static func failure(_ path: String, _ what: String) -> Stop {
    let number = errno
    let reason = unsafe String(cString: strerror(number))
    let hint =
      switch number {
      case ENOENT: missingHint(path)
      case EACCES, EPERM: "run as somebody who may read it: sudo, or sudo chmod a+r on a copy"
      case ENOTDIR: "one of the folders in the path is a file"
      default: "is the disk or the network it lies on still there?"
      }
    return Stop(what: "'\(path)' \(what): \(reason)", hint: hint, code: ExitStatus.unreadable)
  }

  var span: Span<UInt8> { @_lifetime(borrow self) get { bytes.span } }

  /// The SHA-256 of the file, 64 hexadecimal digits; empty when it is not wanted.
  var digest: String { wantsDigest ? hexadecimalText(of: SHA256.hash(bytes.span)) : "" }
}
