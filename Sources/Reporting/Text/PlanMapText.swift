// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The memory map of a plan in characters: every bank of RAM, then the parts in use, to scale. A
/// torn line stands for each omission.
struct PlanMapText {
  private let plan: BootPlan
  private let style: TextStyle
  private let charset: TextCharset
  private let barWidth: Int
  private let overlaps: [MapOverlap]
  private let windows: [PhysicalRange]

  private static let labelWidth = 12

  init(_ plan: BootPlan, _ style: TextStyle, _ width: Int, _ charset: TextCharset) {
    self.plan = plan
    self.style = style
    self.charset = charset
    barWidth = max(width - 2 - Self.labelWidth - 2, 20)
    overlaps = MapOverlap.all(in: plan)
    windows = MapWindows.all(for: [plan])
  }

  /// The letter of a range of the footprint; they repeat after 26.
  static func glyph(ofFootprint index: Int) -> String {
    String(Character(Unicode.Scalar(UInt8(0x61 + index % 26))))
  }

  func render() -> String {
    let ram = plan.machine.memory.ram
    var result =
      style.paint("memory", .heading) + "  " + ram.count.rounded + " of RAM, to scale\n"
    let banks = drawnBanks()
    for (index, bank) in banks.enumerated() {
      if index > 0 { result += torn(banks[index - 1], bank, "without a bank that is drawn") }
      result += bankBar(bank)
    }
    result += smallBanks(banks)
    result += legend(
      [
        (charset.free, .faint, "free", true),
        (charset.used, .normal, "loaded or written", !windows.isEmpty),
        (charset.reserved, .reserved, "reserved", plan.machine.memory.showsReserved),
        (charset.lost, .error, "lost", !overlaps.isEmpty || !plan.unnamedRAM.isEmpty),
      ])
    for (index, window) in windows.enumerated() {
      if index > 0 { result += "\n" + torn(windows[index - 1], window, "left out") }
      result += "\n" + zoom(window)
    }
    if !windows.isEmpty { result += zoomLegend() }
    if !plan.unnamedRAM.isEmpty { result += unnamedLine }
    for overlap in overlaps.prefix(Self.lossLimit) { result += lossLine(overlap) }
    if overlaps.count > Self.lossLimit {
      result += "  ! and " + String(overlaps.count - Self.lossLimit) + " more\n"
    }
    return result
  }

  /// A line with the number of bytes between two ranges that are not drawn.
  private func torn(_ one: PhysicalRange, _ other: PhysicalRange, _ words: String) -> String {
    let between = other.first.rawValue - one.last.rawValue - 1
    guard between > 0 else { return "" }
    let line = charset.torn + " " + ByteCount(between).rounded + " " + words + " " + charset.torn
    return "  " + style.paint(line, .faint) + "\n"
  }

  // MARK: Banks

  private static let bankLimit = 16
  private static let lossLimit = 16

  /// The banks in order of address; of too many, the largest.
  private func drawnBanks() -> [PhysicalRange] {
    let ranges = plan.machine.memory.ram.ranges
    guard ranges.count > Self.bankLimit else { return ranges }
    let largest = ranges.inOrder { ($0.count, $1.first) > ($1.count, $0.first) }
    return Array(largest.prefix(Self.bankLimit)).inOrder { $0.first < $1.first }
  }

  /// Names the banks that are not drawn, each with its first and last byte.
  private func smallBanks(_ drawn: [PhysicalRange]) -> String {
    let ranges = plan.machine.memory.ram.ranges
    guard ranges.count > drawn.count else { return "" }
    let small = ranges.filter { !drawn.contains($0) }
    var words = "and " + String(small.count) + " smaller banks:"
    for bank in small.prefix(PlanText.listLimit) { words += " " + bank.description }
    var result = ""
    for line in PrintableText.wrap(words, width: barWidth + Self.labelWidth) {
      result += "  " + line + "\n"
    }
    return result + PlanText.omission(small.count)
  }

  /// Draws a bank; the largest takes the whole width, and the others have the same scale.
  private func bankBar(_ bank: PhysicalRange) -> String {
    let largest = drawnBanks().max { $0.count < $1.count } ?? bank
    let yardstick = MapScale(
      PhysicalRange(start: PhysicalAddress(0), count: largest.count) ?? largest, cells: barWidth)
    let cells = yardstick.cell(of: PhysicalAddress(bank.last.rawValue - bank.first.rawValue)) + 1
    let scale = MapScale(bank, cells: cells)
    var lane = MapLane(cells: cells, background: charset.free)
    let used = MapLane.Mark(letter: charset.used, fill: charset.used, role: .normal)
    for entry in plan.machine.memory.reserved { lane.paint(scale, entry.range, reservedMark) }
    for range in plan.unnamedRAM.ranges { lane.paint(scale, range, lostMark) }
    for entry in plan.footprint { lane.paint(scale, entry.range, used) }
    for segment in plan.segments { lane.paint(scale, segment.range, used) }
    for overlap in overlaps {
      for range in overlap.lost.ranges { lane.paint(scale, range, lostMark) }
    }
    return head(bank, scale) + "  " + lane.text(style, charset) + "\n"
  }

