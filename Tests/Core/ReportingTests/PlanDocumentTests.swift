// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import Handover
import Inflation
import KernelImages
import PhysicalMemory
import Reporting
import SeededRandom
import Testing

@Suite("Documents of plans")
struct PlanDocumentTests {
  @Test("A document that is read and written again is the same, byte for byte")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<300 {
      let document = PlanDocument.json(RandomPlan.make(&random))
      let saved = try PlanDocument.read(Array(document.utf8))
      #expect(PlanDocument.json(saved) == document, "seed \(seed)")
    }
  }

  @Test("A saved plan holds what the plan held")
  func contents() throws {
    let plan = PlanSamples.kexecTools
    let saved = try PlanDocument.read(Array(PlanDocument.json(plan).utf8))
    #expect(saved.rule == plan.rule && saved.handover == plan.handover)
    #expect(saved.machine == plan.machine)
    #expect(saved.files == plan.files && saved.commandLine == plan.commandLine)
    #expect(saved.entry == plan.entry)
    #expect(saved.segments == plan.segments && saved.footprint == plan.footprint)
    #expect(saved.diagnostics == plan.diagnostics && saved.hasErrors && saved.fits)
    #expect(saved.kernel.chain == ["zImage", "xz", "Image"])
    #expect(saved.kernel.compression == .xz)
    #expect(saved.kernel.inflatedBytes.value == plan.kernel.inflatedBytes.value)
    #expect(saved.kernel.inflatedBytes.source == .sizeTable)
    #expect(saved.kernel.textOffset.value == ByteCount(UInt64(0x20_8000)))
  }

  @Test(
    "Each source of a figure is written as one of the words of the contract",
    arguments: [
      (FigureSource.sizeTable, "sizeTable", "sizeTable"), (.payload, "payload", "inflatedImage"),
      (.inflatedImage, "payload", "inflatedImage"), (.file, "file", "inflatedImage"),
      (.decompressor, "estimate", "estimate"), (.vmlinux, "vmlinux", "vmlinux"),
      (.option, "option", "option"), (.estimate, "estimate", "estimate"),
    ])
  func sources(source: FigureSource, inflated: String, inside: String) {
    var plan = PlanSamples.exact
    let figure = Figure(ByteCount(UInt64(1)), source, "")
    plan.kernel.inflatedBytes = figure
    plan.kernel.bssBytes = figure
    plan.kernel.textOffset = figure
    let document = PlanDocument.json(plan)
    #expect(document.contains("\"inflatedBytesFrom\": \"\(inflated)\""))
    #expect(document.contains("\"bssBytesFrom\": \"\(inside)\""))
    #expect(document.contains("\"textOffsetFrom\": \"\(inside)\""))
  }

  @Test("Without a zImage its length and compression are null")
  func plainImage() throws {
    var plan = PlanSamples.exact
    plan.kernel.zImageBytes = nil
    plan.kernel.compression = nil
    let document = PlanDocument.json(plan)
    #expect(document.contains("\"zImageBytes\": null,\n    \"compression\": null,"))
    #expect(try PlanDocument.read(Array(document.utf8)).kernel.zImageBytes == nil)
  }

  @Test("When nothing fits, entry and registers are null and there are no segments")
  func nothingFits() throws {
    let document = PlanDocument.json(PlanSamples.nothingFits)
    #expect(
      document.contains("\"entry\": null,\n  \"registers\": null,\n  \"segments\": [],"))
    #expect(try !PlanDocument.read(Array(document.utf8)).fits)
  }

  @Test("Bytes stand only in a diagnostic that has some")
  func overlapBytes() {
    #expect(PlanDocument.json(PlanSamples.kexecTools).contains("\"bytes\": 2092664\n"))
    let notes = PlanDocument.json(PlanSamples.exact).split(separator: "\"diagnostics\"")
    #expect(notes.last?.contains("\"bytes\"") == false)
  }

  @Test(
    "A document that is not a plan is refused with the place in it",
    arguments: [
      ("\"schemaVersion\": 1", "\"schemaVersion\": 2", "$.schemaVersion is 2"),
      ("\"schemaVersion\": 1", "\"schemaVersion\": \"1\"", "$.schemaVersion is a string"),
      ("\"schemaVersion\": 1,", "", "$.schemaVersion is missing"),
      ("\"rule\": \"exact\"", "\"rule\": \"lucky\"", "$.rule is lucky"),
      ("\"rule\":", "\"rules\":", "$.rule is missing"),
      ("\"rule\":", "\"rule\": \"exact\", \"rule\":", "$.rule stands twice"),
      ("\"architecture\": \"arm\"", "\"architecture\": \"vax\"", "$.kernel.architecture is vax"),
      ("\"pageBytes\": 4096", "\"pageBytes\": 4095", "$.machine.pageBytes is 4095"),
      ("\"pageBytes\": 4096", "\"pageBytes\": 4096.0", "$.machine.pageBytes is 4096.0"),
      ("\"first\": \"0x40000000\"", "\"first\": 5", "$.machine.ram[0].first is a number"),
      ("\"first\": \"0x40000000\"", "\"first\": \"40000000\"", "$.machine.ram[0].first is 4"),
      ("\"first\": \"0x40000000\"", "\"first\": \"0x\"", "$.machine.ram[0].first is 0x,"),
      ("\"first\": \"0x40000000\"", "\"first\": \"0x1ffffffffffffffff\"", "$.machine.ram[0].first"),
      ("\"first\": \"0x40000000\"", "\"first\": \"0x70000000\"", "$.machine.ram[0].last"),
      ("\"ram\": [", "\"ram\": {}, \"x\": [", "$.machine.ram is an object, not an array"),
      ("\"r0\": \"0x0\"", "\"r0\": \"0x1\"", "$.registers.r0 is 0x1"),
      ("\"r2\": \"0x41610000\"", "\"r2\": \"0x141610000\"", "$.registers.r2 is 0x141610000"),
      ("\"entry\": \"0x40208000\"", "\"entry\": null", "$.registers is an object"),
      ("\"memoryBytes\": 12288", "\"memoryBytes\": 12287", "$.segments[1].memoryBytes is 12287"),
      ("\"fileBytes\": 9320", "\"fileBytes\": 12289", "$.segments[1].fileBytes is 12289"),
      ("\"name\": \"dtb\"", "\"name\": \"DTB\"", "$.segments[1].name is DTB"),
      ("\"phase\": \"kernel\"", "\"phase\": \"later\"", "$.footprint[0].phase is later"),
      ("\"severity\": \"note\"", "\"severity\": \"\"", "$.diagnostics[0].severity"),
      ("\"severity\": \"note\"", "\"severity\": \"ok\"", "$.diagnostics[0].severity is ok"),
      ("\"0123456789abcdef", "\"0123456789ABCDEF", "$.files[0].sha256"),
      ("\"textOffset\": \"0x208000\"", "\"textOffset\": 2129920", "$.kernel.textOffset"),
      (
        "\"inflatedBytesFrom\": \"sizeTable\"", "\"inflatedBytesFrom\": \"decompressor\"",
        "$.kernel.inflatedBytesFrom is decompressor"
      ),
      ("{", "[", "JSON at byte"),
    ])
  func refused(from: String, to: String, message: String) throws {
    let document = PlanDocument.json(PlanSamples.exact)
    let place = try #require(document.range(of: from), "the sample has no \(from)")
    let damaged = document.replacingCharacters(in: place, with: to)
    let error = #expect(throws: PlanDocumentError.self) {
      try PlanDocument.read(Array(damaged.utf8))
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test("Every key of the contract is needed; a key that nobody knows is passed over")
  func keys() throws {
    let document = PlanDocument.json(PlanSamples.kexecTools)
    var removed = 0
    for line in document.split(separator: "\n") {
      let trimmed = line.drop { $0 == " " }
      guard trimmed.hasPrefix("\""), let colon = trimmed.firstIndex(of: ":"),
        !trimmed.hasPrefix("\"bytes\": 2092664")
      else { continue }
      let key = trimmed[..<colon].dropFirst().dropLast()
      let damaged = document.replacingOccurrences(of: line, with: line.replacing(key, with: "?"))
      #expect(throws: PlanDocumentError.self, "\(key) can be left out") {
        try PlanDocument.read(Array(damaged.utf8))
      }
      removed += 1
    }
    #expect(removed > 50)
    let more = document.replacing("{\n", with: "{\n\"later\": [1],\n", maxReplacements: 3)
    #expect(PlanDocument.json(try PlanDocument.read(Array(more.utf8))) == document)
  }

  @Test("A note of a code that is not known is left out; anything graver is refused")
  func unknownCodes() throws {
    let document = PlanDocument.json(PlanSamples.exact).replacing("KX130", with: "KX999")
    let saved = try PlanDocument.read(Array(document.utf8))
    #expect(saved.diagnostics.isEmpty && saved.segments == PlanSamples.exact.segments)
    for severity in ["warning", "error"] {
      let graver = document.replacing("\"note\"", with: "\"\(severity)\"")
      let error = #expect(throws: PlanDocumentError.self) {
        try PlanDocument.read(Array(graver.utf8))
      }
      #expect(
        error?.description.contains("$.diagnostics[0].code is KX999") == true,
        "\(String(describing: error))")
    }
  }

  @Test("Lists are bounded")
  func lists() throws {
    var plan = PlanSamples.exact
    plan.segments = Array(repeating: plan.segments[0], count: 17)
    let document = PlanDocument.json(plan)
    let error = #expect(throws: PlanDocumentError.self) {
      try PlanDocument.read(Array(document.utf8))
    }
    #expect(error == .tooMany(path: "$.segments", count: 17, limit: 16))
  }

  @Test("Damaged documents are read or refused, never worse")
  func mutations() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    let sample = Array(PlanDocument.json(PlanSamples.kexecTools).utf8)
    var read = 0
    for _ in 0..<1500 {
      var bytes = sample
      for _ in 0...random.below(2) {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.below(8) == 0 { bytes.removeLast(random.below(bytes.count)) }
      guard let plan = try? PlanDocument.read(bytes) else { continue }
      read += 1
      let again = try? PlanDocument.read(Array(PlanDocument.json(plan).utf8))
      #expect(again == plan, "seed \(seed)")
      if read % 10 == 0 { _ = PlanText.render(plan) + PlanSVG.draw(plan) }
    }
    #expect(read > 20, "seed \(seed)")
  }
}
