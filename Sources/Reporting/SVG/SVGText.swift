// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A text in a picture, with the room that it needs.
struct SVGText {
  /// The font of a text.
  enum Font {
    case sans, bold, mono
  }

  /// The point of a text that x refers to.
  enum Anchor: String {
    case start, middle, end
  }

  let x: Int
  /// The baseline.
  let y: Int
  let text: String
  let size: Int
  let font: Font
  let anchor: Anchor

  /// The left edge.
  var left: Int {
    switch anchor {
    case .start: x
    case .middle: x - width / 2
    case .end: x - width
    }
  }
  var width: Int { Self.width(text, size: size, font) }
  var right: Int { left + width }
  var top: Int { y - size * 8 / 10 }
  var bottom: Int { y + size * 2 / 10 }

  /// Whether two texts overlap.
  func overlaps(_ other: Self) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }

  /// The largest width of a text, in the unit of its size.
  ///
  /// The advances are DejaVu Sans', rounded up by classes; Verdana and Arial are no wider.
  static func width(_ text: String, size: Int, _ font: Font) -> Int {
    var thousandths = 0
    for scalar in text.unicodeScalars { thousandths += advance(scalar, font) }
    return (thousandths * size + 999) / 1000
  }

  /// Cuts a text to a width.
  static func fit(_ text: String, _ width: Int, size: Int, _ font: Font = .sans) -> String {
    let clean = PrintableText.clean(text)
    guard Self.width(clean, size: size, font) > width else { return clean }
    let room = width - Self.width("...", size: size, font)
    var used = 0
    var result = String.UnicodeScalarView()
    for scalar in clean.unicodeScalars {
      used += (advance(scalar, font) * size + 999) / 1000
      if used > room { break }
      result.append(scalar)
    }
    return String(result) + "..."
  }

  private static func advance(_ scalar: Unicode.Scalar, _ font: Font) -> Int {
    guard scalar.isASCII else { return 1000 }
    if font == .mono { return 603 }
    let regular: Int
    switch scalar {
    case " ", ".", ",", ":", ";", "'", "|", "/", "i", "j", "l", "\\": regular = 340
    case "f", "t", "r", "(", ")", "[", "]", "-", "!": regular = 415
    case "m", "w", "M", "W", "@", "%", "&", "#", "+", "=", "<", ">", "~", "^": regular = 1000
    case "A"..."Z": regular = 790
    default: regular = 640
    }
    return font == .bold ? regular * 113 / 100 : regular
  }
}
