// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import Handover
import KernelImages
import PhysicalMemory
import SeededRandom
import Testing

@testable import Reporting

@Suite("Plans as text and pictures")
struct PlanTextTests {
  @Test("No line of a plan is longer than the width", arguments: [72, 80, 100, 132])
  func width(_ width: Int) {
    for (_, plan) in GoldenTests.plans {
      for line in PlanText.render(plan, width: width).split(separator: "\n") {
        #expect(line.unicodeScalars.count <= width, "\(line)")
      }
    }
  }

  @Test("Colours add escape sequences and change nothing else")
  func colours() {
    let coloured = PlanText.render(PlanSamples.kexecTools, style: .ansi)
    #expect(coloured.contains("\u{1b}["))
    let stripped = coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
    #expect(stripped == PlanText.render(PlanSamples.kexecTools))
  }

  @Test("Text from files reaches neither the terminal nor the picture as a control sequence")
  func hostileText() throws {
    var plan = PlanSamples.exact
    let hostile = "\u{1b}]0;owned\u{7}\r\u{9b}2J<script>alert(1)</script>&\u{0}\u{202e}"
    plan.commandLine = hostile
    plan.files[0].path = hostile
    plan.kernel.chain = [hostile]
    plan.footprint[0].part = FootprintPart(hostile)
    plan.diagnostics = [Diagnostic(.segmentOverwritten, .error, hostile, hint: hostile)]
    plan.machine.memory.reserve(
      ReservedRange(PlanSamples.range(0x4020_0000, 0x4030_0000), why: hostile))
    for text in [PlanText.render(plan), PlanSVG.draw(plan, beside: plan)] {
      let controls = text.unicodeScalars.filter {
        ($0.value < 0x20 && $0 != "\n") || (0x7f..<0xa0).contains($0.value) || $0 == "\u{202e}"
      }
      #expect(controls.isEmpty, "\(controls)")
    }
    #expect(!PlanSVG.draw(plan).contains("<script"))
  }

