// SPDX-License-Identifier: Apache-2.0

/// How far the kernel keeps even root from changing it.
///
/// Source: Linux 6.1, security/lockdown/lockdown.c.
public enum Lockdown: String, Hashable, Sendable {
  /// Not at all.
  case none
  /// What could change the running kernel is refused, `kexec_load` with it.
  case integrity
  /// What could read the kernel's memory is refused too.
  case confidentiality

  /// Reads `/sys/kernel/security/lockdown`: `[none] integrity confidentiality`.
  ///
  /// - Parameter text: The file. The result is nil when no known word stands in brackets.
  public init?(parsing text: [UInt8]) {
    guard let open = text.firstIndex(of: 0x5b), let close = text.firstIndex(of: 0x5d), open < close
    else { return nil }
    self.init(rawValue: String(decoding: text[(open + 1)..<close], as: UTF8.self))
  }
}
