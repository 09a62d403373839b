// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A plan as `kx plan --json` prints it, read by Foundation.
package struct PlanFile: Decodable {
  package struct Range: Decodable {
    package let name: String?
    package let phase: String?
    package let why: String?
    package let first: String
    package let last: String
    package let fileBytes: Int?

    package var start: UInt64 { number(first) }
    /// The last byte.
    package var end: UInt64 { number(last) }

    package func overlaps(_ other: Self) -> Bool { start <= other.end && other.start <= end }
  }
  package struct Kernel: Decodable {
    package let zImageBytes: UInt64?
    package let inflatedBytes: UInt64
    package let inflatedBytesFrom: String
    package let bssBytes: UInt64
    package let bssBytesFrom: String
    package let textOffset: String
    package let textOffsetFrom: String
  }
  package struct Machine: Decodable { package let ram: [Range], reserved: [Range] }
  package struct File: Decodable {
    package let role: String, path: String, bytes: Int, sha256: String
  }
  package struct Registers: Decodable { package let r0: String, r1: String, r2: String }
  package struct Diagnostic: Decodable {
    package let code: String
    package let severity: String
    package let message: String
    package let hint: String
    package let bytes: UInt64?
  }

  package let schemaVersion: Int
  package let kernel: Kernel
  package let rule: String
  package let handover: String
  package let machine: Machine
  package let files: [File]
  package let commandLine: String?
  package let entry: String?
  package let registers: Registers?
  package let segments: [Range]
  package let footprint: [Range]
  package let diagnostics: [Diagnostic]

  package init(_ outcome: Program.Outcome) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(outcome.output))
  }

  /// Plans and reads the plan, whatever the exit code.
  package static func make(_ arguments: [String]) async throws -> (plan: PlanFile, code: Int32) {
    let outcome = try await KX.run(["plan", "--json"] + arguments)
    return (try PlanFile(outcome), outcome.code)
  }

  /// Plans and saves the plan.
  package static func save(_ arguments: [String]) async throws -> String {
    let outcome = try await KX.run(["plan", "--json"] + arguments)
    guard outcome.code <= 1 else {
      throw Program.Failure(command: "kx plan", errors: outcome.errors)
    }
    return try Scratch.file("plan.json", outcome.output)
  }

  package func segment(_ name: String) throws -> Range {
    guard let segment = segments.first(where: { $0.name == name }) else {
      throw Program.Failure(command: "kx plan", errors: "there is no segment \(name)")
    }
    return segment
  }

  package func diagnostics(_ code: String) -> [Diagnostic] {
    diagnostics.filter { $0.code == code }
  }

  /// Where the kernel is inflated to: the end of its page tables.
  package var kernelAddress: UInt64? {
    footprint.first { $0.name == "kernel page tables" }.map { $0.end + 1 }
  }
}

/// The value of "0x…".
package func number(_ text: String) -> UInt64 {
  UInt64(text.dropFirst(2), radix: 16) ?? .max
}
