// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Writes SVG elements; every length is in tenths of a pixel, so that no fraction is ever rounded.
///
/// Source: Scalable Vector Graphics (SVG) 1.1, second edition.
struct SVGWriter {
  private(set) var body = ""

  /// How a text is set.
  enum Font {
    case sans, bold, mono
  }

  /// Which point of a text its x names.
  enum Anchor: String {
    case start, middle, end
  }

  mutating func rectangle(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, fill: String, opacity: Int = 100,
    stroke: String? = nil, radius: Int = 0
  ) {
    body += "<rect x=\"" + Self.pixels(x) + "\" y=\"" + Self.pixels(y) + "\" width=\""
    body += Self.pixels(width) + "\" height=\"" + Self.pixels(height) + "\""
    if radius > 0 { body += " rx=\"" + Self.pixels(radius) + "\"" }
    paint(fill, opacity)
    if let stroke { body += " stroke=\"" + stroke + "\" stroke-width=\"1\"" }
    body += "/>\n"
  }

  mutating func polygon(_ points: [(Int, Int)], fill: String, opacity: Int = 100) {
    body += "<polygon points=\""
    appendPoints(points)
    paint(fill, opacity)
    body += "/>\n"
  }

  mutating func line(_ points: [(Int, Int)], stroke: String) {
    body += "<polyline points=\""
    appendPoints(points)
    body += " fill=\"none\" stroke=\"" + stroke + "\" stroke-width=\"1\"/>\n"
  }

  mutating func text(
    _ x: Int, _ y: Int, _ text: String, size: Int = 120, font: Font = .sans,
    anchor: Anchor = .start, fill: String = "#22272e"
  ) {
    body += "<text x=\"" + Self.pixels(x) + "\" y=\"" + Self.pixels(y) + "\" font-size=\""
    body += Self.pixels(size) + "\""
    switch font {
    case .sans: break
    case .bold: body += " font-weight=\"bold\""
    case .mono: body += " font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\""
    }
    if anchor != .start { body += " text-anchor=\"" + anchor.rawValue + "\"" }
    body += " fill=\"" + fill + "\">" + Self.escape(text) + "</text>\n"
  }

  /// Gives the whole picture.
  func document(width: Int, height: Int, title: String) -> String {
    let size = Self.pixels(width) + " " + Self.pixels(height)
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\""
      + Self.pixels(width) + "\" height=\"" + Self.pixels(height) + "\" viewBox=\"0 0 " + size
      + "\" font-family=\"DejaVu Sans, Verdana, Helvetica, Arial, sans-serif\">\n"
      + "<title>" + Self.escape(title) + "</title>\n<defs>\n"
      + Self.hatch("lost", line: "#c81e1e", ground: "#fff", opacity: "0.75", width: "3")
      + Self.hatch("reserved", line: "#8a8f98", ground: "#fff", opacity: "1", width: "2")
      + "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body + "</svg>\n"
  }

  private static func hatch(
    _ name: String, line: String, ground: String, opacity: String, width: String
  ) -> String {
    "<pattern id=\"" + name + "\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\""
      + " patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" fill=\"" + ground
      + "\" fill-opacity=\"" + opacity + "\"/><rect width=\"" + width
      + "\" height=\"7\" fill=\"" + line + "\"/></pattern>\n"
  }

  private mutating func paint(_ fill: String, _ opacity: Int) {
    body += " fill=\"" + fill + "\""
    if opacity < 100 {
      body += " fill-opacity=\"0." + (opacity < 10 ? "0" : "") + String(opacity) + "\""
    }
  }

  private mutating func appendPoints(_ points: [(Int, Int)]) {
    for (index, point) in points.enumerated() {
      body += (index == 0 ? "" : " ") + Self.pixels(point.0) + "," + Self.pixels(point.1)
    }
    body += "\""
  }

  /// Writes tenths of a pixel as pixels.
  static func pixels(_ tenths: Int) -> String {
    let sign = tenths < 0 ? "-" : ""
    let size = tenths.magnitude
    return sign + String(size / 10) + (size % 10 == 0 ? "" : "." + String(size % 10))
  }

  /// Makes any text fit for XML: markup is escaped, control characters are spelled out.
  ///
  /// Source: XML 1.0, fifth edition, section 2.2 (Char) and 2.4.
  static func escape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in PrintableText.clean(text).unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "\u{fffe}", "\u{ffff}": result.append("\u{fffd}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
