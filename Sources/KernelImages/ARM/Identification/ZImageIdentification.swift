// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// Reads a zImage: its header, its size table, its code, and as much of its payload as the
  /// figures need.
  mutating func peelZImage(_ layer: Layer) throws(KernelImageError) {
    let (header, code) = try readHeader(layer)
    let length = try layer.part("the zImage", 0, header.byteCount)
    let zImage = layer.bytes.extracting(length.indices)
    let table = readTable(zImage, header)
    var failed: FailedPayload?
    guard let (found, head) = findPayload(zImage, header, table, code, &failed) else {
      return try takeUninflated(
        layer, header, table, code, failed, because: Self.refusal(failed, header))
    }
    var payload = found
    let stream = zImage.extracting(payload.offset..<(payload.offset + payload.streamBytes))
    var source = layer.origin.bytes(payload.offset, payload.streamBytes)
    var scan: InflatedImageScan?
    if options.verify || !isConfirmed(table, code, payload, head) {
      var repaired: [UInt8]?
      do throws(KernelImageError) {
        scan = try scanPayload(stream, &payload, header, in: zImage, &repaired)
      } catch {
        guard case .inflation(_, _, let cause) = error else { throw error }
        let failed = FailedPayload(
          compression: payload.compression, offset: payload.offset, cause: cause)
        return try takeUninflated(layer, header, table, code, failed, because: error)
      }
      source = layer.origin.bytes(payload.offset, payload.streamBytes)
      if let repaired { source = .owned(repaired[...]) }
    }
    var figures = KernelFigures(
      inflated: inflatedFigure(payload, table, scan), options: options)
    figures.table = table
    figures.scan = scan
    figures.code = code
    figures.symbols = vmlinuxSymbols()
    figures.head = head
    var kernel = figures.decide()
    image.diagnostics.append(contentsOf: figures.diagnostics)
    kernel.sizeWord = payload.sizeWord.map { ByteCount($0) }
    kernel.isBigEndian = byteOrder(header, kernel)
    kernel.takeByteOrder(of: header)
    kernel.zImage = describe(zImage, header, table, code, payload.place)
    kernel.zImage?.appendedDTBs = appendedTrees(layer, from: length.count)
    reportSizeWord(kernel)
    image.kernel = kernel
    image.kernelBytes = layer.origin.bytes(0, length.count)
    image.imageBytes = .compressed(
      source, payload.compression, count: kernel.inflatedBytes.value.rawValue)
    addLayers(layer, header, table, payload.place)
    image.layers.append(
      ImageLayer(kind: .image, offset: 0, byteCount: kernel.inflatedBytes.value.rawValue))
  }

  private mutating func readTable(_ zImage: Span<UInt8>, _ header: ZImageHeader) -> SizeTable? {
    guard let offset = header.tableOffset else { return nil }
    switch SizeTable.read(zImage, at: offset, isBigEndian: header.variant == .be32) {
    case .found(let table): return table
    case .absent: return nil
    case .damaged(let why):
      warn(
        .sizeTableDamaged, "the size table cannot be used: " + why,
        hint: "the figures are read from the inflated kernel instead")
      return nil
    }
  }

  private mutating func findPayload(
    _ zImage: Span<UInt8>, _ header: ZImageHeader, _ table: SizeTable?, _ code: DecompressorCode,
    _ failed: inout FailedPayload?
  ) -> (Payload, ImageHead)? {
    func head(_ payload: Payload) -> ImageHead {
      ImageHead(payload.head, isBigEndian: header.variant != .littleEndian)
    }
    var ends: [UInt64] = []
    // The table is for loaders; the decompressor does not read it.
    if let word = code.sizeWordOffset { ends.append(word + 4) }
    if let word = table?.sizeWordOffset, !ends.contains(word + 4) { ends.append(word + 4) }
    if ends.count == 2 {
      warn(
        .tableContradicted,
        "the size table puts the size word at " + hexadecimal(ends[1] - 4)
          + ", the decompressor reads it at " + hexadecimal(ends[0] - 4),
        hint: "get an intact kernel; kx inspect --verify compares all of it")
    }
    for end in ends {
      guard let end = Int(exactly: end) else { continue }
      if table != nil,
        let payload = PayloadSearch.find(
          zImage, endingAt: end, headBytes: PayloadSearch.shortHeadBytes, &failed)
      {
        let head = head(payload)
        if isConfirmed(table, code, payload, head) { return (payload, head) }
      }
      let found = PayloadSearch.find(
        zImage, endingAt: end, headBytes: PayloadSearch.headBytes, &failed)
      if let payload = found { return (payload, head(payload)) }
    }
    let limit = min(allowance, options.inflationLimit)
    var left = limit
    defer { allowance -= limit - left }
    guard
      let payload = PayloadSearch.find(zImage, header.dataOrder, allowance: &left, &failed)
    else { return nil }
    if !ends.isEmpty {
      warn(
        .tableContradicted,
        "no payload ends at " + hexadecimal(ends[0]) + ", where the zImage says; the one found by "
          + "inflating ends at " + hexadecimal(UInt64(payload.end)),
        hint: "get an intact kernel; kx inspect --verify compares all of it")
    }
    return (payload, head(payload))
  }

  /// Whether the size table has all figures and the size word is right.
  ///
  /// The word is confirmed without inflating the payload: the code at the beginning of the kernel
  /// holds the address of its last byte, PAGE_OFFSET + T + I + BSS - 1.
  private func isConfirmed(
    _ table: SizeTable?, _ code: DecompressorCode, _ payload: Payload, _ head: ImageHead
  ) -> Bool {
    guard let table, let place = table.sizeWordOffset, place + 4 == UInt64(payload.end),
      let bss = table.bssBytes, let text = table.textOffset, code.textOffset ?? text == text,
      let word = payload.sizeWord,
      word >= PayloadSearch.leastInflated, word <= options.inflationLimit
    else { return false }
    return head.pageOffset(memoryBytes: word + bss + text, slack: 0) != nil
  }

  /// Inflates the payload and searches for the pair of the length that the size word states. If the
  /// length turns out to be another, it does so once more.
  ///
  /// `payload` is cut to the end of its stream. `repaired` is the stream with the right size word,
  /// when gzip's own was wrong: an inflater checks it, the decompressor does not.
  private mutating func scanPayload(
    _ stream: Span<UInt8>, _ payload: inout Payload, _ header: ZImageHeader,
    in zImage: Span<UInt8>, _ repaired: inout [UInt8]?
  ) throws(KernelImageError) -> InflatedImageScan {
    if var scan = payload.scan, scan.settle() { return scan }
    let order = header.dataOrder
    let place = UInt64(payload.offset)
    var scan = InflatedImageScan(
      expected: payload.scan?.count ?? payload.sizeWord, order: order)
    do throws(KernelImageError) {
      let consumed = try scanWithin(stream, payload.compression, into: &scan, at: place)
      shorten(&payload, to: consumed, in: zImage)
    } catch {
      guard payload.compression == .gzip, case .inflation(_, _, .corrupt) = error,
        let copy = Self.repairedTrailer(
          of: stream, limit: min(allowance, options.inflationLimit))
      else { throw error }
      allowance -= min(allowance, copy.produced)
      var second = InflatedImageScan(expected: copy.produced, order: order)
      _ = try scanWithin(copy.bytes.span, .gzip, into: &second, at: place)
      repaired = copy.bytes
      return second
    }
    guard scan.expected != scan.count else { return scan }
    var second = InflatedImageScan(expected: scan.count, order: order)
    _ = try scanWithin(stream, payload.compression, into: &second, at: place)
    return second
  }

  /// Cuts a payload to the end of its stream, if its stated end is further on.
  private mutating func shorten(_ payload: inout Payload, to consumed: Int, in zImage: Span<UInt8>)
  {
    guard consumed < payload.streamBytes else { return }
    let stated = payload.end
    payload.end(after: consumed, in: zImage)
    warn(
      .tableContradicted,
      "the payload is said to end at " + hexadecimal(UInt64(stated)) + "; inflating it ends at "
        + hexadecimal(UInt64(payload.end)),
      hint: "get an intact kernel; kx inspect --verify compares all of it")
  }

  /// The byte order of the kernel's data, from the pair or else from the header.
  private mutating func byteOrder(_ header: ZImageHeader, _ kernel: ARMKernel) -> Figure<Bool> {
    let stated = header.variant != .littleEndian
    guard let found = kernel.isBigEndian, found.value != stated else {
      return Figure(stated, .decompressor, "the zImage header's byte order")
    }
    return found
  }

  /// Puts the right length into the last word of a gzip stream; nil when the stream ends earlier
  /// than eight bytes before its end, where its checksum and length stand.
  private static func repairedTrailer(
    of stream: Span<UInt8>, limit: UInt64
  ) -> (bytes: [UInt8], produced: UInt64)? {
    guard stream.count > 18, var bytes = ByteReader(stream).copy(0, stream.count) else {
      return nil
    }
    do {
      _ = try countInflated(
        stream.extracting(0..<(stream.count - 8)), as: .gzip, limit: limit)
      return nil
    } catch {
      guard case .truncated(let position) = error else { return nil }
      for index in 0..<4 {
        bytes[bytes.count - 4 + index] = UInt8(
          truncatingIfNeeded: position.produced >> UInt64(8 * index))
      }
      return (bytes, position.produced)
    }
  }

  private func inflatedFigure(
    _ payload: Payload, _ table: SizeTable?, _ scan: InflatedImageScan?
  ) -> Figure<ByteCount> {
    let tablePlace =
      table?.sizeWordOffset.map { $0 + 4 == UInt64(payload.end) } == true
      ? "size table at " + hexadecimal(table?.offset ?? 0) : nil
    let payloadPlace = "inflating the payload at " + hexadecimal(UInt64(payload.offset))
    guard let scan else {
      return Figure(
        ByteCount(payload.sizeWord ?? 0), .sizeTable,
        (tablePlace ?? "the word behind the payload") + ", confirmed by the kernel's head")
    }
    let count = ByteCount(scan.count)
    guard payload.sizeWord == scan.count else {
      return Figure(count, .payload, payloadPlace + ", contradicted by the size word")
    }
    if let tablePlace { return Figure(count, .sizeTable, tablePlace + ", confirmed by inflating") }
    return Figure(count, .payload, payloadPlace + ", confirmed by the word behind it")
  }

  private mutating func reportSizeWord(_ kernel: ARMKernel) {
    guard let word = kernel.sizeWord, word != kernel.inflatedBytes.value else { return }
    warn(
      .sizeWordDisagrees,
      "the word behind the payload states " + word.description + ", inflating yields "
        + kernel.inflatedBytes.value.description + "; the decompressor trusts the word",
      hint: "hand over the inflated Image, or rebuild the zImage")
  }

  /// Adds the zImage and its content, as far as it is known.
  mutating func addLayers(
    _ layer: Layer, _ header: ZImageHeader, _ table: SizeTable?, _ payload: PayloadPlace
  ) {
    let variant =
      switch header.variant {
      case .littleEndian: "little-endian"
      case .be8: "big-endian (BE8)"
      case .be32: "big-endian (BE32)"
      }
    var facts = [ImageFact("byte order", variant)]
    facts.append(ImageFact("code", header.isThumb2 ? "Thumb-2" : "ARM"))
    if header.isEFI { facts.append(ImageFact("EFI stub", "yes")) }
    facts.append(ImageFact("link address", hexadecimal(header.start)))
    facts.append(
      ImageFact("size table", table.map { hexadecimal($0.offset) } ?? "none"))
    image.layers.append(
      ImageLayer(
        kind: .zImage, offset: layer.offset, byteCount: header.byteCount, facts: facts))
    guard let compression = payload.compression, let offset = payload.offset else { return }
    image.layers.append(
      ImageLayer(
        kind: .compressed(compression), offset: UInt64(offset),
        byteCount: UInt64(payload.end - offset)))
  }

  /// Reads the symbols of the vmlinux that the user named; nil when it is no vmlinux.
  mutating func vmlinuxSymbols() -> KernelSymbols? {
    guard let bytes = options.vmlinux else { return nil }
    do throws(KernelImageError) {
      let elf = try ELFFile(bytes.span)
      if ByteReader(bytes.span).matches(ELFFile.magic, at: 0), elf.machine == ELFFile.arm,
        let symbols = KernelSymbols(elf, in: bytes.span)
      {
        return symbols
      }
      warn(
        .optionContradicted, "the vmlinux is not an ELF file of a 32-bit ARM kernel",
        hint: "name the vmlinux of this very kernel, or leave --vmlinux out")
    } catch {
      warn(
        .optionContradicted, "the vmlinux cannot be read: " + error.description,
        hint: error.hint)
    }
    return nil
  }
}

extension ZImageHeader {
  /// The byte order of the kernel's data.
  fileprivate var dataOrder: InflatedImageScan.ByteOrder {
    switch variant {
    case .littleEndian: .little
    // Only one word of the header states this, and it may be wrong.
    case .be8: .either
    case .be32: .big
    }
  }
}
