// SPDX-License-Identifier: Apache-2.0

/// Why a stream could not be inflated.
public enum InflationError: Error, Sendable, Hashable {
  /// The place at which inflating ended.
  public struct Position: Sendable, Hashable {
    /// The assumed compression of the input.
    public let compression: Compression
    /// The bytes of input used before the fault; a decoder may have read some bytes more.
    public let offset: Int
    /// The bytes of output that the sink got.
    public let produced: UInt64

    /// Groups the parts of a position.
    public init(compression: Compression, offset: Int, produced: UInt64) {
      self.compression = compression
      self.offset = offset
      self.produced = produced
    }
  }

  /// The input breaks its format, or a checksum does not match; the text names the problem.
  case corrupt(Position, String)
  /// The input ends before the stream does.
  case truncated(Position)
  /// The output would be larger than `limit` bytes.
  case exceedsLimit(Position, limit: UInt64)
  /// Decoding needs `needed` bytes of memory, which are not available.
  case needsTooMuchMemory(Position, needed: UInt64)
  /// There is no memory for the decoder.
  case outOfMemory(Position)
  /// The input is correct as far as it was read, but has a feature that this program cannot decode.
  case unsupported(Position, String)
  /// The sink wanted no more.
  case stopped(Position)

  /// The place at which inflating ended.
  public var position: Position {
    switch self {
    case .corrupt(let position, _), .truncated(let position), .exceedsLimit(let position, _),
      .needsTooMuchMemory(let position, _), .outOfMemory(let position),
      .unsupported(let position, _), .stopped(let position):
      position
    }
  }

  /// Whether a limit of this program is the cause, not the file.
  public var isLimit: Bool {
    switch self {
    case .exceedsLimit, .needsTooMuchMemory, .outOfMemory, .unsupported: true
    case .corrupt, .truncated, .stopped: false
    }
  }
}

extension InflationError: CustomStringConvertible {
  /// The message: the problem, its place in the input, and the output before it.
  public var description: String {
    "\(position.compression.rawValue) stream: \(what) at offset \(position.offset), "
      + "after \(position.produced) bytes of output"
  }

  private var what: String {
    switch self {
    case .corrupt(_, let what): what
    case .truncated: "the input ends too early"
    case .exceedsLimit(_, let limit): "more than the allowed \(limit) bytes of output"
    case .needsTooMuchMemory(_, let needed):
      "decoding takes \(needed) bytes of memory, which are not available,"
    case .outOfMemory: "no memory for the decoder"
    case .unsupported(_, let what): "\(what) is not supported,"
    case .stopped: "inflating was stopped by the receiver"
    }
  }
}
