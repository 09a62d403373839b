// SPDX-License-Identifier: Apache-2.0

/// The sizes of a stream that was inflated to its end.
public struct Inflated: Sendable, Hashable {
  /// The bytes of input from the first one to the end of the stream, checksums included.
  public let consumed: Int

  /// The bytes of output.
  public let produced: UInt64

  /// Groups the sizes.
  public init(consumed: Int, produced: UInt64) {
    self.consumed = consumed
    self.produced = produced
  }
}
