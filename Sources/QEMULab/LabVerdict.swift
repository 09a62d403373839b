// SPDX-License-Identifier: Apache-2.0

/// The end of a boot in QEMU.
///
/// Without an expression of the caller, a guest is up in two cases: the lab's initrd prints that it
/// is intact, or an init is reached and no worse verdict comes within ``LabBoot/settle``.
///
/// | verdict | exit code |
/// |---|---|
/// | booted | 0 |
/// | panicked | 10 |
/// | silent | 11 |
/// | uncompression error | 12 |
/// | initrd damaged | 13 |
/// | QEMU exited | 14 |
/// | fault in Ferry | 15 |
/// | Ferry refused | 16 |
public enum LabVerdict: Sendable, Hashable {
  /// The guest is up; the value is the line that shows it.
  case booted(line: String)
  /// The kernel panicked; the value is its line.
  case panicked(line: String)
  /// The time is over; the last line of the console, if there was one.
  case silent(afterSeconds: Double, lastLine: String?)
  /// The decompressor gave up, or the kernel on its initrd; the value is the line.
  case uncompressionError(line: String)
  /// The init is up, but the initrd is not whole: the init finds another content than was packed,
  /// or the kernel could not unpack all of it. The value is the line that shows it.
  case damaged(line: String)
  /// QEMU ended before a verdict; the value is its exit code, or 128 and the number of the signal.
  case exited(code: Int32, lastLine: String?)
  /// Ferry took an exception and stopped.
  case faulted(FerryFault)
  /// Ferry found a problem and stopped before it overwrote anything; the value is its line.
  case refused(line: String)

  /// Whether the guest came up.
  public var isBooted: Bool {
    if case .booted = self { return true }
    return false
  }

  /// The exit code for a program whose work was this boot.
  public var exitCode: Int32 {
    switch self {
    case .booted: 0
    case .panicked: 10
    case .silent: 11
    case .uncompressionError: 12
    case .damaged: 13
    case .exited: 14
    case .faulted: 15
    case .refused: 16
    }
  }
}

extension LabVerdict: CustomStringConvertible {
  /// The verdict in one line.
  public var description: String {
    switch self {
    case .booted(let line): "booted: " + line
    case .panicked(let line): "panicked: " + line
    case .silent(let seconds, let line):
      "silent: no verdict within \(rounded(seconds)) s" + last(line)
    case .uncompressionError(let line): "uncompression error: " + line
    case .damaged(let line): "initrd damaged: " + line
    case .exited(let code, let line): "QEMU exited with code \(code) before a verdict" + last(line)
    case .faulted(let fault): fault.description
    case .refused(let line): "Ferry refused: " + line
    }
  }

  private func last(_ line: String?) -> String {
    line.map { "; last line: " + $0 } ?? "; nothing on the console"
  }

  private func rounded(_ seconds: Double) -> String {
    String((seconds * 10).rounded() / 10)
  }
}
