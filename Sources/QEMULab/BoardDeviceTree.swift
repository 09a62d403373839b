// SPDX-License-Identifier: Apache-2.0

import Foundation
public import PhysicalMemory
import Subprocess

extension Board {
  /// Gives the device tree that QEMU makes for the board, with the amount of RAM.
  ///
  /// - Parameter memory: The RAM, a multiple of 1 MiB.
  /// - Returns: QEMU's tree, padded with zeros to a stated size of 1 MiB: repack it. nil for a
  ///   board whose tree comes with the kernel.
  /// - Throws: ``LabError``
  public func deviceTree(memory: ByteCount) async throws(LabError) -> [UInt8]? {
    _ = try ram(memory)
    guard makesDeviceTree else { return nil }
    let program = try QEMUProgram()
    let scratch = try ScratchFolder()
    let file = scratch.path + "/tree.dtb"
    let arguments = [
      "-machine", machine + ",dumpdtb=" + file, "-cpu", cpu,
      "-m", String(memory.rawValue >> 20) + "M", "-nodefaults", "-no-user-config",
      "-display", "none",
    ]
    let command = [program.path] + arguments
    do {
      let ended = try await Subprocess.run(
        program.configuration(arguments), output: .discarded, error: .string(limit: 1 << 20))
      guard ended.terminationStatus.isSuccess else {
        throw LabError.notStarted(command: command, said: ended.standardError)
      }
      return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    } catch let error as LabError {
      throw error
    } catch {
      if Task.isCancelled { throw LabError.cancelled }
      throw LabError.notStarted(command: command, said: String(describing: error))
    }
  }
}
