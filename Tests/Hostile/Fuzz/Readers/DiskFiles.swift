// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

@testable import Samples
@testable import kexec

/// Whole runs of the loader on what lies on a disk: boot entries, and the record of earlier loads.
enum DiskFiles {
  /// Files with a zero byte between them; the first line is the path. A byte in front says how the
  /// loader is called.
  static func readEntries(_ bytes: [UInt8]) {
    let kernel = SampleMachine.kernel()
    for file in bytes.dropFirst().split(separator: 0).prefix(24) {
      let path = file.prefix { $0 != 0x0a }
      // Longer ones are no paths.
      guard path.count < 256, path.first == 0x2f, !path.contains(0) else { continue }
      kernel.files["/r" + String(decoding: path, as: UTF8.self)] = Array(
        file.dropFirst(path.count + 1))
    }
    kernel.files["/r/boot/vmlinuz-6.1"] = Seeds.zImage
    kernel.files["/r/boot/initrd.img-6.1"] = Seeds.archive
    let calls = [
      ["--list-entries", "--root=/r"], ["--list-entries", "--json", "--root=/r"],
      ["-l", "--newest", "--root=/r"], ["-l", "--entry-from=bls", "--root=/r"],
      ["-l", "--entry-from=extlinux", "--root=/r"], ["-l", "--entry-from=petitboot", "--root=/r"],
      ["-l", "--entry-id=linux", "--root=/r", "--log=/log"],
    ]
    OptionWords.check(OptionWords.run(calls[Int(bytes.first ?? 0) % calls.count], kernel))
    for recorded in kernel.calls {
      switch recorded.call {
      case .mapFile(let path), .readFile(let path), .listDirectory(let path):
        hold(isExpected(path), "with another root nothing else is read")
      default: break
      }
    }
  }

  /// Tells whether a path stays below the other root, or tells of the machine that runs.
  private static func isExpected(_ path: String) -> Bool {
    guard path.utf8.starts(with: "/r/".utf8) else {
      return path == "/r"
        || ["/proc/", "/sys/", "/boot/config-", "/run/", "/log", "/lib/modules/", "/dev/"].contains
        {
          path.utf8.starts(with: $0.utf8)
        }
    }
    var depth = 0
    for part in path.utf8.dropFirst(3).split(separator: 0x2f) where !part.elementsEqual([0x2e]) {
      depth += part.elementsEqual([0x2e, 0x2e]) ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }

  /// A journal; the machine that reads it was started with an id that may stand in it.
  static func readJournal(_ bytes: [UInt8]) {
    for json in [[], ["--json"]] {
      let kernel = SampleMachine.kernel()
      kernel.files["/proc/cmdline"] = Array("console=ttyAMA0 kexec.id=0123456789abcdef\n".utf8)
      kernel.files["/var/log/kexec.log"] = bytes
      let outcome = OptionWords.run(["--verify-boot"] + json, kernel)
      OptionWords.check(outcome)
      hold(kernel.loads.isEmpty, "looking at a boot loads nothing")
      let isPrintable = outcome.0.output.allSatisfy { $0 == 0x0a || $0 >= 0x20 && $0 != 0x7f }
      hold(isPrintable, "what a record says cannot steer a terminal")
    }
  }
}
