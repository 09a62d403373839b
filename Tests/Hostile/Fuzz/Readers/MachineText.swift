// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory

@testable import BootPlanning

/// What a running Linux tells: /proc/iomem, command lines, and all of it as a snapshot.
enum MachineText {
  static func readIomem(_ bytes: [UInt8]) {
    guard let map = try? MemoryMap(iomem: bytes.span) else { return }
    hold(!map.ram.ranges.isEmpty, "a map has RAM")
    var last: PhysicalAddress?
    for range in map.ram.ranges {
      if let last {
        hold(
          range.first > last && last.distance(from: range.first) != ByteCount(UInt64(1)),
          "ranges are sorted and do not touch")
      }
      last = range.last
    }
  }

  static func readSnapshot(_ bytes: [UInt8]) {
    _ = MachineSnapshot.isSnapshot(bytes.span)
    guard let state = try? MachineSnapshot.read(bytes.span) else { return }
    let written = MachineSnapshot.bytes(of: state)
    guard let again = try? MachineSnapshot.read(written.span) else {
      return hold(false, "what was written can be read")
    }
    hold(again.memory == state.memory, "what was written reads the same")
    hold(MachineSnapshot.bytes(of: again) == written, "and is written the same")
  }

  /// The running command line, a line end, what is appended.
  static func readCommandLine(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let appended = parts.count > 1 ? String(parts[1]) : ""
    let reuse = CommandLineReuse(running: String(parts[0]), appending: appended)
    // What the user adds may be what a running command line must not have.
    if appended.isEmpty {
      let again = CommandLineReuse(running: reuse.commandLine)
      hold(again.commandLine == reuse.commandLine, "a command line that is fit stays as it is")
    }
    let words = CommandLineWords(text)
    for word in MemoryWord.allCases { _ = words.size(word) }
    hold((words.memory == nil) != words.has(.mem), "mem= is seen")
    for entry in words.found {
      hold(entry.place.upperBound <= text.utf8.count, "a word stands on the command line")
    }
    _ = words.initrd
    _ = words.crashKernel
    hold(reuse.commandLine.utf8.count <= text.utf8.count + 8, "a command line does not grow")
    for line in reuse.difference { hold(!line.isEmpty, "a difference says something") }
  }
}
