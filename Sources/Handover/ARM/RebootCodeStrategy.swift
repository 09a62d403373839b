// SPDX-License-Identifier: Apache-2.0

/// How the relocation code gets its four parameters. The numbers are those of a bundle's manifest.
public enum RebootCodeStrategy: UInt32, Hashable, Sendable, CaseIterable {
  /// They come in r4 to r7, passed through the whole chain; nothing is stored.
  case arguments = 0
  /// They are stored behind the code in the reboot code buffer. Linux does so since 2016.
  case behindCode = 1
  /// They are stored into the code in the text, and copied with it. Linux did so before.
  case inText = 2

  /// The name on the command line and in documents.
  public var name: StaticString {
    switch self {
    case .arguments: "arguments"
    case .behindCode: "behindCode"
    case .inText: "inText"
    }
  }

  /// Whether it needs a writable text of the program.
  public var needsWritableText: Bool { self == .inText }

  /// The size of the assembled code in bytes.
  public var codeBytes: UInt32 {
    switch self {
    case .arguments: UInt32(truncatingIfNeeded: ARMRelocationCode.arguments.count) * 4
    case .behindCode: UInt32(truncatingIfNeeded: ARMRelocationCode.behindCode.count) * 4
    case .inText: UInt32(truncatingIfNeeded: ARMRelocationCode.inText.count) * 4
    }
  }

  /// The word at an offset of the assembled code, with parameters of 0; nil where there is none.
  public func codeWord(at offset: UInt32) -> UInt32? {
    guard offset < codeBytes, offset & 3 == 0, let index = Int(exactly: offset / 4) else {
      return nil
    }
    return switch self {
    case .arguments: ARMRelocationCode.arguments[index]
    case .behindCode: ARMRelocationCode.behindCode[index]
    case .inText: ARMRelocationCode.inText[index]
    }
  }
}
