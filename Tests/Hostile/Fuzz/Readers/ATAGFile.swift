// SPDX-License-Identifier: Apache-2.0
import DeviceTree

/// A list of ATAGs.
enum ATAGFile {
  static func read(_ bytes: [UInt8]) {
    guard let list = try? ATAGList(parsing: bytes.span) else { return }
    let written = list.bytes()
    hold(written.count <= bytes.count + 8, "a list does not grow")
    guard let again = try? ATAGList(parsing: written.span) else {
      return hold(false, "what was written can be read")
    }
    hold(again == list, "what was written reads the same")
  }
}
