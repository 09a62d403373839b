// SPDX-License-Identifier: Apache-2.0

/// A digest or checksum that takes its message piece by piece.
public protocol Digest: Sendable {
  /// Starts with the empty message.
  init()

  /// Takes the next bytes of the message.
  mutating func update(_ bytes: Span<UInt8>)

  /// Gives the digest of all bytes taken, in its usual byte order.
  consuming func finish() -> [UInt8]
}

extension Digest {
  /// Gives the digest of a whole message.
  public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
    var digest = Self()
    digest.update(bytes)
    return digest.finish()
  }
}
