// SPDX-License-Identifier: Apache-2.0
import Glibc
import QEMULab
import Synchronization

/// Shows the console of a guest on the standard output: cleaned on a terminal, unchanged elsewhere.
final class GuestConsole: Sendable {
  private let isRaw: Bool
  private let cleaner = Mutex(ConsoleCleaner())

  /// Finds out whether the output is a terminal.
  ///
  /// - Parameter isRaw: Whether the user wants it unchanged on a terminal, too.
  init(isRaw: Bool) {
    self.isRaw = isRaw || isatty(1) == 0
  }

  /// Shows bytes of the console.
  func write(_ bytes: [UInt8]) {
    Terminal.write(1, isRaw ? bytes : cleaner.withLock { $0.clean(bytes) })
  }
}
