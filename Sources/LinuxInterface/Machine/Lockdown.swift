// SPDX-License-Identifier: Apache-2.0

/// The kernel's lockdown: it keeps even root from changing the kernel.
///
/// Source: Linux 6.1, security/lockdown/lockdown.c.
public enum Lockdown: String, Hashable, Sendable {
  /// Nothing is refused.
  case none
  /// Calls that could change the running kernel are refused, among them `kexec_load`.
  case integrity
  /// Calls that could read the kernel's memory are refused, too.
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
