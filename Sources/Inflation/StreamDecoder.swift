// SPDX-License-Identifier: Apache-2.0
import CInflation

/// A decoder of one of the C libraries; it is closed with its last reference.
///
/// A class for the same reason as ``OutputBuffer``.
@safe final class StreamDecoder {
  /// The result of one step.
  struct Step {
    let status: inflation_status
    let consumed: Int
    let produced: Int
  }

  private let handle: OpaquePointer

  /// Opens a decoder.
  ///
  /// `largestBlock` is the largest output of a block of an xz stream, in bytes.
  ///
  /// - Throws: ``InflationError/outOfMemory(_:)`` most likely; the position is the beginning.
  init(
    _ kind: inflation_kind, largestBlock: UInt64, for outflow: borrowing Outflow
  ) throws(InflationError) {
    var opened: OpaquePointer?
    let status = unsafe inflation_open(kind, largestBlock, &opened)
    guard let opened = unsafe opened else {
      switch status {
      case INFLATION_UNSUPPORTED: throw .unsupported(outflow.position(0), "this compression")
      default: throw .outOfMemory(outflow.position(0))
      }
    }
    unsafe handle = unsafe opened
  }

  deinit {
    unsafe inflation_close(handle)
  }

  /// Decodes from a place in the input into the beginning of the buffer.
  ///
  /// - Parameters:
  ///   - input: The whole input.
  ///   - offset: The bytes of it that are used already.
  ///   - buffer: The buffer for the output.
  ///   - room: The bytes of the buffer that may be written, at most its capacity.
  /// - Returns: The status, and the bytes used and written.
  func step(
    _ input: Span<UInt8>, from offset: Int, into buffer: OutputBuffer, room: Int
  ) -> Step {
    let rest = input.extracting(droppingFirst: offset)
    let target = unsafe buffer.base
    let capacity = min(room, buffer.capacity)
    let handle = unsafe self.handle
    // The library holds bare pointers: the memory behind them must outlive the call.
    defer {
      extendLifetime(self)
      extendLifetime(buffer)
    }
    var consumed = 0
    var produced = 0
    let status = unsafe rest.withUnsafeBufferPointer { bytes in
      unsafe inflation_step(
        handle, bytes.baseAddress, bytes.count, &consumed, target, capacity, &produced)
    }
    return Step(status: status, consumed: consumed, produced: produced)
  }

  /// The memory that decoding needs and could not get, in bytes, if the library reports it.
  var memoryNeeded: UInt64? {
    let needed = unsafe inflation_memory_needed(handle)
    return needed == 0 ? nil : needed
  }
}
