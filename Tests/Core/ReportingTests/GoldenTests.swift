// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import Reporting
import Testing

@Suite("Golden files of plans")
struct GoldenTests {
  static let plans: [(String, BootPlan)] = [
    ("exact", PlanSamples.exact), ("kexec-tools", PlanSamples.kexecTools),
    ("nothing-fits", PlanSamples.nothingFits), ("scattered", PlanSamples.scattered),
  ]

  @Test("The text of a plan stays as it was looked at", arguments: plans)
  func text(name: String, plan: BootPlan) throws {
    try Golden.expect(PlanText.render(plan), name + ".txt")
    try Golden.expect(
      PlanText.render(plan, style: .ansi, width: 80, charset: .unicode), name + ".ansi")
  }

  @Test("The document of a plan stays as the contract has it", arguments: plans)
  func document(name: String, plan: BootPlan) throws {
    try Golden.expect(PlanDocument.json(plan), name + ".json")
  }

  @Test("The picture of a plan stays as it was looked at", arguments: plans)
  func picture(name: String, plan: BootPlan) throws {
    try Golden.expect(PlanSVG.draw(plan), name + ".svg")
  }

  @Test("The old rule is drawn beside ours")
  func pictures() throws {
    try Golden.expect(
      PlanComparison.render(
        PlanSamples.exact, beside: PlanSamples.kexecTools, width: 160, charset: .unicode),
      "side-by-side.txt")
    try Golden.expect(
      PlanSVG.draw(PlanSamples.exact, beside: PlanSamples.kexecTools), "side-by-side.svg")
  }

  @Test("Python reads the documents and finds every key in the order of the contract")
  func keyOrder() throws {
    let program = """
      import json, sys
      top = ["schemaVersion", "kernel", "rule", "handover", "machine", "files", "commandLine",
             "entry", "registers", "segments", "footprint", "diagnostics"]
      kernel = ["chain", "architecture", "fileBytes", "zImageBytes", "compression",
                "inflatedBytes", "inflatedBytesFrom", "bssBytes", "bssBytesFrom", "textOffset",
                "textOffsetFrom"]
      lists = {"segments": ["name", "first", "last", "fileBytes", "memoryBytes"],
               "footprint": ["name", "phase", "first", "last"],
               "files": ["role", "path", "bytes", "sha256"]}
      for path in sys.argv[1:]:
          plan = json.load(open(path, encoding="utf-8"))
          assert list(plan) == top, list(plan)
          assert list(plan["kernel"]) == kernel, list(plan["kernel"])
          assert list(plan["machine"]) == ["pageBytes", "ram", "reserved"]
          assert all(list(b) == ["first", "last"] for b in plan["machine"]["ram"])
          assert all(list(b) == ["first", "last", "why"] for b in plan["machine"]["reserved"])
          for key, order in lists.items():
              assert all(list(entry) == order for entry in plan[key]), key
          for entry in plan["diagnostics"]:
              order = ["code", "severity", "message", "hint"]
              assert list(entry) in (order, order + ["bytes"]), entry
          if plan["entry"] is None:
              assert plan["registers"] is None and plan["segments"] == []
          else:
              assert list(plan["registers"]) == ["r0", "r1", "r2"]
              assert plan["registers"]["r0"] == "0x0"
          print("ok")
      """
    let files = Self.plans.map { Golden.file($0.0 + ".json").path }
    #expect(try Golden.python(program, files) == "ok\nok\nok\nok\n")
  }

  @Test("An XML parser takes the pictures, which hold no script and no foreign file")
  func wellFormed() throws {
    let program = """
      import sys, xml.etree.ElementTree as tree
      for path in sys.argv[1:]:
          root = tree.parse(path).getroot()
          assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
          names = {element.tag.split("}")[1] for element in root.iter()}
          assert names <= {"svg", "title", "defs", "pattern", "rect", "text", "polygon",
                           "polyline", "desc", "style", "g"}, names
          assert root.get("role") == "img" and len(root[1].text) > 10
          assert not any("href" in key for element in root.iter() for key in element.attrib)
          print("ok")
      """
    let names = Self.plans.map { $0.0 } + ["side-by-side"]
    let files = names.map { Golden.file($0 + ".svg").path }
    #expect(try Golden.python(program, files) == "ok\nok\nok\nok\nok\n")
  }
}
