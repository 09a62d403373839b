// SPDX-License-Identifier: Apache-2.0

/// The look of text. The program must know whether there is a terminal that shows colours.
public enum TextStyle: Sendable, Hashable {
  /// Characters only.
  case plain
  /// Colours by escape sequences that every terminal knows (ECMA-48, SGR).
  case ansi

  /// The role of a piece of text, which decides its colour.
  public enum Role: Sendable, Hashable {
    case normal, heading, faint, error, warning, note, good
    case kernel, initrd, parameters, trampoline, reserved, decompressPhase, kernelPhase

    /// The parameters of the escape sequence; empty for ordinary text.
    fileprivate var parameters: String {
      switch self {
      case .normal: ""
      case .heading: "1"
      case .faint, .reserved: "2"
      case .error: "1;31"
      case .warning: "1;33"
      case .note: "36"
      case .good: "32"
      case .kernel: "34"
      case .initrd: "33"
      case .parameters: "32"
      case .trampoline, .decompressPhase: "35"
      case .kernelPhase: "36"
      }
    }
  }

  /// Gives text the look of its role.
  public func paint(_ text: String, _ role: Role) -> String {
    guard self == .ansi, !text.isEmpty, !role.parameters.isEmpty else { return text }
    return "\u{1b}[" + role.parameters + "m" + text + "\u{1b}[0m"
  }
}
