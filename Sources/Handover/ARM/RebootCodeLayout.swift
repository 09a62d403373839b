// SPDX-License-Identifier: Apache-2.0

/// The offsets in a reboot code buffer.
public struct RebootCodeLayout: Hashable, Sendable {
  /// The size of the pages that the relocation code copies: HANDOVER_PAGE_SHIFT in HandoverCode.h.
  public static let pageBytes: UInt32 = 4096
  /// The alignment of the buffer's address. Linux copies functions with fncpy(), which needs 8.
  public static let alignment: UInt32 = 8

  /// The bytes of the code.
  public let codeBytes: UInt32
  /// The offset of the four parameters; nil when they come in registers.
  public let parametersOffset: UInt32?
  /// The bytes of code and parameters.
  public let byteCount: UInt32

  /// Lays out code of a size.
  ///
  /// The size must be a multiple of eight, so that words behind the code are always aligned.
  ///
  /// - Throws: ``RebootCodeError`` when the size is impossible.
  public init(
    _ strategy: RebootCodeStrategy, codeBytes: UInt32
  ) throws(RebootCodeError) {
    let parameters = HandoverParameters.count * 4
    guard codeBytes % Self.alignment == 0, codeBytes > (strategy == .inText ? parameters : 0) else {
      throw .codeSize(codeBytes)
    }
    guard codeBytes <= Self.pageBytes else {
      throw .doesNotFit(bytes: codeBytes, room: Self.pageBytes)
    }
    self.codeBytes = codeBytes
    switch strategy {
    case .arguments: (parametersOffset, byteCount) = (nil, codeBytes)
    case .behindCode: (parametersOffset, byteCount) = (codeBytes, codeBytes + parameters)
    case .inText: (parametersOffset, byteCount) = (codeBytes - parameters, codeBytes)
    }
    guard byteCount <= Self.pageBytes else {
      throw .doesNotFit(bytes: byteCount, room: Self.pageBytes)
    }
  }

  /// Whether the word at an offset is one of the parameters.
  public func isParameter(at offset: UInt32) -> Bool {
    guard let parametersOffset else { return false }
    return offset >= parametersOffset && offset - parametersOffset < HandoverParameters.count * 4
  }
}
