// SPDX-License-Identifier: Apache-2.0
import Foundation
import Handover
import PhysicalMemory
import TestLab
import Testing

/// The machine code that runs between two kernels.
struct HandoverCodeTests {
  private static let scripts = Lab.repository.appending(path: "scripts").path

  /// Words as they stand in a little-endian memory.
  static func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in [0, 8, 16, 24].map { UInt8(word >> $0 & 0xff) } }
  }

  @Test("The words here are what two assemblers make of the source, and stand at any address")
  func assembled() async throws {
    let outcome = try await Program.run(Self.scripts + "/make/make-handover-code", ["--check"])
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
  }

  @Test("Emulated instruction by instruction, the code keeps every promise of its source")
  func emulated() async throws {
    let folder = try Scratch.folder("emulated")
    defer { try? FileManager.default.removeItem(at: folder) }
    var arguments: [String] = []
    for strategy in RebootCodeStrategy.allCases {
      let layout = try RebootCodeLayout(strategy, codeBytes: strategy.codeBytes)
      var words: [UInt32] = []
      for offset in stride(from: 0, to: layout.codeBytes, by: 4) {
        words.append(try #require(strategy.codeWord(at: offset)))
      }
      let file = folder.appending(path: "\(strategy)")
      try Data(Self.bytes(words)).write(to: file)
      let offset = layout.parametersOffset.map { "\($0)" } ?? "-"
      arguments += ["--relocate", "\(strategy):\(file.path):\(offset)"]
    }
    for machine in [2272, nil] as [UInt32?] {
      let code = try #require(
        ARMTrampoline.code(
          entry: PhysicalAddress(0x4020_8000), machine: machine, parameters: 0x4030_0000))
      let file = folder.appending(path: machine == nil ? "keeping" : "setting")
      try Data(code).write(to: file)
      let number = machine.map { "\($0)" } ?? "-"
      arguments += ["--trampoline", "\(file.path):0x40208000:\(number):0x40300000"]
    }
    let outcome = try await Program.run(
      Self.scripts + "/lab/emulate-handover-code", arguments, seconds: 300)
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    print(outcome.text, terminator: "")
    #expect(outcome.text.split(separator: "\n").filter { $0.contains("as promised") }.count == 5)
    // Sources/Handover/README.md has the figure.
    #expect(outcome.text.components(separatedBy: "0.0811 for each").count == 4)
  }
}