  @Test("Every range of a plan stands in a map, however small it is")
  func smallRanges() {
    let text = PlanText.render(PlanSamples.kexecTools)
    let lanes = text.split(separator: "\n").filter { $0.hasSuffix("]") && $0.contains("[") }
    for glyph in ["K", "I", "D", "!", "a", "b", "c", "d", "e", "f"] {
      #expect(
        lanes.contains { $0.drop { $0 != "[" }.contains(glyph) }, "\(glyph) is not drawn")
    }
  }

  @Test("A bar is to scale: its cells are those the range covers")
  func scale() throws {
    let whole = PlanSamples.range(0x4000_0000, 0x6000_0000)
    let scale = MapScale(whole, cells: 64)
    #expect(scale.bytesPerCell == .mebibytes(8))
    #expect(scale.cells(of: PlanSamples.range(0x4080_0000, 0x4100_0000)) == 1..<2)
    #expect(scale.cells(of: PlanSamples.range(0x407f_ffff, 0x4080_0001)) == 0..<2)
    #expect(scale.cells(of: PlanSamples.range(0x5fff_ffff, 0x6000_0000)) == 63..<64)
    #expect(scale.cells(of: PlanSamples.range(0x6000_0000, 0x6000_0001)).isEmpty)
    #expect(scale.edge(above: whole) == 64)
    let everything = MapScale(.everything, cells: 1 << 20)
    #expect(everything.cell(of: PhysicalAddress(.max)) == (1 << 20) - 1)
    #expect(everything.cell(of: PhysicalAddress(1 << 63)) == 1 << 19)
  }

  @Test("Lost bytes are counted once, however many writers there are")
  func overlaps() throws {
    let overlaps = MapOverlap.all(in: PlanSamples.kexecTools)
    let only = try #require(overlaps.first)
    #expect(overlaps.count == 1)
    #expect(only.victim == "initrd")
    #expect(only.lost.count == ByteCount(UInt64(2_092_664)))
    #expect(only.writers == ["moved zImage, its BSS, stack and heap"])
    var plan = PlanSamples.kexecTools
    plan.footprint += plan.footprint
    #expect(MapOverlap.all(in: plan).first?.lost == only.lost)
    #expect(MapOverlap.all(in: PlanSamples.exact).isEmpty)
  }

  @Test("A kernel may be overwritten by its own footprint, but not by another segment")
  func kernelOverlaps() throws {
    var plan = PlanSamples.exact
    plan.segments[2].range = PlanSamples.range(0x4160_7000, 0x41c5_4000)
    let overlap = try #require(MapOverlap.all(in: plan).first)
    #expect(overlap.victim == "kernel")
    #expect(overlap.lost.count == .kibibytes(4))
  }

  @Test("Reserved memory that is touched is shown as lost")
  func reservedOverlaps() throws {
    var plan = PlanSamples.exact
    plan.machine.memory.reserve(
      ReservedRange(PlanSamples.range(0x415f_0000, 0x4160_0000), why: "reserved-memory/cma"))
    let overlap = try #require(MapOverlap.all(in: plan).first)
    #expect(overlap.victim == "reserved-memory/cma")
    #expect(overlap.writers == ["kernel", "kernel BSS"])
    #expect(PlanText.render(plan).contains("reserved-memory/cma loses 65 536 B"))
    #expect(PlanSVG.draw(plan).contains("reserved-memory/cma: 65 536 B are overwritten"))
  }

  @Test("Parts that lie far apart get windows of their own, at most six")
  func windows() {
    var plan = PlanSamples.exact
    plan.segments[2].range = PlanSamples.range(0x5000_0000, 0x5064_d000)
    let windows = MapWindows.all(for: [plan])
    #expect(
      windows == [
        PlanSamples.range(0x4020_4000, 0x4161_3000), PlanSamples.range(0x5000_0000, 0x5064_d000),
      ])
    plan.footprint = (0..<40).map {
      FootprintRange(
        FootprintPart("x"), phase: .kernel,
        range: PlanSamples.range(UInt64($0) << 32, UInt64($0) << 32 + 16))
    }
    let many = MapWindows.all(for: [plan])
    #expect(many.count <= MapWindows.limit && !many.isEmpty)
  }

  @Test("Labels keep their distance and stay inside")
  func labels() {
    #expect(SVGLabels.spread([10, 11, 12], distance: 5, within: 0...100) == [10, 15, 20])
    #expect(SVGLabels.spread([98, 99, 100], distance: 5, within: 0...100) == [90, 95, 100])
    #expect(SVGLabels.spread([50, 50, 50], distance: 60, within: 0...100) == [0, 60, 120])
    #expect(SVGLabels.spread([], distance: 5, within: 0...100).isEmpty)
  }

  @Test("Random plans are drawn and printed without a trap, the same every time")
  func randomPlans() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    var pictures: [String] = []
    for _ in 0..<60 {
      let plan = RandomPlan.make(&random)
      let other = RandomPlan.make(&random)
      let picture = PlanSVG.draw(plan, beside: random.below(2) == 0 ? other : nil)
      #expect(!picture.contains("=\"-"), "a negative size, seed \(seed)")
      #expect(PlanSVG.draw(plan) == PlanSVG.draw(plan), "seed \(seed)")
      _ = PlanText.render(plan, style: .ansi, width: random.below(200))
      pictures.append(picture)
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("reporting-\(seed)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var paths: [String] = []
    for (index, picture) in pictures.enumerated() {
      let file = folder.appendingPathComponent("\(index).svg")
      try Data(picture.utf8).write(to: file)
      paths.append(file.path)
    }
    let program = """
      import sys, xml.etree.ElementTree as tree
      for path in sys.argv[1:]: tree.parse(path)
      print("ok")
      """
    #expect(try Golden.python(program, paths) == "ok\n", "seed \(seed)")
  }

  @Test("Columns stand under each other and long texts are cut or broken")
  func table() {
    var table = TextTable([.left, .right, .left], flexible: 0)
    table.add([TextTable.Cell("inflated"), TextTable.Cell("7 B"), TextTable.Cell("one two")])
    table.add([TextTable.Cell("a"), TextTable.Cell("123 456 B"), TextTable.Cell("")])
    #expect(
      table.render(.plain, width: 80)
        == "  inflated        7 B  one two\n  a         123 456 B\n")
    var long = TextTable([.left, .left])
    long.add([TextTable.Cell("key"), TextTable.Cell("one two three four five six seven")])
    #expect(
      long.render(.plain, width: 30) == "  key  one two three four five\n       six seven\n")
  }

  @Test("A line of a matrix says that there is a place, and apart from that what fails")
  func matrixLine() {
    var plan = PlanSamples.exact
    plan.diagnostics = [
      Diagnostic(.processorCannotRun, .error, "the kernel needs LPAE", hint: "another")
    ]
    let line = MatrixLine(machine: "m", kernel: "k", plan)
    #expect(line.fits && line.failure == "the kernel needs LPAE" && line.smallestRAM == nil)
    // More RAM would not do alone.
    plan.entry = nil
    plan.smallestRAM = .mebibytes(64)
    plan.diagnostics.append(Diagnostic(.nothingFits, .error, "nothing fits", hint: "more RAM"))
    let small = MatrixLine(machine: "s", kernel: "k", plan)
    #expect(!small.fits && small.failure == line.failure && small.smallestRAM == nil)
    var end = MatrixText()
    end.add(line)
    end.add(small)
    let text = end.render(machines: 2, kernels: 1)
    #expect(text.contains("the kernel needs LPAE: 2\n") && !text.contains("does not fit"))
    #expect(text.hasSuffix("1 kernel: 0 fit without an error, 2 do not\n"), "\(text)")
  }
}
