// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// An initial ramdisk, verified and not.
enum InitrdFile {
  static func read(_ bytes: [UInt8]) {
    for verify in [false, true] {
      guard let initrd = try? Initrd.identify(bytes.span, verify: verify, limit: 4 << 20) else {
        continue
      }
      guard case .slice(let start, let count) = initrd.payload else { continue }
      hold(
        start <= bytes.count && count <= UInt64(bytes.count) - start, "the payload lies in the file"
      )
      var end: UInt64 = 0
      for segment in initrd.segments {
        hold(segment.offset >= end, "archives follow each other")
        end = segment.offset + segment.byteCount
      }
      hold(end <= UInt64(count), "archives lie in the payload")
    }
  }
}