  /// The range of a bar, and the bytes in each character.
  private func head(_ range: PhysicalRange, _ scale: MapScale) -> String {
    let words = "  " + range.description + "  " + range.count.rounded + ", "
    let one = scale.bytesPerCell.rounded
    let line = words + "one character is " + one
    let isLong = line.utf8.count > barWidth + Self.labelWidth + 4
    return (isLong ? words + one + " each" : line) + "\n"
  }

  private var reservedMark: MapLane.Mark {
    MapLane.Mark(letter: charset.reserved, fill: charset.reserved, role: .reserved)
  }
  private var lostMark: MapLane.Mark {
    MapLane.Mark(letter: charset.lost, fill: charset.lost, role: .error)
  }

  // MARK: Windows

  private func zoom(_ window: PhysicalRange) -> String {
    let scale = MapScale(window, cells: barWidth)
    var result = head(window, scale)
    var background = MapLane(cells: barWidth, background: " ")
    let free = MapLane.Mark(letter: charset.free, fill: charset.free, role: .faint, index: -1)
    for bank in plan.machine.memory.ram.ranges { background.paint(scale, bank, free) }
    for range in plan.unnamedRAM.ranges { background.paint(scale, range, lostMark) }
    if plan.machine.memory.reserved.contains(where: { $0.range.overlaps(window) }) {
      var lane = background
      for entry in plan.machine.memory.reserved { lane.paint(scale, entry.range, reservedMark) }
      result += line("reserved", lane)
    }
    var loaded = background
    for (range, mark) in largestFirst(segmentMarks) { loaded.paint(scale, range, mark) }
    for overlap in overlaps {
      for range in overlap.lost.ranges { loaded.paint(scale, range, lostMark) }
    }
    result += line("loaded", loaded)
    for overlap in overlaps.prefix(Self.lossLimit) { result += lossMark(overlap, scale) }
    for phase in [FootprintRange.Phase.decompress, .kernel] {
      let entries = footprintMarks(phase).filter { $0.0.overlaps(window) }
      if entries.isEmpty { continue }
      var lane = background
      for (range, mark) in largestFirst(entries) { lane.paint(scale, range, mark) }
      for overlap in overlaps {
        for range in overlap.lost.ranges { lane.recolour(scale, range, .error) }
      }
      result += line(phase.rawValue, lane)
    }
    return result + thin(scale)
  }

  private var segmentMarks: [(PhysicalRange, MapLane.Mark)] {
    plan.segments.enumerated().map { index, segment in
      let letter = segment.name.glyph
      return (
        segment.range,
        MapLane.Mark(
          letter: letter, name: charset == .ascii ? "" : segment.name.rawValue,
          fill: charset == .ascii ? letter : segment.name.block, role: segment.name.role,
          index: index)
      )
    }
  }

  private func footprintMarks(
    _ phase: FootprintRange.Phase
  ) -> [(PhysicalRange, MapLane.Mark)] {
    var marks: [(PhysicalRange, MapLane.Mark)] = []
    for (index, entry) in plan.footprint.enumerated() where entry.phase == phase {
      let letter = Self.glyph(ofFootprint: index)
      marks.append(
        (
          entry.range,
          MapLane.Mark(
            letter: letter, fill: charset == .ascii ? letter : "▒", role: phase.role, index: index)
        ))
    }
    return marks
  }

  /// Puts small ranges behind large ones, so that they are painted later and stay visible.
  private func largestFirst(
    _ entries: [(PhysicalRange, MapLane.Mark)]
  ) -> [(PhysicalRange, MapLane.Mark)] {
    entries.inOrder { ($0.0.count, $1.0.first) > ($1.0.count, $0.0.first) }
  }

  /// Names ranges that are smaller than the character that shows them.
  private func thin(_ scale: MapScale) -> String {
    var letters: [String] = []
    let all =
      segmentMarks + footprintMarks(.decompress) + footprintMarks(.kernel)
    for (range, mark) in all where range.overlaps(scale.range) && range.count < scale.bytesPerCell {
      if !letters.contains(mark.letter) { letters.append(mark.letter) }
    }
    guard !letters.isEmpty else { return "" }
    let words = "not to scale, less than a character: " + letters.joined(separator: " ")
    var result = ""
    for line in PrintableText.wrap(words, width: barWidth + Self.labelWidth - 2) {
      result += "  " + style.paint(line, .faint) + "\n"
    }
    return result
  }

