// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// The assumed R (docs/footprint.md) when it cannot be read: no known decompressor uses more.
  static let largestBump: UInt64 = 0x1000
  /// The assumed BSS of the decompressor when it cannot be read: every known one has some KiB.
  static let largestDecompressorBSS: UInt64 = 0x2000
  /// The assumed bounds of `wont_overwrite` when it cannot be read: it follows the header and, in
  /// an EFI build, a page.
  static let wontOverwriteBounds: (lowest: UInt64, highest: UInt64) = (0x30, 0x2000)
  /// The decompressor's heap in every known kernel.
  ///
  /// Source: arch/arm/boot/compressed/Makefile (v6.1), `MALLOC_SIZE`.
  static let usualHeap: UInt64 = 0x10000

  /// Predicts the actions of the decompressor.
  mutating func describe(
    _ zImage: Span<UInt8>, _ header: ZImageHeader, _ table: SizeTable?, _ code: DecompressorCode,
    _ payload: PayloadPlace
  ) -> ZImage {
    var bounded: [String] = []
    let bump = figure(
      code.relocationBump, "the instruction that adds it", else: Self.largestBump, "R", &bounded)
    let bss = figure(
      code.bssBytes, "the address of the decompressor's stack",
      else: Self.largestDecompressorBSS, "its BSS", &bounded)
    let heap = heap(table, code, &bounded)
    let moved = figure(
      code.restart.map { $0 & ~31 }, "the address of restart", else: 0,
      "where its moved part begins", &bounded)
    let destination = destination(code, &bounded)
    if code.wontOverwrite == nil { bounded.append("the place of wont_overwrite") }
    if !bounded.isEmpty {
      var names = ""
      for name in bounded { names += (names.isEmpty ? "" : ", ") + name }
      warn(
        .decompressorBounded,
        "not all of the decompressor's code was recognised; bounds are used for: " + names,
        hint: "bounds err large; the image handover needs none of these figures")
    }
    return ZImage(
      byteCount: ByteCount(header.byteCount), compression: payload.compression,
      payloadOffset: ByteCount(payload.offset ?? 0), payloadEnd: ByteCount(payload.end),
      sizeTableOffset: table.map { ByteCount($0.offset) }, heapBytes: heap,
      destination: destination, checksDTBMemory: memoryCheck(zImage, payload),
      relocationBump: bump, bssBytes: bss, movedFrom: moved,
      wontOverwriteLowest: ByteCount(code.wontOverwrite ?? Self.wontOverwriteBounds.lowest),
      wontOverwriteHighest: ByteCount(code.wontOverwrite ?? Self.wontOverwriteBounds.highest),
      linkAddress: ByteCount(header.start),
      mergesATAGs: code.mergesATAGs.map {
        Figure(
          $0, .decompressor,
          $0 ? "the code that looks for ATAGs" : "no code that looks for ATAGs")
      })
  }

  private func figure(
    _ value: UInt64?, _ detail: String, else bound: UInt64, _ name: String,
    _ bounded: inout [String]
  ) -> Figure<ByteCount> {
    if let value { return Figure(ByteCount(value), .decompressor, detail) }
    bounded.append(name)
    return Figure(ByteCount(bound), .estimate, "bounded")
  }

  /// The decompressor's heap, from its code or else from the table, but never less than every known
  /// kernel has.
  private mutating func heap(
    _ table: SizeTable?, _ code: DecompressorCode, _ bounded: inout [String]
  ) -> Figure<ByteCount> {
    let place = "size table at " + hexadecimal(table?.offset ?? 0)
    switch (code.heapBytes, table?.heapBytes) {
    case (let read?, let stated?) where read == stated:
      return Figure(ByteCount(read), .sizeTable, place + ", confirmed by the decompressor")
    case (let read?, let stated?):
      warn(
        .tableContradicted,
        "the size table states a heap of " + ByteCount(stated).description
          + ", the decompressor's code " + ByteCount(read).description,
        hint: "the code is believed; get an intact kernel for loaders that read the table")
      return Figure(
        ByteCount(read), .decompressor, "the instruction that adds it, contradicting the table")
    case (let read?, nil):
      return Figure(ByteCount(read), .decompressor, "the instruction that adds it")
    case (nil, Self.usualHeap?):
      return Figure(ByteCount(Self.usualHeap), .sizeTable, place)
    case (nil, let stated?):
      bounded.append("its heap")
      return Figure(ByteCount(max(stated, Self.usualHeap)), .estimate, "bounded")
    case (nil, nil):
      return Figure(ByteCount(Self.usualHeap), .estimate, "64 KiB in every known kernel")
    }
  }

  private func destination(
    _ code: DecompressorCode, _ bounded: inout [String]
  ) -> Figure<ZImage.Destination> {
    if code.usesWindow {
      return Figure(.window, .decompressor, "it masks its own address")
    }
    if let address = code.fixedDestination {
      return Figure(
        .fixed(PhysicalAddress(address)), .decompressor, "the address among its constants")
    }
    bounded.append("where it puts the kernel")
    return Figure(.window, .estimate, "as in every multi-platform kernel")
  }

  /// Looks for the name of a property that only a decompressor holds that reads memory from the
  /// DTB.
  ///
  /// Source: arch/arm/boot/compressed/fdt_check_mem_start.c (v6.1; since v5.12).
  private func memoryCheck(_ zImage: Span<UInt8>, _ payload: PayloadPlace) -> Figure<Bool>? {
    // The zero byte matters: other names begin alike. Texts stand right in front of the payload.
    let name = Array("linux,usable-memory".utf8) + [0]
    for range in [0..<(payload.offset ?? payload.end), payload.end..<zImage.count] {
      if let at = zImage.lastOffset(of: name, in: range) {
        return Figure(
          true, .decompressor, "linux,usable-memory at " + hexadecimal(UInt64(at)))
      }
    }
    return Figure(false, .decompressor, "it does not hold the text linux,usable-memory")
  }

  /// Lists the device trees that stand behind a zImage, the first one where it ends.
  mutating func appendedTrees(_ layer: Layer, from end: Int) -> [ZImage.AppendedDTB] {
    let known = image.deviceTrees.count
    let at = takeTrees(inRow: layer, from: end, origin: "tree appended to the zImage")
    let trees = image.deviceTrees[known...].map {
      ZImage.AppendedDTB(
        offset: ByteCount($0.offset), byteCount: ByteCount($0.bytes.count ?? 0))
    }
    if !trees.isEmpty {
      note(
        .appendedDeviceTree,
        (trees.count == 1 ? "a device tree stands" : "\(trees.count) device trees stand")
          + " behind the zImage; a kernel that looks there itself takes the first")
    }
    reportTrailing(layer, from: at, "the zImage")
    return trees
  }

  /// Notes unknown bytes, unless they are padding.
  mutating func reportTrailing(_ layer: Layer, from end: Int, _ what: String) {
    var at = end
    while at < layer.bytes.count, layer.bytes[at] == 0 { at += 1 }
    guard at < layer.bytes.count else { return }
    note(
      .trailingBytes,
      ByteCount(layer.bytes.count - end).description + " stand behind " + what
        + " and are not used")
  }
}
