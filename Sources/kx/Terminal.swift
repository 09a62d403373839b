// SPDX-License-Identifier: Apache-2.0
import Glibc
import PhysicalMemory
import Reporting

/// What the program's streams are, and how it writes to them.
enum Terminal {
  /// How wide texts may be.
  static var width: Int { width(of: 1) }

  /// How wide texts may be on a stream: COLUMNS, else what the terminal says; 80 where it does not
  /// say, 100 where there is none.
  static func width(of descriptor: Int32) -> Int {
    if let columns = Int(variable("COLUMNS")), columns >= 40 { return min(columns, 200) }
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return 100 }
    return size.ws_col >= 40 ? min(Int(size.ws_col), 200) : 80
  }

  /// Block elements only on a terminal that shows them; whatever reads a pipe gets ASCII.
  static var charset: TextCharset {
    isatty(1) != 0 && variable("TERM") != "dumb" && isUnicode ? .unicode : .ascii
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

  /// Tells an error as every error is told: what, where, what to do. An error that comes of a file
  /// that changed while it was read is not the file's.
  static func tell(_ stop: Stop) {
    if stop.what.isEmpty { return }
    let stop = InputFile.changed ?? stop
    let style = style(for: 2)
    say(style.paint("error:", .error) + " " + PrintableText.clean(stop.what))
    if !stop.place.isEmpty { say("  at: " + PrintableText.clean(stop.place)) }
    say("  hint: " + PrintableText.clean(stop.hint))
  }
}
