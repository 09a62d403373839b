// SPDX-License-Identifier: Apache-2.0

/// Names as bytes: a tree is searched often, and comparing texts is slow.
extension [UInt8] {
  /// The bytes of a name up to its first zero byte, where it would end in a file.
  init(name: String) {
    self = Array(name.utf8)
    if let zero = firstIndex(of: 0) { removeSubrange(zero...) }
  }

  /// Whether these are the bytes of a text.
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && begins(with: text)
  }

  /// Whether the first bytes are those of a text.
  func begins(with text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= count else { return false }
    let start = unsafe text.utf8Start
    for index in 0..<length where unsafe start[index] != self[index] { return false }
    return true
  }

  /// Whether a text ends at the first zero byte, or at the end.
  func holdText(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    return begins(with: text) && (count == length || self[length] == 0)
  }
}
