// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import Reporting

/// A progress line as text.
struct ProgressLine {
  var title: String
  var done = 0
  /// The number of steps; nil shows a spinner.
  var total: Int?
  var detail = ""
  /// The seconds since the work began.
  var seconds: Double
  /// Whether the terminal shows characters beyond ASCII.
  var isUnicode = true

  private static let barCells = 24

  /// Writes the line, never longer than a width: a line that wraps cannot be erased.
  func text(width: Int, style: TextStyle) -> String {
    let tail = total.map { counted(of: $0) } ?? Self.duration(seconds)
    let head = total == nil ? spinner + " " : ""
    let room = width - head.unicodeScalars.count - tail.unicodeScalars.count - 2
    let name = Self.cut(PrintableText.clean(title), to: max(room, 8))
    var left = room - name.unicodeScalars.count
    guard left >= 0 else { return Self.cut(head + name + "  " + tail, to: width) }
    var text = head + name + "  "
    if let total, left >= Self.barCells + 2 {
      text += bar(of: total, style) + "  "
      left -= Self.barCells + 2
    }
    text += tail
    let more = PrintableText.clean(detail)
    if !more.isEmpty, left >= 12 {
      text += "  " + style.paint(Self.cut(more, to: left - 2), .faint)
    }
    return text
  }

  /// `412 of 10 000  4 %  38 s left`.
  private func counted(of total: Int) -> String {
    let share = total > 0 ? min(Double(done) / Double(total), 1) : 1
    var text = "\(Self.grouped(done)) of \(Self.grouped(total))  \(Int(share * 100)) %"
    // The first steps are too few to estimate the rest.
    if seconds >= 2, share >= 0.02, share < 1 {
      text += "  " + Self.duration(seconds / share - seconds) + " left"
    }
    return text
  }

  private func bar(of total: Int, _ style: TextStyle) -> String {
    let share = total > 0 ? min(Double(done) / Double(total), 1) : 1
    let full = Int(share * Double(Self.barCells))
    let (ink, rest) = isUnicode ? ("\u{2501}", "\u{2500}") : ("#", "-")
    return style.paint(String(repeating: ink, count: full), .note)
      + style.paint(String(repeating: rest, count: Self.barCells - full), .faint)
  }

  private var spinner: String {
    let frames =
      isUnicode
      ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
    return frames[Int(max(seconds, 0) * 10) % frames.count]
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e6).rounded())
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  /// `10000` as `10 000`, like every count of bytes.
  private static func grouped(_ number: Int) -> String {
    String(ByteCount(max(number, 0)).description.dropLast(2))
  }

  private static func cut(_ text: String, to count: Int) -> String {
    guard text.unicodeScalars.count > count else { return text }
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: text.unicodeScalars.prefix(max(count - 3, 0)))
    return String(kept) + "..."
  }
}
