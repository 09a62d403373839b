// SPDX-License-Identifier: Apache-2.0

/// The configuration of the running kernel, from its .config.
public struct KernelConfiguration: Hashable, Sendable {
  /// The setting of a symbol in a .config.
  public enum Setting: Hashable, Sendable {
    /// Built in.
    case yes
    /// Built as a module.
    case module
    /// Left out: marked as such, or not named at all, like symbols whose conditions fail.
    case no
    /// A number or a text, without its quotes.
    case value(String)
  }

  /// The file it was read from: `/proc/config.gz`.
  public let origin: String
  /// The text, inflated.
  public let text: [UInt8]

  /// Wraps a .config.
  ///
  /// - Parameters:
  ///   - origin: The file it was read from.
  ///   - text: The text, inflated.
  public init(origin: String, text: [UInt8]) {
    self.origin = origin
    self.text = text
  }

  /// Looks a symbol up; where it is named twice, the first counts.
  ///
  /// - Parameter name: The symbol without `CONFIG_`.
  /// - Returns: Its setting.
  public func setting(_ name: String) -> Setting {
    let wanted = Array("CONFIG_".utf8) + Array(name.utf8) + [0x3d]
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
      if text[start] == UInt8(ascii: "C"), end - start > wanted.count,
        text[start..<(start + wanted.count)].elementsEqual(wanted)
      {
        return Self.setting(of: text[(start + wanted.count)..<end])
      }
      start = end + 1
    }
    return .no
  }

  private static func setting(of value: ArraySlice<UInt8>) -> Setting {
    switch value {
    case [0x79]: return .yes
    case [0x6d]: return .module
    case [0x6e]: return .no
    default:
      let isQuoted =
        value.count >= 2 && value.first == UInt8(ascii: "\"") && value.last == UInt8(ascii: "\"")
      return .value(
        String(decoding: isQuoted ? value.dropFirst().dropLast() : value, as: UTF8.self))
    }
  }

  /// Whether a symbol is built in.
  public func has(_ name: String) -> Bool { setting(name) == .yes }
}
