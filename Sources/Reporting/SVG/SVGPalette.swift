// SPDX-License-Identifier: Apache-2.0
import BootPlanning

/// The colours of a picture as classes of its style sheet.
///
/// A search found the fills with the largest distance between any two of them, also for eyes
/// without one kind of cone; a test checks this. Print may have no colours at all: so all large
/// areas have letters, and some have patterns.
enum SVGPalette {
  /// A class with its colour on white and on near black.
  struct Ink: Sendable {
    let name: String
    let light: String
    let dark: String
  }

  /// The fills, which must be distinguishable by colour.
  static var fills: [Ink] {
    [
      Ink(name: "k", light: "#0a34d4", dark: "#789df5"),
      Ink(name: "i", light: "#e98a1e", dark: "#f7db52"),
      Ink(name: "d", light: "#0e8e59", dark: "#33d087"),
      Ink(name: "a", light: "#53cbf4", dark: "#affeda"),
      Ink(name: "t", light: "#b76b9e", dark: "#da95b5"),
      Ink(name: "z", light: "#8c5dc8", dark: "#7e5ae8"),
      Ink(name: "s", light: "#3c394c", dark: "#966da8"),
      Ink(name: "bad", light: "#ab001a", dark: "#fd5c54"),
    ]
  }

  /// Backgrounds, lines and letters.
  static var rest: [Ink] {
    [
      Ink(name: "bg", light: "#ffffff", dark: "#0d1117"),
      // The colours of dots and stripes on fills, different from the letters on them.
      Ink(name: "is", light: "#f9cf94", dark: "#fff6c4"),
      Ink(name: "zs", light: "#66399f", dark: "#a78df3"),
      Ink(name: "ram", light: "#eef1f5", dark: "#1d242e"),
      Ink(name: "lens", light: "#dde3ec", dark: "#262f3b"),
      Ink(name: "rule", light: "#a3acb8", dark: "#566172"),
      Ink(name: "ink", light: "#1f242b", dark: "#e6edf3"),
      Ink(name: "f", light: "#566070", dark: "#9da7b3"),
      Ink(name: "good", light: "#116329", dark: "#4ac26b"),
      // Letters on dark and on bright fills.
      Ink(name: "o", light: "#ffffff", dark: "#0d1117"),
      Ink(name: "p", light: "#1f242b", dark: "#0d1117"),
    ]
  }

  static func fill(_ name: PlannedSegment.Name) -> String {
    switch name {
    case .kernel: "k"
    case .initrd: "i"
    case .dtb: "d"
    case .atags: "a"
    case .trampoline: "t"
    }
  }

  static func fill(_ phase: FootprintRange.Phase) -> String {
    switch phase {
    case .decompress: "z"
    case .kernel: "s"
    }
  }

  /// The class of letters on a fill.
  static func letter(on fill: String) -> String {
    fill == "i" || fill == "a" || fill == "t" ? "p" : "o"
  }

  static func words(_ phase: FootprintRange.Phase) -> String {
    switch phase {
    case .decompress: "decompressor"
    case .kernel: "kernel"
    }
  }

  /// The style sheet.
  static func css(_ theme: SVGTheme) -> String {
    switch theme {
    case .light: return rules(dark: false)
    case .dark: return rules(dark: true)
    case .auto:
      return rules(dark: false) + "@media (prefers-color-scheme:dark){\n" + rules(dark: true)
        + "}\n"
    }
  }

  private static func rules(dark: Bool) -> String {
    var result = ""
    for ink in fills + rest {
      result += "." + ink.name + "{fill:" + (dark ? ink.dark : ink.light) + "}\n"
    }
    for ink in rest where ink.name == "rule" || ink.name == "f" || ink.name == "o" {
      result += ".l" + ink.name + "{fill:none;stroke:" + (dark ? ink.dark : ink.light) + "}\n"
    }
    if let bad = fills.last {
      result += ".lbad{fill:none;stroke:" + (dark ? bad.dark : bad.light) + "}\n"
    }
    return result
  }
}
