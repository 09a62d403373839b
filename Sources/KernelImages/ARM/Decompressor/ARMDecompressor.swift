// SPDX-License-Identifier: Apache-2.0

extension DecompressorCode {
  /// Looks for the instructions of a decompressor in ARM code.
  ///
  /// Source: ARM Architecture Reference Manual ARMv7-A, A5.2.4 (modified immediates), A8.8.12.
  mutating func readARM(_ code: borrowing CodeReader) {
    var at = ZImageHeader.magicOffset + 4
    var window: Int?
    // All wanted instructions are unconditional data processing with an immediate.
    while let place = code.nextInstruction(beginningWith: 0xe2, from: at) {
      readARM(code.instruction(at: place), at: place, code, window: &window)
      // Only the first hit counts for each fact; when all facts are found, the search ends.
      if relocationBump != nil, sizeWordOffset != nil, bssBytes != nil, window != nil { break }
      at = place + 4
    }
    if let window {
      usesWindow = true
      for step in 1...32 {
        let word = code.instruction(at: window + 4 * step)
        guard word & 0xffff_f000 == 0xe280_4000 || word & 0xffff_f000 == 0xe284_4000 else {
          continue
        }
        takeTextOffset(UInt64(armImmediate(word)))
        break
      }
    } else if let restart {
      readFixedDestination(code, before: Int(restart))
    }
  }

  /// Takes the facts that an instruction and its neighbours show.
  private mutating func readARM(
    _ word: UInt32, at: Int, _ code: borrowing CodeReader, window: inout Int?
  ) {
    switch word & 0xffff_f000 {
    case 0xe28a_a000 where code.instruction(at: at + 4) == 0xe3ca_a0ff:
      // add r10, r10, #R; bic r10, r10, #255
      if relocationBump == nil { readMove(code, at: at, bump: armImmediate(word)) }
    case 0xe28d_a000:
      // add r10, sp, #MALLOC_SIZE
      takeHeap(armImmediate(word))
    case 0xe28f_9000
    where code.instruction(at: at + 4) == 0xe599_a000
      && code.instruction(at: at + 8) == 0xe08a_a009:
      // adr r9, size offset; ldr r10, [r9]; add r10, r10, r9
      if sizeWordOffset == nil {
        takeSizeWordDistance(at: at + 8 + armImmediate(word), code)
      }
    case 0xe28f_0000:
      let next = code.instruction(at: at + 4)
      let label = at + 8 + armImmediate(word)
      if next == 0xe590_d000, code.instruction(at: at + 8) == 0xe590_6004 {
        // adr r0, LC1; ldr sp, [r0]; ldr r6, [r0, #4]
        if bssBytes == nil { takeOffsets(at: label, code) }
      } else if next == 0xe890_1c4e {
        // adr r0, LC0; ldmia r0, {r1, r2, r3, r6, r10, r11, r12}
        if bssBytes == nil { takeAddresses(at: label, code) }
      }
    case 0xe200_0000 where word == 0xe200_033e && window == nil:
      // mov r0, pc; and r0, r0, #0xf8000000
      if code.instruction(at: at - 4) == 0xe1a0_000f { window = at }
    case 0xe204_4000 where word == 0xe204_433e && window == nil:
      // mov r4, pc; and r4, r4, #0xf8000000
      if code.instruction(at: at - 4) == 0xe1a0_400f { window = at }
    default: break
    }
  }

  /// Reads the instructions around the one that adds R (docs/footprint.md).
  private mutating func readMove(_ code: borrowing CodeReader, at: Int, bump: Int) {
    relocationBump = UInt64(bump)
    for step in 1...8 where code.instruction(at: at - 4 * step) & 0xffff_f000 == 0xe28f_9000 {
      wontOverwrite = UInt64(at - 4 * step + 8 + armImmediate(code.instruction(at: at - 4 * step)))
      break
    }
    for step in 2...8 where code.instruction(at: at + 4 * step) & 0xffff_f000 == 0xe24f_5000 {
      let place = at + 4 * step
      let target = place + 8 - armImmediate(code.instruction(at: place))
      if target >= 0 { restart = UInt64(target) }
      break
    }
    guard let restart else { return }
    // cmp r0, #1; sub r0, r4, #TEXT_OFFSET: this code only looks for the ATAGs.
    var place = Int(restart)
    mergesATAGs = false
    while place < at {
      if code.instruction(at: place) == 0xe350_0001,
        code.instruction(at: place + 4) & 0xffff_f000 == 0xe244_0000
      {
        mergesATAGs = true
      }
      place += 4
    }
  }

  private mutating func readFixedDestination(_ code: borrowing CodeReader, before end: Int) {
    var at = ZImageHeader.magicOffset + 4
    while at < end {
      let word = code.instruction(at: at)
      // ldr r4, [pc, #imm]
      if word & 0xffff_f000 == 0xe59f_4000,
        let address = code.literal(at: at + 8 + Int(word & 0xfff))
      {
        takeFixedDestination(address)
        return
      }
      at += 4
    }
  }

  /// Takes T (docs/footprint.md) when the value is possible.
  mutating func takeTextOffset(_ value: UInt64) {
    guard value & 0xffff == 0x8000, value < UInt64(BSSPair.textOffsetLimit) else { return }
    textOffset = value
  }

  /// Takes the heap when the value is possible.
  mutating func takeHeap(_ bytes: Int) {
    guard heapBytes == nil, bytes >= 4096, bytes <= SizeTable.heapLimit else { return }
    heapBytes = UInt64(bytes)
  }

  /// Takes the destination of a kernel with a fixed address.
  mutating func takeFixedDestination(_ address: UInt32) {
    guard address & 0xffff == 0x8000 else { return }
    fixedDestination = UInt64(address)
  }
}

/// The immediate of an ARM data-processing instruction: eight bits rotated right by an even number.
/// It is used as an offset in a zImage; values above 256 MiB count as 0, which finds nothing.
private func armImmediate(_ word: UInt32) -> Int {
  let value = word & 0xff
  let turn = (word >> 8 & 0xf) * 2
  let rotated = turn == 0 ? value : value >> turn | value << (32 - turn)
  return rotated < 1 << 28 ? Int(truncatingIfNeeded: rotated) : 0
}
