// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The checksums of an lzop block, for its output or for its input.
struct LZOPChecksums {
  var adler: UInt32?
  var crc: UInt32?

  /// Compares the checksums that the block has.
  func verify(
    _ bytes: Span<UInt8>, _ which: String, _ position: InflationError.Position
  ) throws(InflationError) {
    if let adler, Adler32.checksum(bytes) != adler {
      throw .corrupt(position, "the Adler-32 of the \(which) LZO block does not match")
    }
    if let crc, CRC32.checksum(bytes) != crc {
      throw .corrupt(position, "the CRC-32 of the \(which) LZO block does not match")
    }
  }
}

/// One block of an lzop file.
struct LZOPBlock: ~Escapable {
  let outputLength: Int
  let payloadOffset: Int
  let payload: Span<UInt8>
  let output: LZOPChecksums
  let input: LZOPChecksums

  var payloadLength: Int { payload.count }

  /// Whether the block is stored without compression.
  var isStored: Bool { payload.count == outputLength }

  /// Reads the head of a block; nil at the end mark.
  @_lifetime(copy reader)
  init?(
    _ reader: ByteReader, at start: Int, _ flags: LZOPHeader.Flags, _ outflow: borrowing Outflow
  ) throws(InflationError) {
    let truncated = InflationError.truncated(outflow.position(reader.count))
    guard let outputWord = reader.bigEndian32(at: start) else { throw truncated }
    if outputWord == 0 { return nil }
    guard outputWord <= DecoderMemory.lzopBlock else {
      throw .corrupt(outflow.position(start), "an LZO block of \(outputWord) bytes is too long")
    }
    guard UInt64(outputWord) <= outflow.allowance else {
      throw .exceedsLimit(outflow.position(start), limit: outflow.limit)
    }
    guard let inputWord = reader.bigEndian32(at: start + 4) else { throw truncated }
    // A byte of LZO stands for at most 255 bytes of output, save for the base of one length. So a
    // few bytes of input cannot ask for a large buffer.
    guard inputWord > 0, inputWord <= outputWord,
      UInt64(outputWord) <= UInt64(inputWord) * 255 + 64
    else {
      throw .corrupt(
        outflow.position(start + 4),
        "\(inputWord) bytes of LZO cannot be \(outputWord) bytes of output")
    }
    var offset = start + 8
    func checksum(_ flag: LZOPHeader.Flags) throws(InflationError) -> UInt32? {
      guard flags.contains(flag) else { return nil }
      guard let word = reader.bigEndian32(at: offset) else { throw truncated }
      offset += 4
      return word
    }
    let output = LZOPChecksums(
      adler: try checksum(.adlerOfOutput), crc: try checksum(.crcOfOutput))
    var input = LZOPChecksums()
    if inputWord < outputWord {
      input = LZOPChecksums(
        adler: try checksum(.adlerOfInput), crc: try checksum(.crcOfInput))
    }
    guard let payload = reader.slice(offset, Int(inputWord)) else { throw truncated }
    self.outputLength = Int(outputWord)
    self.payloadOffset = offset
    self.payload = payload
    self.output = output
    self.input = input
  }
}
