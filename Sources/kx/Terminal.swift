// SPDX-License-Identifier: Apache-2.0
import Glibc
import PhysicalMemory
import Reporting

/// What the program's streams are, and how it writes to them.
enum Terminal {
  /// How wide texts may be.
  static var width: Int { width(of: 1) }

  /// How wide texts may be on a stream.
  static func width(of descriptor: Int32) -> Int {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else {
      return 100
    }
    return min(Int(size.ws_col), 160)
  }

  /// Whether progress is shown: on a terminal that can erase a line, and that somebody looks at.
  /// CI is what build services set (GitHub, GitLab, Travis and others).
  static var showsProgress: Bool {
    isatty(2) != 0 && !["", "dumb"].contains(variable("TERM"))
      && ["", "false", "0"].contains(variable("CI"))
  }

  /// Whether the locale's characters go beyond ASCII. Source: locale(7), the order of the variables.
  static var isUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map { variable($0) }.first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
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

  /// Writes bytes; a line of progress makes room for them.
  static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    ProgressScreen.shared.write(descriptor, bytes)
  }

  /// Tells an error as every error is told: what, where, what to do.
  static func tell(_ stop: Stop) {
    let style = style(for: 2)
    say(style.paint("error:", .error) + " " + PrintableText.clean(stop.what))
    if !stop.place.isEmpty { say("  at: " + PrintableText.clean(stop.place)) }
    if !stop.hint.isEmpty { say("  hint: " + stop.hint) }
  }
}
