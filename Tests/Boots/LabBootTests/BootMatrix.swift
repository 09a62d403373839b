// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// One boot of the matrix.
struct MatrixBoot: Hashable, Sendable, CustomTestStringConvertible {
  enum Memory: String, CaseIterable, Sendable {
    case small = "128"
    case middle = "512"
    case large = "1024"
    /// 512 MiB, 64 MiB of which the device tree does not tell of.
    case hole
  }

  static let handovers = ["image", "zimage"]

  let kernel: LabKernel
  let handover: String
  let memory: Memory

  var testDescription: String {
    "\(kernel.description), \(handover), \(memory.rawValue)"
  }

  /// The value in each column of the file.
  var columns: [String] { [kernel.name, kernel.table.rawValue, handover, memory.rawValue] }

  /// Every boot there is.
  static let full = LabKernel.names.flatMap { name in
    [LabKernel.Table.intact, .erased].flatMap { table in
      handovers.flatMap { handover in
        Memory.allCases.map {
          MatrixBoot(kernel: LabKernel(name, table), handover: handover, memory: $0)
        }
      }
    }
  }

  static let rows = PairwiseFile("boots.pairwise.txt", beside: #filePath).rows

  /// The boots of the file; a line that is none of the matrix is left out, and the test of the file
  /// sees that.
  static let pairwise: [MatrixBoot] = rows.compactMap { row in
    full.first { $0.columns == row }
  }

  /// What is booted: everything only when all is asked for.
  static let asked = Lab.matrix == "full" ? full : pairwise

  var arguments: [String] {
    get async throws {
      var arguments = [
        try kernel.path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--handover",
        handover, "--memory", memory == .hole ? "512M" : memory.rawValue + "M",
      ]
      if memory == .hole {
        arguments += ["--dtb", try await VirtTree.shared.pathWithHole()]
      }
      return arguments
    }
  }
}
