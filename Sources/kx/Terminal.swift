// SPDX-License-Identifier: Apache-2.0
import Glibc
import PhysicalMemory
import Reporting

/// What the program's streams are, and how it writes to them.
enum Terminal {
  /// How wide texts may be: COLUMNS, else what the terminal says; 80 where it does not say, 100
  /// where there is none.
  static var width: Int {
    if let columns = Int(variable("COLUMNS")), columns >= 40 { return min(columns, 200) }
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0 else { return 100 }
    return size.ws_col >= 40 ? min(Int(size.ws_col), 200) : 80
  }

  /// Block elements only on a terminal that shows them; whatever reads a pipe gets ASCII.
  static var charset: TextCharset {
    guard isatty(1) != 0, variable("TERM") != "dumb" else { return .ascii }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map { variable($0) }.first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    return name.hasSuffix("utf-8") || name.hasSuffix("utf8") ? .unicode : .ascii
  }

  /// Colour only on a terminal that can and a user who wants it.
  static func style(for descriptor: Int32) -> TextStyle {
    guard isatty(descriptor) != 0, variable("NO_COLOR").isEmpty, variable("TERM") != "dumb"
    else { return .plain }
    return .ansi
  }

  static func variable(_ name: String) -> String {
    unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
  }

  /// Writes data.
  static func print(_ text: String) { write(1, Array(text.utf8)) }

  /// Writes a message.
  static func say(_ text: String) { write(2, Array((text + "\n").utf8)) }

  static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EINTR || errno == EAGAIN { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  /// Tells an error as every error is told: what, where, what to do.
  static func tell(_ stop: Stop) {
    let style = style(for: 2)
    say(style.paint("error:", .error) + " " + PrintableText.clean(stop.what))
    if !stop.place.isEmpty { say("  at: " + PrintableText.clean(stop.place)) }
    if !stop.hint.isEmpty { say("  hint: " + stop.hint) }
  }
}
