// SPDX-License-Identifier: Apache-2.0

/// The fault of an LZO1X block.
struct LZO1XFault: Error {
  enum Kind: String {
    case endsEarly = "the LZO block ends before its end mark"
    case tooMuchOutput = "the LZO block inflates to more than its length"
    case reachesBack = "the LZO block copies from before its beginning"
    case wrongEndMark = "the LZO end mark has a wrong length"
    case goesOn = "the LZO block goes on behind its end mark"
  }

  let kind: Kind
  /// The byte of the block behind the last one that was read.
  let offset: Int
}

/// Inflates one LZO1X block.
///
/// The state between two instructions is the number of literals that the last one copied: none, 1
/// to 3, or 4 and more, which counts as 4. It decides the meaning of the instructions 0 to 15.
///
/// - Parameters:
///   - input: The block, end mark included.
///   - output: Room for all of the output; no byte beyond is written.
/// - Returns: The number of output bytes.
/// - Throws: ``LZO1XFault``; the output is then undefined.
///
/// Source: Linux 6.1 Documentation/staging/lzo.rst, bitstream version 0, except that a first byte
/// of 18 to 20 stands for 1 to 3 literals and of 21 and more for 4 and more: lengths are the byte
/// less 17, as the document says a line further down.
func inflateLZO1X(
  _ input: Span<UInt8>, into output: inout MutableSpan<UInt8>
) throws(LZO1XFault) -> Int {
  var source = 0
  var count = 0
  var literals = 0

  if input.count > 0, input[0] > 17 {
    source = 1
    let length = Int(input[0]) - 17
    try copyLiterals(length, input, &source, &output, &count)
    literals = min(length, 4)
  }
  // Each turn reads at least the byte of the instruction.
  while source < input.count {
    let code = Int(input[source])
    source &+= 1
    let length: Int
    let distance: Int
    if code >= 64 {
      let high = try byte(input, &source)
      length = code >> 5 &+ 1
      distance = high << 3 &+ (code >> 2 & 7) &+ 1
      literals = code & 3
    } else if code >= 16 {
      let mask = code >= 32 ? 31 : 7
      length = try extend(code & mask, mask, input, &source, most: output.count &- count) &+ 2
      let low = try byte(input, &source)
      let word = try byte(input, &source) << 8 | low
      let near = word >> 2
      if code >= 32 {
        distance = near &+ 1
      } else {
        let far = (code & 8) << 11 | near
        if far == 0 {
          guard length == 3 else { throw LZO1XFault(kind: .wrongEndMark, offset: source) }
          guard source == input.count else { throw LZO1XFault(kind: .goesOn, offset: source) }
          return count
        }
        distance = far &+ 16384
      }
      literals = word & 3
    } else if literals == 0 {
      let run = try extend(code, 15, input, &source, most: output.count &- count) &+ 3
      try copyLiterals(run, input, &source, &output, &count)
      literals = 4
      continue
    } else {
      let high = try byte(input, &source)
      length = literals == 4 ? 3 : 2
      distance = high << 2 &+ code >> 2 &+ (literals == 4 ? 2049 : 1)
      literals = code & 3
    }
    try copyMatch(length, distance, source, &output, &count)
    try copyLiterals(literals, input, &source, &output, &count)
  }
  throw LZO1XFault(kind: .endsEarly, offset: source)
}

/// Reads one byte of an operand.
@inline(__always)
private func byte(_ input: Span<UInt8>, _ source: inout Int) throws(LZO1XFault) -> Int {
  guard source < input.count else { throw LZO1XFault(kind: .endsEarly, offset: source) }
  defer { source &+= 1 }
  return Int(input[source])
}

/// Reads the rest of a length. Bits that are all zero mean that bytes follow: each zero byte adds
/// 255, up to one that is not zero.
///
/// `most` ends the count before it can overflow: lengths beyond the remaining room are useless.
@inline(__always)
private func extend(
  _ bits: Int, _ mask: Int, _ input: Span<UInt8>, _ source: inout Int, most: Int
) throws(LZO1XFault) -> Int {
  guard bits == 0 else { return bits }
  var length = mask
  while true {
    let next = try byte(input, &source)
    guard next == 0 else { return length &+ next }
    length &+= 255
    guard length <= most else { throw LZO1XFault(kind: .tooMuchOutput, offset: source) }
  }
}

/// Copies bytes from the input.
@inline(__always)
private func copyLiterals(
  _ length: Int, _ input: Span<UInt8>, _ source: inout Int,
  _ output: inout MutableSpan<UInt8>, _ count: inout Int
) throws(LZO1XFault) {
  guard length <= input.count &- source else {
    throw LZO1XFault(kind: .endsEarly, offset: source)
  }
  guard length <= output.count &- count else {
    throw LZO1XFault(kind: .tooMuchOutput, offset: source)
  }
  var left = length
  while left > 0 {
    output[count] = input[source]
    count &+= 1
    source &+= 1
    left &-= 1
  }
}

/// Copies bytes from the output; where source and target overlap, the copy repeats itself.
@inline(__always)
private func copyMatch(
  _ length: Int, _ distance: Int, _ source: Int,
  _ output: inout MutableSpan<UInt8>, _ count: inout Int
) throws(LZO1XFault) {
  guard distance <= count else { throw LZO1XFault(kind: .reachesBack, offset: source) }
  guard length <= output.count &- count else {
    throw LZO1XFault(kind: .tooMuchOutput, offset: source)
  }
  var left = length
  while left > 0 {
    output[count] = output[count &- distance]
    count &+= 1
    left &-= 1
  }
}
