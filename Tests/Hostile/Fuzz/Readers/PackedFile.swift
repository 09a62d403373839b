// SPDX-License-Identifier: Apache-2.0
@testable import Inflation

/// A compressed stream, behind a byte with the limit.
enum PackedFile {
  static func read(_ input: [UInt8], _ compression: Compression) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    let limit = UInt64(first) << 12
    let counted = try? countInflated(bytes.span, as: compression, limit: limit)
    // What is announced is believed in part only, whatever it is.
    let expected = Int(first) << 20
    let array = try? inflateToArray(bytes.span, as: compression, limit: limit, expected: expected)
    hold((counted == nil) == (array == nil), "counting and inflating agree on what is in order")
    guard let counted, let array else { return }
    hold(counted == array.1, "both give the same lengths")
    hold(UInt64(array.0.count) == counted.produced, "as much comes out as is said")
    hold(counted.produced <= limit, "the limit holds")
    hold(counted.consumed <= bytes.count, "no more is read than there is")
    let alone = Array(bytes.prefix(counted.consumed))
    hold(
      (try? countInflated(alone.span, as: compression, limit: limit)) == counted,
      "what stands behind a stream does not matter")
  }

  /// A block without the container and its checksums, behind two bytes with the room.
  static func readLZOBlock(_ input: [UInt8]) {
    guard input.count > 2 else { return }
    let room = Int(input[0]) << 8 | Int(input[1])
    var buffer = [UInt8](repeating: 0, count: room)
    let block = Array(input.dropFirst(2))
    var output = buffer.mutableSpan
    let count = try? inflateLZO1X(block.span, into: &output)
    if let count { hold(count <= room, "no more comes out than there is room") }
  }
}
