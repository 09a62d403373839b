// SPDX-License-Identifier: Apache-2.0

/// The texts in an inflated kernel. The names of drivers and boards stand there as in a device
/// tree, with a zero byte behind each.
struct KernelText {
  private let kernel: [UInt8]

  init(_ kernel: [UInt8]) {
    self.kernel = kernel
  }

  /// Whether the kernel holds a text as such or as the end of another: compilers merge such texts.
  func holds(_ text: String) -> Bool {
    let wanted = Array(text.utf8) + [0]
    guard kernel.count >= wanted.count else { return false }
    let bytes = kernel.span
    let first = wanted[0]
    for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
      var length = 1
      while length < wanted.count, bytes[start + length] == wanted[length] { length += 1 }
      if length == wanted.count { return true }
    }
    return false
  }
}
