// SPDX-License-Identifier: Apache-2.0

/// What became of a stream that was inflated to its end.
public struct Inflated: Sendable, Hashable {
  /// The bytes of input from the first one to the end of the stream, checksums included.
  public let consumed: Int

  /// The bytes of output.
  public let produced: UInt64

  /// Names an outcome.
  public init(consumed: Int, produced: UInt64) {
    self.consumed = consumed
    self.produced = produced
  }
}
