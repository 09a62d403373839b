// SPDX-License-Identifier: Apache-2.0

/// The background of a picture.
public enum SVGTheme: String, Sendable, Hashable, CaseIterable {
  /// The preference of the reader's program; light without one (and on paper).
  case auto
  /// Dark on white.
  case light
  /// Light on near black.
  case dark
}
