// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The one line of the terminal that shows progress, and the work that owns it.
///
/// The program's other output goes through ``write(_:_:)``, so that the line is never in the middle
/// of other text.
final class ProgressScreen: Sendable {
  static let shared = ProgressScreen()

  private struct Entry {
    let number: Int
    var done = 0
    var detail = ""
  }

  private struct State {
    var entries: [Entry] = []
    var last = 0
    /// The text of the drawn line; empty when none is drawn.
    var line = ""
    var outputFailure: Int32?

    /// Removes the line: moves to its begin and erases to its end (ECMA-48, EL).
    mutating func erase() {
      guard !line.isEmpty else { return }
      line = ""
      ProgressScreen.put(2, Array("\r\u{1b}[K".utf8))
    }

    mutating func draw(_ text: String) {
      line = text
      ProgressScreen.put(2, Array(("\r" + text + "\u{1b}[K").utf8))
    }
  }

  private let state = Mutex(State())

  /// The error number of the first output that was lost; nil while none was.
  var outputFailure: Int32? { state.withLock { $0.outputFailure } }

  func enter() -> Int {
    state.withLock { state in
      state.last += 1
      state.entries.append(Entry(number: state.last))
      return state.last
    }
  }

  func leave(_ number: Int) {
    state.withLock { state in
      guard let index = state.entries.firstIndex(where: { $0.number == number }) else { return }
      state.entries.remove(at: index)
      state.erase()
    }
  }

  func advance(_ number: Int, by steps: Int, _ detail: String?) {
    state.withLock { state in
      guard let index = state.entries.firstIndex(where: { $0.number == number }) else { return }
      state.entries[index].done += steps
      if let detail { state.entries[index].detail = detail }
    }
  }

  /// Draws the line of a piece of work if it is the one begun last.
  ///
  /// - Returns: Whether the piece of work is still going on.
  func draw(_ number: Int, _ text: (_ done: Int, _ detail: String) -> String?) -> Bool {
    state.withLock { state in
      guard let entry = state.entries.first(where: { $0.number == number }) else { return false }
      guard entry.number == state.entries.last?.number, let text = text(entry.done, entry.detail)
      else { return true }
      state.draw(text)
      return true
    }
  }

  /// Writes bytes. If they go to a terminal, the line of progress is removed first. It is drawn
  /// again at once below whole lines of data, so that a stream of them does not hide it.
  func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    state.withLock { state in
      let line = state.line
      if descriptor == 2 || isatty(descriptor) != 0 { state.erase() }
      let failure = Self.put(descriptor, bytes)
      if descriptor == 1, state.outputFailure == nil { state.outputFailure = failure }
      if descriptor == 1, state.line != line, bytes.last == UInt8(ascii: "\n") { state.draw(line) }
    }
  }

  /// Removes the line when a signal ends the program: ^C, a hangup, or a reader of the output that
  /// has gone. The signal then has its default effect.
  func leaveCleanly() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
      // If there is a line, the cursor is on it. A signal handler may call only few functions.
      let old = signal(number) { number in
        let bytes: StaticString = "\r\u{1b}[K"
        _ = unsafe Glibc.write(2, bytes.utf8Start, bytes.utf8CodeUnitCount)
        _ = signal(number, SIG_DFL)
        raise(number)
      }
      // The process that started this program may have set a signal to be ignored.
      if unsafe unsafeBitCast(old, to: Int.self) == 1 { _ = signal(number, SIG_IGN) }
    }
  }

  @discardableResult
  private static func put(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EINTR || errno == EAGAIN { continue }
      guard written > 0 else { return written < 0 ? errno : EIO }
      rest = rest.dropFirst(written)
    }
    return nil
  }
}
