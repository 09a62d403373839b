// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One of the seven kernels, with its size table as built, erased, or its size word spoilt.
package struct LabKernel: Hashable, Sendable, CustomStringConvertible {
  package enum Table: String, CaseIterable, Sendable { case intact, erased, spoilt }

  package static let tinyNames = ["tiny-gzip", "tiny-xz", "tiny-lzma", "tiny-lzo", "tiny-lz4"]
  package static let names = ["armmp", "armmp-lpae"] + tinyNames

  package let name: String
  package let table: Table

  package init(_ name: String, _ table: Table = .intact) {
    self.name = name
    self.table = table
  }

  package var description: String { table == .intact ? name : "\(name), \(table.rawValue)" }
  package var isTiny: Bool { name.hasPrefix("tiny-") }
  package var folder: String { Lab.cache + "/kernels/" + name }

  package var path: String {
    get throws {
      let intact = folder + "/vmlinuz"
      if table == .intact { return intact }
      return try Self.variants.get().appending(path: "\(table.rawValue)-\(name)").path
    }
  }

  /// The changed kernels, made once by the scripts that everybody uses.
  private static let variants = Result<URL, any Error> {
    let folder = try Scratch.folder("variants")
    for (table, script) in [(Table.erased, "erase-size-table"), (.spoilt, "spoil-size-word")] {
      for name in names {
        let process = Process()
        process.executableURL = Lab.repository.appending(path: "scripts/lab/" + script)
        process.arguments = [
          Lab.cache + "/kernels/\(name)/vmlinuz",
          folder.appending(path: "\(table.rawValue)-\(name)").path,
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
          throw Program.Failure(command: script + " " + name, errors: "")
        }
      }
    }
    return folder
  }
}
