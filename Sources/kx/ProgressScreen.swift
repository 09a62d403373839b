// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The one line of the terminal on which progress is shown, and whose it is.
///
/// Whatever else the program writes goes through ``write(_:_:)``, so that the line is never in the
/// middle of other text.
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
    /// The line that is drawn; empty when none is.
    var line = ""
    var outputFailure: Int32?

    /// Takes the line away: back to its begin, erase to its end (ECMA-48, EL).
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

  /// What made the first part of the output get lost, an error number; nil while nothing has.
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

  /// Draws the line of an entry if it is the last one begun.
  ///
  /// - Returns: Whether the entry still is one.
  func draw(_ number: Int, _ text: (_ done: Int, _ detail: String) -> String?) -> Bool {
    state.withLock { state in
      guard let entry = state.entries.first(where: { $0.number == number }) else { return false }
      guard entry.number == state.entries.last?.number, let text = text(entry.done, entry.detail)
      else { return true }
      state.draw(text)
      return true
    }
  }

  /// Writes bytes, the line of progress out of their way if they go to a terminal, too. Below whole
  /// lines of data it stands again at once, so that many of them do not hide it.
  func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    state.withLock { state in
      let line = state.line
      if descriptor == 2 || isatty(descriptor) != 0 { state.erase() }
      let failure = Self.put(descriptor, bytes)
      if descriptor == 1, state.outputFailure == nil { state.outputFailure = failure }
      if descriptor == 1, state.line != line, bytes.last == UInt8(ascii: "\n") { state.draw(line) }
    }
  }

  /// Takes the line away when a signal ends the program: ^C, a hangup, a reader of the output that
  /// has gone. Then the signal does what it does without this.
  func leaveCleanly() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
      // The line is where the cursor is, if there is one: only calls that a signal allows.
      let old = signal(number) { number in
        let bytes: StaticString = "\r\u{1b}[K"
        _ = unsafe Glibc.write(2, bytes.utf8Start, bytes.utf8CodeUnitCount)
        _ = signal(number, SIG_DFL)
        raise(number)
      }
      // Whoever started this program may have had it pass over a signal.
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
