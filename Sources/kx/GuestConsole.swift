// SPDX-License-Identifier: Apache-2.0
import Glibc
import QEMULab
import Synchronization

/// The console of a guest on the standard output: cleaned on a terminal, as it comes elsewhere.
final class GuestConsole: Sendable {
  private let isRaw: Bool
  private let cleaner = Mutex(ConsoleCleaner())

  /// Looks where the output goes.
  ///
  /// - Parameter isRaw: Whether the user wants all of it on a terminal, too.
  init(isRaw: Bool) {
    self.isRaw = isRaw || isatty(1) == 0
  }

  /// Shows what came.
  func write(_ bytes: [UInt8]) {
    Terminal.write(1, isRaw ? bytes : cleaner.withLock { $0.clean(bytes) })
  }
}
