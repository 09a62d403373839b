// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Reporting
import Synchronization

/// Shows work in progress: one line on the error stream, from half a second on until it ends.
///
/// It is shown only on a terminal, see ``Terminal/showsProgress``. Any task or thread may advance
/// it. Other output is written above the line. Of several at a time, the one begun last is shown.
final class Progress: Sendable {
  private let begun = ContinuousClock.now
  private let title: String
  private let total: Int?
  private let number: Int

  /// Begins the line.
  ///
  /// - Parameters:
  ///   - title: The work, as `inflating vmlinuz`.
  ///   - total: The number of steps; nil when it is unknown, which shows a spinner.
  init(_ title: String, of total: Int? = nil) {
    self.title = title
    self.total = total
    number = ProgressScreen.shared.enter()
    guard Terminal.showsProgress else { return }
    ProgressScreen.shared.leaveCleanly()
    // The timer has its own thread: work on every core or a blocking call does not stop it.
    Self.tick(self, on: DispatchQueue(label: "kx.progress"))
  }

  deinit { ProgressScreen.shared.leave(number) }

  /// Counts steps as done.
  ///
  /// - Parameters:
  ///   - steps: The number of steps.
  ///   - detail: Replaces the last detail; nil keeps it.
  func advance(by steps: Int = 1, _ detail: String? = nil) {
    ProgressScreen.shared.advance(number, by: steps, detail)
  }

  /// Removes the line for good.
  func finish() { ProgressScreen.shared.leave(number) }

  private static func tick(_ progress: Progress, on queue: DispatchQueue) {
    queue.asyncAfter(deadline: .now() + .milliseconds(100)) { [weak progress] in
      guard let progress, progress.draw() else { return }
      tick(progress, on: queue)
    }
  }

  /// Draws the line if it is time; false when the work has ended.
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
  /// Shows progress while a function runs.
  static func during<Value, Failure>(
    _ title: String, _ work: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let progress = Progress(title)
    defer { progress.finish() }
    return try work()
  }
}
