// SPDX-License-Identifier: Apache-2.0

/// One file to read, and how.
struct HostileCase {
  /// How a file is read.
  enum Mode: String {
    /// As `kx inspect` does.
    case image
    /// As `kx inspect --verify` does; the kernel is inflated as for a handover, too.
    case verify
    /// As an initial ramdisk.
    case initrd
    /// As a device tree.
    case tree
  }

  /// One change.
  private enum Change {
    case cut(Int)
    case put(Int, [UInt8])
  }

  let number: Int
  let mode: Mode
  let path: String
  private var changes: [Change] = []

  /// Reads a line such as `7  verify  /tmp/zImage  24:ff00 cut=100`; separated by tabs.
  init?(_ line: String) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 4, let number = Int(fields[0]),
      let mode = Mode(rawValue: String(fields[1]))
    else { return nil }
    self.number = number
    self.mode = mode
    path = String(fields[2])
    for word in fields[3].split(separator: " ") {
      if word.hasPrefix("cut=") {
        guard let count = Int(word.dropFirst(4)) else { return nil }
        changes.append(.cut(count))
        continue
      }
      let parts = word.split(separator: ":")
      guard parts.count == 2, let offset = Int(parts[0]), parts[1].utf8.count % 2 == 0 else {
        return nil
      }
      let digits = Array(parts[1])
      var bytes: [UInt8] = []
      for index in stride(from: 0, to: digits.count, by: 2) {
        guard let byte = UInt8(String(digits[index...(index + 1)]), radix: 16) else { return nil }
        bytes.append(byte)
      }
      changes.append(.put(offset, bytes))
    }
  }

  /// Makes the changes in their order.
  func changed(_ base: [UInt8]) -> [UInt8] {
    var bytes = base
    for change in changes {
      switch change {
      case .cut(let count): bytes = Array(bytes.prefix(count))
      case .put(let offset, let new):
        for (index, byte) in new.enumerated() where offset + index < bytes.count {
          bytes[offset + index] = byte
        }
      }
    }
    return bytes
  }
}
