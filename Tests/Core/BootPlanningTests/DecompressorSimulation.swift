// SPDX-License-Identifier: Apache-2.0

/// Runs the decompressor over a byte map, straight through, as zimage.md section 4 states its
/// steps. It shares nothing with the model of `BootPlanning`: it is the judge of that model.
struct DecompressorSimulation {
  let kernel: TrueKernel
  let handover: TrueHandover
  /// L.
  let load: UInt64
  var memory: SimulatedMemory

  private static let stack: UInt64 = 0x1000
  private static let table: UInt64 = 0x4000

  /// Runs from the jump to the first instruction of the inflated kernel.
  ///
  /// - Returns: K.
  mutating func run() throws(Hang) -> UInt64 {
    let z = kernel.zImage
    guard load >> 27 == (load + z - 1) >> 27 else {
      throw .unusable(.zImage, "crosses a 128 MiB window", Bytes(load, load + z))
    }
    // What stands behind the file must not be taken for an appended device tree.
    try memory.require(.zeroes, Bytes(load + z, load + z + 4))

    let final = try finalAddress()
    let pc = load + kernel.windowCode
    let table = Bytes(roundDown(final - Self.table, Self.table), final - Self.table + Self.table)
    let headroom = z + kernel.decompressorBSS - kernel.restart + 0x4000 + 0x10_0000
    let cachesOnNow = pc >= final || final > pc + headroom
    if cachesOnNow {
      try memory.write(.decompressorTable, table)
      try memory.require(.zImage, Bytes(load + kernel.restart, load + z))
    }

    // The test whether the output would run over the code that writes it.
    let stackEnd = load + z + kernel.decompressorBSS + Self.stack
    let imageEnd = stackEnd + kernel.heap
    let staysInPlace =
      final >= imageEnd + 0x4000 || final + kernel.inflated <= load + kernel.wontOverwrite
    // Offset o of the zImage stands at origin + o once the decompressor is where it works.
    var origin = load
    var code = Owner.zImage
    if !staysInPlace {
      origin = try move(final)
      code = .moved
    }
    try inflate(final, origin: origin, code: code, table: cachesOnNow ? nil : table)
    try stayCached(table, origin: origin)
    return final
  }

  /// Finds K; with a DTB to look into, the stack above the file is used before anything moves.
  private mutating func finalAddress() throws(Hang) -> UInt64 {
    if let fixed = kernel.fixedAddress { return fixed }
    var base = (load + kernel.windowCode) & ~0x7ff_ffff
    if kernel.checksDTB {
      let bottom = load + kernel.zImage + kernel.decompressorBSS
      try memory.write(.decompressorStack, Bytes(bottom, bottom + Self.stack))
      if case .deviceTree(let nodes) = handover.parameters {
        var lowest: UInt64?
        var named = false
        for node in nodes where node.low < 1 << 32 && !node.isEmpty {
          if node.low <= base, base < node.high { named = true }
          if node.low < lowest ?? .max { lowest = node.low }
        }
        if !named, let lowest { base = roundUp(lowest, 2 << 20) }
      }
    }
    let final = base + kernel.textOffset
    guard final + kernel.inflated <= 1 << 32 else {
      throw .unusable(.inflated, "ends above 4 GiB", Bytes(final, final + kernel.inflated))
    }
    return final
  }

  /// Copies the decompressor and its payload out of the way, from the end downward.
  private mutating func move(_ final: UInt64) throws(Hang) -> UInt64 {
    let target = roundDown(final + kernel.inflated + kernel.bump, 256)
    let source = load + kernel.movedFrom
    let length = roundUp(kernel.zImage - kernel.movedFrom, 32)
    guard target >= source || target + length <= source else {
      throw .unusable(.moved, "is copied downward onto itself", Bytes(target, target + length))
    }
    try memory.require(.zImage, Bytes(source, load + kernel.zImage))
    let copy = Bytes(target, target + length)
    guard !copy.meets(Bytes(load + kernel.restart, load + kernel.movingCodeEnd)) else {
      throw .lost(.zImage, copy)
    }
    try memory.write(.moved, copy)
    let origin = target - kernel.movedFrom
    // The moved code makes the same test again and must pass it this time.
    guard final + kernel.inflated <= origin + kernel.wontOverwrite else {
      throw .unusable(.moved, "would move again", copy)
    }
    return origin
  }

  private mutating func inflate(
    _ final: UInt64, origin: UInt64, code: Owner, table: Bytes?
  ) throws(Hang) {
    let z = kernel.zImage
    let needed = Bytes(origin + kernel.wontOverwrite, origin + kernel.payloadEnd)
    let data = Bytes(origin + kernel.payloadEnd, origin + z)
    let bss = Bytes(origin + z, origin + z + kernel.decompressorBSS)
    let stack = Bytes(bss.high, bss.high + Self.stack)
    let heap = Bytes(stack.high, stack.high + kernel.heap)
    try memory.require(code, needed)
    try memory.require(code, data)
    try memory.write(.decompressorData, data)
    try memory.write(.decompressorBSS, bss)
    if let table { try memory.write(.decompressorTable, table) }
    try memory.write(.decompressorStack, stack)
    try memory.write(.decompressorHeap, heap)
    let output = Bytes(final, final + kernel.inflated)
    try memory.write(.inflated, output)
    // Had the output reached any of these, inflating would not have come to its end.
    try memory.require(code, needed)
    try memory.require(.decompressorData, data)
    try memory.require(.decompressorBSS, bss)
    try memory.require(.decompressorStack, stack)
    try memory.require(.decompressorHeap, heap)
    try memory.require(
      .decompressorTable, Bytes(roundDown(final - Self.table, Self.table), final))
    try memory.require(.inflated, output)
  }

  /// Outside the cached map memory is strongly ordered: an unaligned access faults.
  private func stayCached(_ table: Bytes, origin: UInt64) throws(Hang) {
    let start = roundDown(table.low, 0x4_0000)
    let cached = Bytes(start, start + (256 << 20))
    let end = origin + kernel.zImage + kernel.decompressorBSS + Self.stack + kernel.heap
    let begin = origin == load ? load : origin + kernel.movedFrom
    guard cached.holds(Bytes(begin, end)), cached.holds(table) else {
      throw .unusable(.zImage, "leaves the cached map", Bytes(begin, end))
    }
  }
}
