// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import LinuxInterface
import PhysicalMemory

@testable import Samples
@testable import kexec

/// The loader's arguments, one a line: the whole program runs, against a Linux that is not there.
enum OptionWords {
  static func read(_ bytes: [UInt8]) {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    guard words.count <= 64 else { return }
    check(run(words, SampleMachine.kernel()))
  }

  /// Runs the program with a machine and files for its arguments.
  static func run(_ words: [String], _ kernel: RecordingKernel) -> (RecordingKernel, Int32) {
    kernel.files["/k"] = Seeds.zImage
    kernel.files["/i"] = Seeds.archive
    kernel.files["/d"] = SampleMachine.tree.flattened()
    return (kernel, Program(kernel: kernel).run(words))
  }

  static func check(_ outcome: (kernel: RecordingKernel, exit: Int32)) {
    guard let status = ExitStatus(rawValue: outcome.exit) else {
      return hold(false, "the exit code is documented")
    }
    let isSilent = outcome.kernel.complaints.isEmpty && outcome.kernel.output.isEmpty
    if status != .done { hold(!isSilent, "a failure is told") }
    for load in outcome.kernel.loads {
      hold(status != .usage, "a mistake on the command line loads nothing")
      for (index, segment) in load.segments.enumerated() {
        for other in load.segments[(index + 1)...] {
          let one = PhysicalRange(start: segment.address, count: segment.memoryBytes)
          guard let one, let two = PhysicalRange(start: other.address, count: other.memoryBytes)
          else { return hold(false, "segments that are loaded have an end") }
          hold(!one.overlaps(two), "segments that are loaded lie beside each other")
        }
      }
    }
  }
}
