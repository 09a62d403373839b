// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Reporting
import Synchronization

/// What goes on meanwhile: one line on the error stream, from half a second on until it is over.
///
/// Only on a terminal, see ``Terminal/showsProgress``. Any task or thread may tell of it. What the
/// program writes in between stands above the line. Of several at a time the one begun last is shown.
final class Progress: Sendable {
  private let begun = ContinuousClock.now
  private let title: String
  private let total: Int?
  private let number: Int

  /// Begins to tell.
  ///
  /// - Parameters:
  ///   - title: What is done, as `inflating vmlinuz`.
  ///   - total: How many steps there are; nil when nobody knows, which shows a spinner.
  init(_ title: String, of total: Int? = nil) {
    self.title = title
    self.total = total
    number = ProgressScreen.shared.enter()
    guard Terminal.showsProgress else { return }
    ProgressScreen.shared.leaveCleanly()
    // A thread of its own: neither planning on every core nor a call that blocks stops it.
    Self.tick(self, on: DispatchQueue(label: "kx.progress"))
  }

  deinit { ProgressScreen.shared.leave(number) }

  /// Tells that steps were done, and what is at hand now.
  ///
  /// - Parameters:
  ///   - steps: How many.
  ///   - detail: Takes the place of the last detail; nil leaves that.
  func advance(by steps: Int = 1, _ detail: String? = nil) {
    ProgressScreen.shared.advance(number, by: steps, detail)
  }

  /// Takes the line away; nothing more is shown.
  func finish() { ProgressScreen.shared.leave(number) }

  private static func tick(_ progress: Progress, on queue: DispatchQueue) {
    queue.asyncAfter(deadline: .now() + .milliseconds(100)) { [weak progress] in
      guard let progress, progress.draw() else { return }
      tick(progress, on: queue)
    }
  }

  /// Draws the line if it is time; false when it is over.
  private func draw() -> Bool {
    let elapsed = begun.duration(to: .now)
    let seconds = elapsed / .seconds(1)
    return ProgressScreen.shared.draw(number) { [title, total] done, detail in
      guard seconds >= 0.5 else { return nil }
      let line = ProgressLine(
        title: title, done: done, total: total, detail: detail, seconds: seconds,
        isUnicode: Terminal.isUnicode)
      return line.text(width: Terminal.width(of: 2) - 1, style: Terminal.style(for: 2))
    }
  }
}

extension Progress {
  /// Tells of a piece of work as long as it takes.
  static func during<Value, Failure>(
    _ title: String, _ work: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let progress = Progress(title)
    defer { progress.finish() }
    return try work()
  }
}
