// SPDX-License-Identifier: Apache-2.0

/// On what ground a picture is drawn.
public enum SVGTheme: String, Sendable, Hashable, CaseIterable {
  /// As the reader's program prefers; light where it does not say (and on paper).
  case auto
  /// Dark on white.
  case light
  /// Light on near black.
  case dark
}
