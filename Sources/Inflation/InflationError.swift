// SPDX-License-Identifier: Apache-2.0

/// Why a stream could not be inflated.
public enum InflationError: Error, Sendable, Hashable {
  /// How far inflating had come.
  public struct Position: Sendable, Hashable {
    /// What the input was read as.
    public let compression: Compression
    /// The bytes of input used before the fault; a decoder may have looked at some bytes more.
    public let offset: Int
    /// The bytes of output that the sink was given.
    public let produced: UInt64

    /// Names a position.
    public init(compression: Compression, offset: Int, produced: UInt64) {
      self.compression = compression
      self.offset = offset
      self.produced = produced
    }
  }

  /// The input breaks its format, or a checksum does not match; the text says what is wrong.
  case corrupt(Position, String)
  /// The input ends before the stream does.
  case truncated(Position)
  /// The output would be larger than `limit` bytes.
  case exceedsLimit(Position, limit: UInt64)
  /// Decoding takes `needed` bytes of memory, and they are not to be had.
  case needsTooMuchMemory(Position, needed: UInt64)
  /// There is no memory for the decoder.
  case outOfMemory(Position)
  /// The input is in order as far as it was read, but has a feature that is not decoded here.
  case unsupported(Position, String)
  /// The sink wanted no more.
  case stopped(Position)

  /// How far inflating had come.
  public var position: Position {
    switch self {
    case .corrupt(let position, _), .truncated(let position), .exceedsLimit(let position, _),
      .needsTooMuchMemory(let position, _), .outOfMemory(let position),
      .unsupported(let position, _), .stopped(let position):
      position
    }
  }

  /// Whether the stream may be in order, and only whoever inflates it falls short.
  public var isLimit: Bool {
    switch self {
    case .exceedsLimit, .needsTooMuchMemory, .outOfMemory, .unsupported: true
    case .corrupt, .truncated, .stopped: false
    }
  }
}

extension InflationError: CustomStringConvertible {
  /// Says what happened, where in the input, and after how much output.
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
      "decoding takes \(needed) bytes of memory, which are not to be had,"
    case .outOfMemory: "no memory for the decoder"
    case .unsupported(_, let what): "\(what) is not supported,"
    case .stopped: "inflating was stopped by the receiver"
    }
  }
}
