// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Writes SVG elements; every length is in tenths of a pixel, so that no fraction is ever rounded.
///
/// Source: Scalable Vector Graphics (SVG) 1.1, second edition.
struct SVGWriter {
  private(set) var body = ""
  /// Every text in the picture, so that none may overlap another.
  private(set) var texts: [SVGText] = []

  /// Draws a rectangle whose fill is a class of the palette or, beginning with `#`, a pattern.
  mutating func rectangle(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ fill: String, opacity: Int = 100,
    radius: Int = 0
  ) {
    body += "<rect x=\"" + Self.pixels(x) + "\" y=\"" + Self.pixels(y) + "\" width=\""
    body += Self.pixels(width) + "\" height=\"" + Self.pixels(height) + "\""
    if radius > 0 { body += " rx=\"" + Self.pixels(radius) + "\"" }
    paint(fill, opacity)
    body += "/>\n"
  }

  /// Draws the edge of a rectangle.
  mutating func frame(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ line: String) {
    body += "<rect x=\"" + Self.pixels(x) + "\" y=\"" + Self.pixels(y) + "\" width=\""
    body += Self.pixels(width) + "\" height=\"" + Self.pixels(height) + "\" class=\"l" + line
    body += "\"/>\n"
  }

  mutating func polygon(_ points: [(Int, Int)], _ fill: String, opacity: Int = 100) {
    body += "<polygon points=\""
    appendPoints(points)
    paint(fill, opacity)
    body += "/>\n"
  }

  mutating func line(_ points: [(Int, Int)], _ line: String = "rule", width: Int = 10) {
    body += "<polyline points=\""
    appendPoints(points)
    body += " class=\"l" + line + "\""
    if width != 10 { body += " stroke-width=\"" + Self.pixels(width) + "\"" }
    body += "/>\n"
  }

  /// Draws the torn edge that stands for an omission.
  mutating func tear(_ x: Int, _ y: Int, _ width: Int) {
    var points: [(Int, Int)] = []
    var step = 0
    while step * 60 < width {
      points.append((x + step * 60, y + (step % 2 == 0 ? 0 : 50)))
      step += 1
    }
    points.append((x + width, y + (step % 2 == 0 ? 0 : 50)))
    line(points, "f")
  }

  mutating func text(
    _ x: Int, _ y: Int, _ text: String, size: Int = 130, font: SVGText.Font = .sans,
    anchor: SVGText.Anchor = .start, _ ink: String = "ink"
  ) {
    let set = SVGText(x: x, y: y, text: text, size: size, font: font, anchor: anchor)
    guard !text.isEmpty else { return }
    texts.append(set)
    body += "<text x=\"" + Self.pixels(x) + "\" y=\"" + Self.pixels(y) + "\""
    if size != 130 { body += " font-size=\"" + Self.pixels(size) + "\"" }
    var classes = ink == "ink" ? "" : ink
    switch font {
    case .sans: break
    case .bold: classes += classes.isEmpty ? "b" : " b"
    case .mono: classes += classes.isEmpty ? "m" : " m"
    }
    if !classes.isEmpty { body += " class=\"" + classes + "\"" }
    if anchor != .start { body += " text-anchor=\"" + anchor.rawValue + "\"" }
    body += ">" + Self.escape(text) + "</text>\n"
  }

  /// Gives the whole picture.
  func document(
    width: Int, height: Int, title: String, description: String, theme: SVGTheme
  ) -> String {
    let size = Self.pixels(width) + " " + Self.pixels(height)
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\""
      + Self.pixels(width) + "\" height=\"" + Self.pixels(height) + "\" viewBox=\"0 0 " + size
      + "\" role=\"img\" aria-labelledby=\"t d\">\n"
      + "<title id=\"t\">" + Self.escape(title) + "</title>\n<desc id=\"d\">"
      + Self.escape(description) + "</desc>\n<style>\n"
      + "svg{font:13px 'DejaVu Sans',Verdana,Helvetica,Arial,sans-serif}\n"
      + ".b{font-weight:bold}\n.m{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace}\n"
      + SVGPalette.css(theme)
      + "</style>\n<defs>\n" + Self.patterns
      + "</defs>\n<rect width=\"100%\" height=\"100%\" class=\"bg\"/>\n<g class=\"ink\">\n"
      + body + "</g>\n</svg>\n"
  }

  /// The patterns that distinguish fills in print: dots, stripes, and hatching in two directions.
  private static var patterns: String {
    pattern(
      "lost", 8,
      "<rect width=\"8\" height=\"8\" class=\"bg\" fill-opacity=\".8\"/>"
        + "<rect width=\"3.5\" height=\"8\" class=\"bad\"/>", turn: 45)
      + pattern("reserved", 6, "<rect width=\"1.5\" height=\"6\" class=\"f\"/>", turn: -45)
      + pattern(
        "i", 8,
        "<rect width=\"8\" height=\"8\" class=\"i\"/>"
          + "<rect x=\"1\" y=\"1\" width=\"2\" height=\"2\" class=\"is\"/>"
          + "<rect x=\"5\" y=\"5\" width=\"2\" height=\"2\" class=\"is\"/>")
      + pattern(
        "z", 4,
        "<rect width=\"4\" height=\"4\" class=\"z\"/>"
          + "<rect width=\"1.2\" height=\"4\" class=\"zs\"/>")
  }

  private static func pattern(
    _ name: String, _ size: Int, _ content: String, turn: Int = 0
  ) -> String {
    let size = String(size)
    return "<pattern id=\"" + name + "\" width=\"" + size + "\" height=\"" + size
      + "\" patternUnits=\"userSpaceOnUse\""
      + (turn == 0 ? "" : " patternTransform=\"rotate(" + String(turn) + ")\"") + ">" + content
      + "</pattern>\n"
  }

  private mutating func paint(_ fill: String, _ opacity: Int) {
    switch fill {
    case "#lost", "#reserved": body += " fill=\"url(" + fill + ")\""
    // Large shapes get a pattern; small ones have the colour of the class.
    case "i", "z": body += " fill=\"url(#" + fill + ")\""
    default: body += " class=\"" + fill + "\""
    }
    if opacity < 100 {
      body += " opacity=\"." + (opacity < 10 ? "0" : "") + String(opacity) + "\""
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

  /// Makes any text valid in XML: markup is escaped, control characters are spelled out.
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
