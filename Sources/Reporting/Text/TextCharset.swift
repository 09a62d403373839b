// SPDX-License-Identifier: Apache-2.0

/// The characters that a map may be drawn with. Their meaning does not depend on the choice.
public enum TextCharset: Sendable, Hashable {
  /// Letters and signs of ASCII.
  case ascii
  /// Block elements and lines, too (Unicode 1.1, U+2500 to U+259F).
  case unicode

  var edge: (left: String, right: String) { self == .ascii ? ("[", "]") : ("│", "│") }
  var free: String { self == .ascii ? "." : "·" }
  var used: String { self == .ascii ? "#" : "█" }
  var reserved: String { self == .ascii ? "r" : "╱" }
  var lost: String { self == .ascii ? "!" : "╳" }
  var torn: String { self == .ascii ? "~~~" : "╌╌╌" }
}
