// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program of the system that tests are compared with.
struct Tool: Sendable {
  let name: String
  let arguments: [String]

  init(_ name: String, _ arguments: String...) {
    self.init(name, arguments: arguments)
  }

  init(_ name: String, arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }

  struct Outcome {
    let status: Int32
    let output: [UInt8]
  }

  /// Runs it as a filter; files instead of pipes, so that neither side can block the other.
  func run(_ input: [UInt8]) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory
    let source = folder.appending(path: UUID().uuidString)
    let target = folder.appending(path: UUID().uuidString)
    defer {
      try? FileManager.default.removeItem(at: source)
      try? FileManager.default.removeItem(at: target)
    }
    try Data(input).write(to: source)
    try Data().write(to: target)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    let reading = try FileHandle(forReadingFrom: source)
    let writing = try FileHandle(forWritingTo: target)
    process.standardInput = reading
    process.standardOutput = writing
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try reading.close()
    try writing.close()
    return Outcome(status: process.terminationStatus, output: [UInt8](try Data(contentsOf: target)))
  }
}
