// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// Reads a plain Image, which has no header. A file is one when the pair is found, or when the
  /// user says so.
  mutating func peelRawImage(_ layer: Layer) throws(KernelImageError) {
    // Files that cannot be a kernel are not scanned.
    guard options.type == .image || Self.mayBeImage(layer.bytes) else {
      return try refuse(UnknownContent(of: layer.bytes), at: layer.offset)
    }
    var scan = InflatedImageScan(expected: layer.byteCount, order: .either)
    scan.take(layer.bytes)
    try noteRawImage(
      scan, layer.origin.bytes(0, layer.bytes.count),
      Figure(ByteCount(layer.byteCount), .file, "the size of the file"), at: layer.offset)
  }

  /// Whether the first words may be unconditional ARM instructions; the first may also be `setend
  /// be`.
  private static func mayBeImage(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 0x8000 else { return false }
    func always(_ byte: UInt8) -> Bool { byte >> 4 == 0xe }
    let isLittle = (always(bytes[3]) || bytes[3] == 0xf1) && always(bytes[7])
    let isBig = always(bytes[0]) && always(bytes[4])
    return isLittle || isBig
  }

  /// Notes a plain Image, or refuses it.
  mutating func noteRawImage(
    _ scan: InflatedImageScan, _ bytes: ImageBytes, _ inflated: Figure<ByteCount>,
    at offset: UInt64
  ) throws(KernelImageError) {
    guard options.type == .image || !scan.pairs.isEmpty && Self.mayBeImage(scan.head.span) else {
      return try refuse(UnknownContent(of: scan.head.span), at: offset)
    }
    var figures = KernelFigures(inflated: inflated, options: options)
    figures.scan = scan
    figures.symbols = vmlinuxSymbols()
    figures.head = ImageHead(scan.head, isBigEndian: scan.pairs.first?.isBigEndian ?? false)
    let kernel = figures.decide()
    image.diagnostics.append(contentsOf: figures.diagnostics)
    image.kernel = kernel
    image.kernelBytes = bytes
    image.imageBytes = bytes
    image.layers.append(
      ImageLayer(kind: .image, offset: offset, byteCount: inflated.value.rawValue))
  }

  /// Reads an ELF file of a 32-bit ARM kernel.
  mutating func peelVmlinux(_ layer: Layer) throws(KernelImageError) {
    let elf = try ELFFile(layer.bytes)
    if let content = UnknownContent(
      elf: layer.bytes, is64Bit: false, isBigEndian: elf.isBigEndian)
    {
      throw .notAKernel(looksLike: content)
    }
    guard let span = elf.span, let symbols = KernelSymbols(elf, in: layer.bytes) else {
      throw .missing(what: "the ELF file", name: "loadable segment")
    }
    let flat = try elf.flatten(layer.bytes, limit: room)
    room -= min(room, UInt64(flat.count))
    var scan = InflatedImageScan(
      expected: symbols.inflatedBytes, order: elf.isBigEndian ? .big : .little)
    scan.take(flat.span)
    guard !scan.pairs.isEmpty || symbols.textOffset != nil || options.type != nil else {
      throw .notAKernel(looksLike: UnknownContent("an ELF file for arm that is not a kernel"))
    }
    var figures = KernelFigures(
      inflated: Figure(ByteCount(symbols.inflatedBytes), .vmlinux, "the sections of the ELF file"),
      options: options)
    figures.scan = scan
    figures.symbols = symbols
    figures.isVmlinux = true
    figures.head = ImageHead(scan.head, isBigEndian: elf.isBigEndian)
    var kernel = figures.decide()
    image.diagnostics.append(contentsOf: figures.diagnostics)
    kernel.isBigEndian = Figure(elf.isBigEndian, .vmlinux, "the ELF header")
    let bytes = layer.origin.bytes(0, layer.bytes.count)
    image.kernel = kernel
    image.kernelBytes = .flattened(bytes, count: symbols.inflatedBytes)
    image.imageBytes = image.kernelBytes
    image.layers.append(
      ImageLayer(
        kind: .vmlinux, offset: layer.offset, byteCount: layer.byteCount,
        facts: [
          ImageFact("entry point", hexadecimal(elf.entry, digits: 8)),
          ImageFact("lowest address", hexadecimal(span.start, digits: 8)),
          ImageFact("memory behind it", ByteCount(elf.trailingMemory).description),
        ]))
    image.layers.append(
      ImageLayer(kind: .image, offset: 0, byteCount: symbols.inflatedBytes))
  }
}
