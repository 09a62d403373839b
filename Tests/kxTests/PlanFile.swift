// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A plan as `kx plan --json` prints it, read by Foundation.
struct PlanFile: Decodable {
  struct Range: Decodable {
    let name: String?
    let phase: String?
    let why: String?
    let first: String
    let last: String
    let fileBytes: Int?

    var start: UInt64 { number(first) }
    /// The last byte.
    var end: UInt64 { number(last) }

    func overlaps(_ other: Self) -> Bool { start <= other.end && other.start <= end }
  }
  struct Kernel: Decodable {
    let zImageBytes: UInt64?
    let inflatedBytes: UInt64
    let inflatedBytesFrom: String
    let bssBytes: UInt64
    let bssBytesFrom: String
    let textOffset: String
    let textOffsetFrom: String
  }
  struct Machine: Decodable { let ram: [Range], reserved: [Range] }
  struct File: Decodable { let role: String, path: String, bytes: Int, sha256: String }
  struct Registers: Decodable { let r0: String, r1: String, r2: String }
  struct Diagnostic: Decodable {
    let code: String
    let severity: String
    let message: String
    let hint: String
    let bytes: UInt64?
  }

  let schemaVersion: Int
  let kernel: Kernel
  let rule: String
  let handover: String
  let machine: Machine
  let files: [File]
  let commandLine: String?
  let entry: String?
  let registers: Registers?
  let segments: [Range]
  let footprint: [Range]
  let diagnostics: [Diagnostic]

  init(_ outcome: Program.Outcome) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(outcome.output))
  }

  /// Plans and reads the plan, whatever the exit code.
  static func make(_ arguments: [String]) async throws -> (plan: PlanFile, code: Int32) {
    let outcome = try await KX.run(["plan", "--json"] + arguments)
    return (try PlanFile(outcome), outcome.code)
  }

  /// Plans and saves the plan.
  static func save(_ arguments: [String]) async throws -> String {
    let outcome = try await KX.run(["plan", "--json"] + arguments)
    try #require(outcome.code <= 1, "\(outcome.errors)")
    return try Scratch.file("plan.json", outcome.output)
  }

  func segment(_ name: String) throws -> Range {
    try #require(segments.first { $0.name == name })
  }

  func diagnostics(_ code: String) -> [Diagnostic] { diagnostics.filter { $0.code == code } }

  /// Where the kernel is inflated to: the end of its page tables.
  var kernelAddress: UInt64? {
    footprint.first { $0.name == "kernel page tables" }.map { $0.end + 1 }
  }
}

/// The value of "0x…".
func number(_ text: String) -> UInt64 {
  UInt64(text.dropFirst(2), radix: 16) ?? .max
}
