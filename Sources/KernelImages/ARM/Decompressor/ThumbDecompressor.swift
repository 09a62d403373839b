// SPDX-License-Identifier: Apache-2.0

extension DecompressorCode {
  /// Looks for the instructions of a decompressor in Thumb-2 code.
  ///
  /// Source: ARM Architecture Reference Manual ARMv7-A, A6.3.2 (modified immediates), A8.8.12.
  mutating func readThumb(_ code: borrowing CodeReader) {
    var at = ZImageHeader.magicOffset + 4
    var window: Int?
    while at < code.limit {
      defer { at += 2 }
      let first = code.halfword(at: at)
      let second = code.halfword(at: at + 2)
      if first & 0xfbff == 0xf10a, second & 0x8f00 == 0x0a00 {
        // add.w r10, r10, #R; bic.w r10, r10, #255
        if relocationBump == nil, code.halfword(at: at + 4) == 0xf02a,
          code.halfword(at: at + 6) == 0x0aff
        {
          readMove(code, at: at, bump: modifiedImmediate(first, second))
        }
      } else if first & 0xfbff == 0xf10d, second & 0x8f00 == 0x0a00 {
        // add.w r10, sp, #MALLOC_SIZE
        takeHeap(modifiedImmediate(first, second))
      } else if first & 0xfbff == 0xf20f, second & 0x8f00 == 0x0900 {
        // adr.w r9, size offset; ldr.w r10, [r9]; add r10, r9
        if sizeWordOffset == nil, code.halfword(at: at + 4) == 0xf8d9,
          code.halfword(at: at + 6) == 0xa000, code.halfword(at: at + 8) == 0x44ca
        {
          takeSizeWordDistance(at: aligned(at) + plainImmediate(first, second), code)
        }
      } else if first & 0xff00 == 0xa000, second == 0xf8d0 {
        // adr r0, LC1; ldr.w sp, [r0]; ldr r6, [r0, #4]
        if bssBytes == nil, code.halfword(at: at + 4) == 0xd000,
          code.halfword(at: at + 6) == 0x6846
        {
          takeOffsets(at: aligned(at) + Int(first & 0xff) * 4, code)
        }
      } else if first & 0xff00 == 0xa000, second == 0xe890, code.halfword(at: at + 4) == 0x1c4e {
        // adr r0, LC0; ldmia.w r0, {r1, r2, r3, r6, r10, r11, r12}
        if bssBytes == nil { takeAddresses(at: aligned(at) + Int(first & 0xff) * 4, code) }
      } else if window == nil, second == 0x4078 || second == 0x4478 {
        // mov r0, pc; and.w r0, r0, #0xf8000000 (or r4)
        let before = code.halfword(at: at - 2)
        if first == 0xf000, second == 0x4078, before == 0x4678 { window = at }
        if first == 0xf004, second == 0x4478, before == 0x467c { window = at }
      }
    }
    if let window {
      usesWindow = true
      for step in 2...64 {
        let first = code.halfword(at: window + 2 * step)
        let second = code.halfword(at: window + 2 * step + 2)
        // add.w r4, r0, #T (or r4)
        guard first & 0xfbff == 0xf100 || first & 0xfbff == 0xf104, second & 0x8f00 == 0x0400
        else { continue }
        takeTextOffset(UInt64(modifiedImmediate(first, second)))
        break
      }
    } else if let restart {
      readFixedDestination(code, before: Int(restart))
    }
  }

  private mutating func readMove(_ code: borrowing CodeReader, at: Int, bump: Int) {
    relocationBump = UInt64(bump)
    for step in 1...12 {
      let place = at - 2 * step
      let first = code.halfword(at: place)
      let second = code.halfword(at: place + 2)
      guard first & 0xfbff == 0xf20f, second & 0x8f00 == 0x0900 else { continue }
      wontOverwrite = UInt64(aligned(place) + plainImmediate(first, second)) & ~1
      break
    }
    for step in 4...16 {
      let place = at + 2 * step
      let first = code.halfword(at: place)
      let second = code.halfword(at: place + 2)
      guard first & 0xfbff == 0xf2af, second & 0x8f00 == 0x0500 else { continue }
      let target = aligned(place) - plainImmediate(first, second)
      if target >= 0 { restart = UInt64(target) & ~1 }
      break
    }
    guard let restart else { return }
    mergesATAGs = false
    var place = Int(restart)
    while place < at {
      // cmp r0, #1; sub.w r0, r4, #TEXT_OFFSET
      if code.halfword(at: place) == 0x2801, code.halfword(at: place + 2) & 0xfbff == 0xf1a4,
        code.halfword(at: place + 4) & 0x8f00 == 0
      {
        mergesATAGs = true
      }
      place += 2
    }
  }

  private mutating func readFixedDestination(_ code: borrowing CodeReader, before end: Int) {
    var at = ZImageHeader.magicOffset + 4
    while at < end {
      let first = code.halfword(at: at)
      var label: Int?
      if first == 0xf8df, code.halfword(at: at + 2) & 0xf000 == 0x4000 {
        // ldr.w r4, [pc, #imm]
        label = aligned(at) + Int(code.halfword(at: at + 2) & 0xfff)
      } else if first & 0xff00 == 0x4c00 {
        // ldr r4, [pc, #imm]
        label = aligned(at) + Int(first & 0xff) * 4
      }
      if let label, let address = code.literal(at: label) {
        takeFixedDestination(address)
        if fixedDestination != nil { return }
      }
      at += 2
    }
  }

  /// The value of pc that an instruction at an offset computes addresses from.
  private func aligned(_ at: Int) -> Int { (at + 4) & ~3 }
}

private func plainImmediate(_ first: UInt16, _ second: UInt16) -> Int {
  Int(first >> 10 & 1) << 11 | Int(second >> 12 & 7) << 8 | Int(second & 0xff)
}

/// The immediate of a Thumb-2 data-processing instruction; larger ones than 256 MiB count as 0.
private func modifiedImmediate(_ first: UInt16, _ second: UInt16) -> Int {
  let plain = plainImmediate(first, second)
  let byte = UInt32(plain & 0xff)
  switch plain >> 8 {
  case 0: return Int(byte)
  case 1: return Int(byte << 16 | byte)
  case 2: return byte < 0x80 ? Int(truncatingIfNeeded: byte << 24 | byte << 8) : 0
  case 3: return byte < 0x80 ? Int(truncatingIfNeeded: byte &* 0x0101_0101) : 0
  default:
    let turn = UInt32(plain >> 7)
    let value = UInt32(plain & 0x7f | 0x80)
    let rotated = value >> turn | value << (32 - turn)
    return rotated < 1 << 28 ? Int(truncatingIfNeeded: rotated) : 0
  }
}
