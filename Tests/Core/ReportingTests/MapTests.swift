// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import PhysicalMemory
import SeededRandom
import Testing

@testable import Reporting

@Suite("Maps of any plan")
struct MapTests {
  /// All ranges of a plan as they stand in text.
  private func ranges(_ plan: BootPlan) -> [String] {
    plan.segments.map { $0.range.description } + plan.footprint.map { $0.range.description }
      + plan.machine.memory.reserved.map { $0.range.description }
      + plan.machine.memory.ram.ranges.map { $0.description }
  }

  /// The ranges of a plan that a text does not have.
  private func missing(_ plan: BootPlan, from text: String) -> [String] {
    let words = Set(
      text.utf8.split { !($0 >= 0x61 && $0 <= 0x78 || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2d) }
        .map { String(decoding: Array($0), as: UTF8.self) })
    return ranges(plan).filter { !words.contains($0) }
  }

  /// Tells what is wrong with the texts of a picture; nil when each has its own place inside it.
  private func fault(_ plans: [BootPlan]) -> String? {
    let saved = plans.map { $0 }
    guard let last = saved.last else { return nil }
    let (writer, height) = PlanSVG.layout(last, saved.map { DrawablePlan($0) })
    let width = plans.count == 1 ? 5880 : 11760
    var open: [SVGText] = []
    for text in writer.texts.sorted(by: { $0.top < $1.top }) {
      guard text.left >= 0, text.right <= width, text.top >= 0, text.bottom <= height else {
        return "outside: \(text)"
      }
      open.removeAll { $0.bottom <= text.top }
      if let other = open.first(where: { $0.overlaps(text) }) {
        return "\(text)\nstands on\n\(other)"
      }
      open.append(text)
    }
    return nil
  }