  private func line(_ label: String, _ lane: MapLane) -> String {
    "  " + label + spaces(Self.labelWidth - label.utf8.count - 1) + lane.text(style, charset)
      + "\n"
  }

  // MARK: Losses

  /// Writes beside an overlap how many bytes are lost there, and whose.
  private func lossMark(_ overlap: MapOverlap, _ scale: MapScale) -> String {
    var marks = [String](repeating: " ", count: barWidth)
    var last = 0
    var first = barWidth
    let lost = overlap.lost.intersection(scale.range)
    for range in lost.ranges {
      let cells = scale.cells(of: range)
      for cell in cells { marks[cell] = charset == .ascii ? "^" : "▔" }
      first = min(first, cells.lowerBound)
      last = max(last, cells.upperBound)
    }
    guard !lost.isEmpty else { return "" }
    let words = PrintableText.clean(
      lost.count.description + " of " + overlap.victim, limit: max(barWidth - 8, 12))
    let needed = words.unicodeScalars.count + 1
    let lead = "  lost" + spaces(Self.labelWidth - 4)
    let drawn = marks[..<last].joined()
    if last + needed <= barWidth {
      return lead + style.paint(drawn + " " + words, .error) + "\n"
    }
    if first >= needed {
      let rest = marks[first..<last].joined()
      return lead + spaces(first - needed) + style.paint(words + " " + rest, .error) + "\n"
    }
    return lead + style.paint(drawn, .error) + "\n" + spaces(lead.utf8.count)
      + style.paint(words, .error) + "\n"
  }

  /// Names RAM that is lost because the new kernel never learns of it.
  private var unnamedLine: String {
    lossLine(
      plan.unnamedRAM.count.description + " of RAM are lost at " + Self.words(plan.unnamedRAM)
        + ": the DTB does not name them")
  }

  private static func words(_ lost: RangeSet) -> String {
    lost.ranges.prefix(3).map { $0.description }.joined(separator: ", ")
      + (lost.ranges.count > 3 ? ", ..." : "")
  }

  private func lossLine(_ overlap: MapOverlap) -> String {
    var writers = overlap.writers.prefix(4).joined(separator: ", ")
    if overlap.writers.count > 4 {
      writers += " and " + String(overlap.writers.count - 4) + " more"
    }
    return lossLine(
      PrintableText.clean(overlap.victim) + " loses " + overlap.lost.count.description + " at "
        + Self.words(overlap.lost) + " to " + PrintableText.clean(writers))
  }

  private func lossLine(_ text: String) -> String {
    var result = ""
    for (index, line) in PrintableText.wrap(text, width: barWidth + Self.labelWidth - 2)
      .enumerated()
    {
      result += (index == 0 ? "  ! " : "    ") + style.paint(line, .error) + "\n"
    }
    return result
  }

  // MARK: Legend

  private func legend(_ entries: [(String, TextStyle.Role, String, Bool)]) -> String {
    var result = ""
    var length = 0
    for entry in entries where entry.3 {
      let needed = entry.0.unicodeScalars.count + 1 + entry.2.utf8.count
      if length > 0, length + 3 + needed > barWidth + Self.labelWidth {
        result += "\n"
        length = 0
      }
      result += length == 0 ? "  " : "   "
      result += style.paint(entry.0, entry.1) + " " + entry.2
      length += (length == 0 ? 2 : 3) + needed
    }
    return result + "\n"
  }

  private func zoomLegend() -> String {
    var seen: [PlannedSegment.Name] = []
    for segment in plan.segments where !seen.contains(segment.name) { seen.append(segment.name) }
    var entries: [(String, TextStyle.Role, String, Bool)] = []
    for name in seen {
      let sign = name.glyph + (charset == .ascii ? "" : name.block)
      entries.append((sign, name.role, name.rawValue, true))
    }
    let letters =
      plan.footprint.count > 1
      ? "a-" + Self.glyph(ofFootprint: min(plan.footprint.count, 26) - 1) : "a"
    entries.append((letters, .normal, "written, as listed", !plan.footprint.isEmpty))
    entries.append(
      (charset.lost, .error, "lost", !overlaps.isEmpty || !plan.unnamedRAM.isEmpty))
    return legend(entries)
  }
}

extension PlannedSegment.Name {
  /// The fill of a segment in block elements.
  fileprivate var block: String {
    switch self {
    case .kernel: "█"
    case .initrd: "▓"
    case .dtb, .atags, .trampoline: "░"
    }
  }
}
