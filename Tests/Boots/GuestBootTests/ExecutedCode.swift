// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where code ran at physical addresses of RAM, in QEMU's own account: decompressors, the first
/// steps of kernels, and the code by which a kernel puts segments in place and jumps. What our
/// loader says of itself plays no part in it.
///
/// Programs run below and kernels above these addresses, so that nothing else is in the account. A
/// block is listed when QEMU translates it: when it runs for the first time since it was written.
struct ExecutedCode: Sendable {
  /// What QEMU must be told.
  static let options = ["-d", "in_asm", "-dfilter", "0x40000000..0x7fffffff"]

  /// The first address of each block, in the order in which they ran.
  let blocks: [UInt64]

  /// Reads QEMU's log.
  init(_ log: String) {
    var blocks: [UInt64] = []
    var begins = false
    for line in log.utf8.split(separator: 0x0a) {
      if begins, line.starts(with: "0x".utf8) {
        let digits = String(decoding: line.dropFirst(2).prefix { $0 != 0x3a }, as: UTF8.self)
        if let address = UInt64(digits, radix: 16) { blocks.append(address) }
      }
      begins = line.elementsEqual("IN: ".utf8) || line.elementsEqual("IN:".utf8)
    }
    self.blocks = blocks
  }

  /// Where, behind a place in the account, a running kernel jumped to an address: its code that puts
  /// segments in place stands at the beginning of a page of its own, outside of every segment, is
  /// shorter than half a KiB, and is the last that ran before.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/relocate_kernel.S and machine_kexec.c (the code is copied to
  /// the control page, which is no destination of a segment).
  func jump(to entry: UInt64, past segments: [Range<UInt64>], after place: Int) -> Int? {
    blocks.indices.dropFirst(place + 2).first { index in
      guard blocks[index] == entry else { return false }
      let page = blocks[index - 1] & ~0xfff
      guard blocks[index - 1] - page < 512, !segments.contains(where: { $0.contains(page) })
      else { return false }
      return blocks[max(0, index - 40)..<index].contains(page)
    }
  }
}