  @Test("Every range of a random plan stands in both maps, and no text stands on another")
  func randomPlans() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<150 {
      let plan = RandomPlan.make(&random)
      let picture = PlanSVG.draw(plan)
      let text = PlanComparison.render(plan, width: 60 + random.below(150), charset: .unicode)
      #expect(missing(plan, from: picture) == [], "seed \(seed)")
      #expect(missing(plan, from: text) == [], "seed \(seed)")
      #expect(fault([plan]) == nil, "seed \(seed)")
      #expect(fault([RandomPlan.make(&random), plan]) == nil, "seed \(seed)")
    }
  }

  @Test("RAM that the DTB does not name is drawn as lost, in text and picture, and listed")
  func unnamedRAM() {
    var plan = PlanSamples.exact
    let lost = PlanSamples.range(0x5000_0000, 0x6000_0000)
    plan.unnamedRAM = RangeSet(lost)
    let text = PlanText.render(plan, width: 100)
    let bar = text.split(separator: "\n").first { $0.contains("[") } ?? ""
    let cells = bar.filter { "#.!".contains($0) }
    #expect(cells.count { $0 == "!" } * 2 == cells.count, "\(bar)")
    #expect(cells.last == "!" && text.contains("! lost"))
    #expect(text.contains("! 268 435 456 B of RAM are lost at \(lost)"), "\(text)")
    #expect(!PlanText.render(PlanSamples.exact, width: 100).contains("lost"))
    let picture = PlanSVG.draw(plan)
    #expect(picture.contains("#lost") && picture.contains("RAM that the DTB does not name"))
    #expect(picture.contains(lost.description) && fault([plan]) == nil)
    #expect(!PlanSVG.draw(PlanSamples.exact).contains("RAM that the DTB does not name"))
  }

  @Test("So it is at the edges of what can be drawn", arguments: EdgePlans.all)
  func edges(name: String, plan: BootPlan) {
    let picture = PlanSVG.draw(plan)
    let text = PlanText.render(plan, width: 80, charset: .unicode)
    let memory = plan.machine.memory
    let tooMany = [memory.ram.ranges.count, memory.reserved.count].map { max($0 - 256, 0) }
    #expect(missing(plan, from: picture).count == tooMany[0] + tooMany[1])
    #expect(missing(plan, from: text) == [])
    #expect(!picture.contains("=\"-"))
    #expect(fault([plan]) == nil)
    #expect(fault([plan, PlanSamples.exact]) == nil)
  }

  @Test("Of a thousand banks the largest 256 are drawn; list, bar and description say so")
  func manyBanks() {
    let plan = EdgePlans.manyBanks
    let picture = PlanSVG.draw(plan)
    let ranges = plan.machine.memory.ram.ranges
    let used = RangeSet(plan.segments.map { $0.range } + plan.footprint.map { $0.range })
    let absent = missing(plan, from: picture)
    let hidden = ranges.filter { absent.contains($0.description) }
    let drawn = ranges.filter { !absent.contains($0.description) }
    #expect(drawn.count == 256 && hidden.count == 744)
    #expect(ranges.filter { used.overlaps($0) }.allSatisfy { drawn.contains($0) })
    let smallest = drawn.filter { !used.overlaps($0) }.map { $0.count }.min()
    #expect(hidden.allSatisfy { $0.count <= smallest ?? .zero })
    #expect(picture.contains(">256 of 1000 banks<"))
    #expect(picture.contains(">of 1000 banks of RAM, 744 small or unused ones are left out<"))
    #expect(picture.contains(" Of 1000 banks of RAM, 744 small or unused ones are left out."))
    #expect(picture.contains(">\(plan.machine.memory.ram.count.rounded) of RAM<"))
    #expect(!PlanSVG.draw(PlanSamples.exact).contains("ones are left out"))
  }

  @Test("A text lists 4096 small banks and 4096 reservations, and says how many more there are")
  func listLimit() {
    var plan = PlanSamples.exact
    var ram = RangeSet()
    var reserved: [ReservedRange] = []
    for index in 0..<5000 as Range<UInt64> {
      let start = 0x4000_0000 + index * 0x4000
      ram.insert(PlanSamples.range(start, start + 0x3000))
      reserved.append(ReservedRange(PlanSamples.range(start, start + 0x1000), why: "r"))
    }
    plan.machine.memory = MemoryMap(ram: ram, reserved: reserved)
    let text = PlanText.render(plan, width: 100)
    #expect(text.contains("and 4984 smaller banks: 0x"))
    #expect(text.contains("\n  and 888 more: --json has all\n"))
    #expect(text.contains("\n  and 904 more: --json has all\n"))
    #expect(text.split(separator: "\n").filter { $0.hasSuffix("  r") }.count == 4096)
  }

  @Test("A loss is drawn and said however small its reservation is among a thousand")
  func manyReservations() {
    let plan = EdgePlans.manyReservations
    let picture = PlanSVG.draw(plan)
    #expect(picture.contains(">tiny: 16 B are overwritten<"))
    #expect(picture.contains(">0x40300000-0x4030000f<"))
    #expect(
      picture.contains(
        ">of 1000 reservations, 744 small or untouched ones are left out, 6.9 MiB in all<"))
    let losses = PlanSVG.draw(EdgePlans.thousandLosses)
    #expect(losses.contains(">of 1000 losses, 744 are left out<"))
    #expect(losses.contains(": 4 096 B are overwritten, and more."))
  }

  @Test("An XML parser takes the pictures of the edges, of every theme")
  func wellFormed() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maps-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var paths: [String] = []
    for (_, plan) in EdgePlans.all {
      let file = folder.appendingPathComponent("\(paths.count).svg")
      let theme = SVGTheme.allCases[paths.count % SVGTheme.allCases.count]
      try Data(PlanSVG.draw(plan, theme: theme).utf8).write(to: file)
      paths.append(file.path)
    }
    let program = """
      import sys, xml.etree.ElementTree as tree
      for path in sys.argv[1:]: tree.parse(path)
      print("ok")
      """
    #expect(try Golden.python(program, paths) == "ok\n")
  }

  @Test("What is drawn larger than it is says so, and what is left out, too")
  func truthfulness() {
    let picture = PlanSVG.draw(EdgePlans.tiny)
    #expect(picture.contains(">dtb" + PlanLists.mark + "<"))
    #expect(!picture.contains(">kernel" + PlanLists.mark + "<"))
    #expect(picture.contains("left out<"))
    #expect(picture.contains(">drawn \u{d7}") || picture.contains(">enlarged<"))
    let text = PlanText.render(EdgePlans.tiny, width: 80)
    #expect(text.contains("not to scale, less than a character: D"))
    #expect(text.contains("left out"))
    let frames = MapFrames(
      [PlanSamples.range(0, 0x1000_0000), PlanSamples.range(0x2000_0000, 0x3800_0000)], top: 0,
      height: 4000 + MapFrames.gap)
    #expect(frames.all.map { $0.height } == [1600, 2400])
    #expect(frames.all.map { $0.enlargement } == [1, 1])
  }

  @Test("Lost bytes are counted on the line below the place where they are")
  func losses() throws {
    let text = PlanText.render(PlanSamples.kexecTools, width: 100)
    let lines = text.split(separator: "\n").map { Array($0) }
    let index = try #require(lines.firstIndex { String($0).hasPrefix("  lost ") })
    #expect(String(lines[index]).contains("2 092 664 B of initrd"))
    let marks = lines[index].indices.filter { lines[index][$0] == "^" }
    let lost = lines[index - 1].indices.filter { lines[index - 1][$0] == "!" }
    // The lane is preceded by its edge, the marks by as many spaces.
    #expect(!lost.isEmpty && marks == lost)
  }

  @Test("No line of a map is longer than the width", arguments: [60, 80, 100, 132, 160, 200])
  func width(_ width: Int) {
    for plan in [PlanSamples.exact, PlanSamples.kexecTools, EdgePlans.beyond4GiB, EdgePlans.three] {
      for charset in [TextCharset.ascii, .unicode] {
        let texts = [
          PlanText.render(plan, width: width, charset: charset),
          PlanComparison.render(
            plan, beside: PlanSamples.kexecTools, width: width, charset: charset),
        ]
        for line in texts.flatMap({ $0.split(separator: "\n") }) {
          #expect(line.unicodeScalars.count <= width, "\(line)")
        }
      }
    }
  }

  @Test("ASCII is all that is used where nothing else is shown")
  func ascii() {
    for (_, plan) in EdgePlans.all where plan != EdgePlans.longNames {
      #expect(PlanComparison.render(plan, beside: plan, width: 180).utf8.allSatisfy { $0 < 0x80 })
    }
    #expect(PlanText.render(PlanSamples.exact, charset: .unicode).contains("█ kernel █"))
  }

  @Test("Two plans stand beside each other only where lines are long enough")
  func besides() {
    let wide = PlanComparison.render(
      PlanSamples.exact, beside: PlanSamples.kexecTools, width: 160)
    let narrow = PlanComparison.render(
      PlanSamples.exact, beside: PlanSamples.kexecTools, width: 100)
    #expect(wide.split(separator: "\n")[0].contains("rule exact"))
    #expect(wide.split(separator: "\n")[0].contains("rule kexec-tools"))
    #expect(!narrow.split(separator: "\n")[0].contains("rule exact"))
  }
}
