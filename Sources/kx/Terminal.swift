// SPDX-License-Identifier: Apache-2.0
import Glibc
import PhysicalMemory
import Reporting

/// The streams of the program: their kinds, and functions to write to them.
enum Terminal {
  /// The width of texts.
  static var width: Int { width(of: 1) }

  /// The width of texts on a stream: COLUMNS, else the terminal's own; 80 where the terminal does
  /// not report one, 100 without a terminal.
  static func width(of descriptor: Int32) -> Int {
    if let columns = Int(variable("COLUMNS")), columns >= 40 { return min(columns, 200) }
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return 100 }
    return size.ws_col >= 40 ? min(Int(size.ws_col), 200) : 80
  }

  /// The characters of diagrams: block elements on a terminal that shows them, ASCII in a pipe.
  static var charset: TextCharset {
    isatty(1) != 0 && variable("TERM") != "dumb" && isUnicode ? .unicode : .ascii
  }

  /// Whether progress is shown: on a terminal that can erase a line, unless a build service runs
  /// the program. Build services (GitHub, GitLab, Travis and others) set CI.
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

  /// The style of a stream: colour only on a terminal that can, for a user who wants it.
  static func style(for descriptor: Int32) -> TextStyle {
    guard isatty(descriptor) != 0, variable("NO_COLOR").isEmpty, variable("TERM") != "dumb"
    else { return .plain }
    return .ansi
  }

  static func variable(_ name: String) -> String {
    unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
  }

  /// Writes text to the standard output.
  static func print(_ text: String) { write(1, Array(text.utf8)) }

  /// Writes a line to the error stream.
  static func say(_ text: String) { write(2, Array((text + "\n").utf8)) }

  /// Writes bytes; a line of progress is removed first.
  static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    ProgressScreen.shared.write(descriptor, bytes)
  }

  /// Prints an error: what, where, what to do. If a file changed while it was read, the error names
  /// that instead.
  static func tell(_ stop: Stop) {
    if stop.what.isEmpty { return }
    let stop = InputFile.changed ?? stop
    let style = style(for: 2)
    say(style.paint("error:", .error) + " " + PrintableText.clean(stop.what))
    if !stop.place.isEmpty { say("  at: " + PrintableText.clean(stop.place)) }
    say("  hint: " + PrintableText.clean(stop.hint))
  }
}
