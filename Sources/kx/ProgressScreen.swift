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
    var isDrawn = false

    /// Takes the line away: back to its begin, erase to its end (ECMA-48, EL).
    mutating func erase() {
      guard isDrawn else { return }
      isDrawn = false
      ProgressScreen.put(2, Array("\r\u{1b}[K".utf8))
    }
  }

  private let state = Mutex(State())

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
      Self.put(2, Array(("\r" + text + "\u{1b}[K").utf8))
      state.isDrawn = true
      return true
    }
  }

  /// Writes bytes, the line of progress out of their way.
  func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    state.withLock { state in
      state.erase()
      Self.put(descriptor, bytes)
    }
  }

  private static func put(_ descriptor: Int32, _ bytes: [UInt8]) {
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
}
