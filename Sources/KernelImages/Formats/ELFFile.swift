// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The headers of an ELF file; of a 32-bit one also its segments and sections.
///
/// Source: System V ABI, "Object Files"; the layout that `objcopy -O binary` makes of it as
/// arch/arm/boot/Makefile uses it (v6.1).
struct ELFFile {
  let isBigEndian: Bool
  let is64Bit: Bool
  let machine: UInt16
  let entry: UInt64
  private(set) var segments: [Segment] = []
  private(set) var sections: [Section] = []

  struct Segment: Hashable {
    let offset, virtual, physical, fileBytes, memoryBytes: UInt64
  }

  struct Section: Hashable {
    let type, flags: UInt32
    let address, offset, byteCount: UInt64
    let link: UInt32
  }

  /// The first bytes of every ELF file.
  static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
  /// The machine number of 32-bit ARM.
  static let arm: UInt16 = 40
  /// The most headers; no kernel has more. Files with more are refused.
  private static let mostHeaders = 4096

  init(_ bytes: Span<UInt8>) throws(KernelImageError) {
    let reader = ByteReader(bytes)
    guard bytes.count >= 52 else {
      throw .truncated(what: "the ELF header", needed: 52, present: UInt64(bytes.count))
    }
    guard let width = reader.byte(at: 4), width == 1 || width == 2 else {
      throw .invalid(
        what: "ELF file", field: "the class", offset: 4, value: UInt64(reader.byte(at: 4) ?? 0))
    }
    guard let order = reader.byte(at: 5), order == 1 || order == 2 else {
      throw .invalid(
        what: "ELF file", field: "the byte order", offset: 5,
        value: UInt64(reader.byte(at: 5) ?? 0))
    }
    is64Bit = width == 2
    isBigEndian = order == 2
    let fields = OrderedReader(reader, isBigEndian: isBigEndian)
    machine = fields.half(at: 18) ?? 0
    entry = UInt64(fields.word(at: 24) ?? 0)
    guard !is64Bit else { return }
    segments = try Self.segments(fields)
    try checkEntry()
    sections = try Self.sections(fields)
  }

  private static func segments(
    _ fields: borrowing OrderedReader
  ) throws(KernelImageError) -> [Segment] {
    let table = UInt64(fields.word(at: 28) ?? 0)
    let size = Int(fields.half(at: 42) ?? 0)
    let count = Int(fields.half(at: 44) ?? 0)
    guard count > 0 else { return [] }
    guard count <= mostHeaders, size >= 32,
      let range = SafeRange(table, UInt64(size) * UInt64(count), within: fields.reader.count)
    else {
      throw .invalid(
        what: "ELF file", field: "the program header table", offset: 28, value: table)
    }
    var result: [Segment] = []
    var headers: [UInt64] = []
    for index in 0..<count {
      let at = range.offset + index * size
      guard fields.word(at: at) == 1 else { continue }
      let segment = Segment(
        offset: fields.wide(at: at + 4), virtual: fields.wide(at: at + 8),
        physical: fields.wide(at: at + 12), fileBytes: fields.wide(at: at + 16),
        memoryBytes: fields.wide(at: at + 20))
      guard SafeRange(segment.offset, segment.fileBytes, within: fields.reader.count) != nil else {
        throw .truncated(
          what: "the ELF file", needed: saturatingSum(segment.offset, segment.fileBytes),
          present: UInt64(fields.reader.count))
      }
      try check(segment, headerAt: UInt64(at))
      result.append(segment)
      headers.append(UInt64(at))
    }
    try checkOverlaps(result, headers)
    return result
  }

  /// Checks one segment. Its bytes in the file must not exceed its memory, and neither of its ends
  /// may lie beyond the last address.
  private static func check(
    _ segment: Segment, headerAt at: UInt64
  ) throws(KernelImageError) {
    func invalid(_ field: String, _ place: UInt64, _ value: UInt64) -> KernelImageError {
      .invalid(what: "ELF file", field: field, offset: at + place, value: value)
    }
    guard segment.fileBytes <= segment.memoryBytes else {
      throw invalid("p_filesz, more than p_memsz,", 16, segment.fileBytes)
    }
    guard segment.virtual + segment.memoryBytes <= 1 << 32 else {
      throw invalid("p_vaddr, from which the segment wraps,", 8, segment.virtual)
    }
    guard segment.physical + segment.memoryBytes <= 1 << 32 else {
      throw invalid("p_paddr, from which the segment wraps,", 12, segment.physical)
    }
  }

  /// Checks that no two segments are loaded to the same place. Their virtual addresses may be
  /// equal: the kernel keeps its vectors in several versions.
  private static func checkOverlaps(
    _ segments: [Segment], _ headers: [UInt64]
  ) throws(KernelImageError) {
    let order = segments.indices.filter { segments[$0].memoryBytes > 0 }
      .inOrder { segments[$0].physical < segments[$1].physical }
    for (index, next) in zip(order, order.dropFirst())
    where segments[index].physical + segments[index].memoryBytes > segments[next].physical {
      throw .invalid(
        what: "ELF file", field: "p_paddr, where another segment is loaded,",
        offset: headers[next] + 12, value: segments[next].physical)
    }
  }

  /// Checks that the entry point, virtual or physical, lies in a loaded segment.
  private func checkEntry() throws(KernelImageError) {
    guard !segments.isEmpty else { return }
    let isInside = segments.contains {
      entry >= $0.virtual && entry - $0.virtual < $0.memoryBytes
        || entry >= $0.physical && entry - $0.physical < $0.memoryBytes
    }
    guard isInside else {
      throw .invalid(
        what: "ELF file", field: "the entry point, in no segment,", offset: 24, value: entry)
    }
  }

  private static func sections(
    _ fields: borrowing OrderedReader
  ) throws(KernelImageError) -> [Section] {
    let table = UInt64(fields.word(at: 32) ?? 0)
    let size = Int(fields.half(at: 46) ?? 0)
    let count = Int(fields.half(at: 48) ?? 0)
    guard table > 0, count > 0 else { return [] }
    guard count <= mostHeaders, size >= 40,
      let range = SafeRange(table, UInt64(size) * UInt64(count), within: fields.reader.count)
    else {
      throw .invalid(
        what: "ELF file", field: "the section header table", offset: 32, value: table)
    }
    var result: [Section] = []
    for index in 0..<count {
      let at = range.offset + index * size
      result.append(
        Section(
          type: fields.word(at: at + 4) ?? 0, flags: fields.word(at: at + 8) ?? 0,
          address: fields.wide(at: at + 12), offset: fields.wide(at: at + 16),
          byteCount: fields.wide(at: at + 20), link: fields.word(at: at + 24) ?? 0))
    }
    return result
  }

  /// The physical addresses that an Image made of this file would span, end exclusive; nil when
  /// nothing would be loaded.
  ///
  /// Sections decide, as for objcopy: the first segment may begin with the ELF header.
  var span: (start: UInt64, end: UInt64)? {
    var start = UInt64.max
    var end: UInt64 = 0
    for section in sections where section.flags & 2 != 0 && section.type != 8 {
      guard section.byteCount > 0, let address = physical(of: section) else { continue }
      start = min(start, address)
      end = max(end, saturatingSum(address, section.byteCount))
    }
    if start > end {
      for segment in segments where segment.fileBytes > 0 {
        start = min(start, segment.physical)
        end = max(end, saturatingSum(segment.physical, segment.fileBytes))
      }
    }
    return start < end ? (start, end) : nil
  }

  private func physical(of section: Section) -> UInt64? {
    for segment in segments
    where segment.virtual <= section.address
      && section.address - segment.virtual < segment.memoryBytes
      && segment.offset <= section.offset
    {
      return saturatingSum(segment.physical, section.address - segment.virtual)
    }
    return nil
  }

  /// The bytes of memory behind the Image that the segments claim.
  var trailingMemory: UInt64 {
    guard let span else { return 0 }
    var end = span.end
    for segment in segments {
      end = max(end, saturatingSum(segment.physical, segment.memoryBytes))
    }
    return end - span.end
  }

  /// Lays out the Image, zeros between its parts.
  func flatten(_ bytes: Span<UInt8>, limit: UInt64) throws(KernelImageError) -> [UInt8] {
    guard let span else { throw .missing(what: "the ELF file", name: "loadable segment") }
    guard span.end - span.start <= limit, let count = Int(exactly: span.end - span.start) else {
      throw .tooLarge(what: "the ELF file", limit: limit)
    }
    var image = [UInt8](repeating: 0, count: count)
    for segment in segments {
      let first = max(segment.physical, span.start)
      let end = min(saturatingSum(segment.physical, segment.fileBytes), span.end)
      guard first < end else { continue }
      let skipped = first - segment.physical
      guard
        let source = SafeRange(
          saturatingSum(segment.offset, skipped), end - first, within: bytes.count),
        let target = SafeRange(first - span.start, end - first, within: count)
      else { continue }
      for index in 0..<source.count {
        image[target.offset + index] = bytes[source.offset + index]
      }
    }
    return image
  }

  /// Looks up symbols of the file's symbol table.
  ///
  /// Gives one value for each name, nil where there is no such symbol.
  func symbols(_ names: [String], in bytes: Span<UInt8>) -> [UInt64?] {
    let wanted = names.map { Array($0.utf8) }
    var found = [UInt64?](repeating: nil, count: names.count)
    let fields = OrderedReader(ByteReader(bytes), isBigEndian: isBigEndian)
    // A file has one symbol table; reading more would only cost time.
    for table in sections.filter({ $0.type == 2 }).prefix(1) {
      guard let link = Int(exactly: table.link), link < sections.count,
        let symbols = SafeRange(table.offset, table.byteCount, within: bytes.count),
        let strings = SafeRange(
          sections[link].offset, sections[link].byteCount, within: bytes.count)
      else { continue }
      var at = symbols.offset
      while symbols.offset + symbols.count - at >= 16 {
        defer { at += 16 }
        guard let name = Int(exactly: fields.word(at: at) ?? 0), name > 0, name < strings.count
        else { continue }
        for (index, text) in wanted.enumerated()
        where found[index] == nil && text.count < strings.count - name {
          if fields.reader.matches(text, at: strings.offset + name),
            bytes[strings.offset + name + text.count] == 0
          {
            found[index] = fields.wide(at: at + 4)
          }
        }
      }
    }
    return found
  }

  /// The name of a machine other than 32-bit ARM.
  var architecture: String {
    switch machine {
    case 3: "i386"
    case 8: "MIPS"
    case 20: "PowerPC"
    case 21: "64-bit PowerPC"
    case 22: "s390"
    case 40: "arm"
    case 62: "x86_64"
    case 183: "arm64"
    case 243: "RISC-V"
    case 258: "LoongArch"
    default: "machine \(machine)"
    }
  }
}

/// Reads numbers in the byte order that a header states.
struct OrderedReader: ~Escapable, Copyable {
  let reader: ByteReader
  let isBigEndian: Bool

  @_lifetime(copy reader)
  init(_ reader: ByteReader, isBigEndian: Bool) {
    self.reader = reader
    self.isBigEndian = isBigEndian
  }

  func half(at offset: Int) -> UInt16? {
    isBigEndian ? reader.bigEndian16(at: offset) : reader.littleEndian16(at: offset)
  }

  func word(at offset: Int) -> UInt32? {
    isBigEndian ? reader.bigEndian32(at: offset) : reader.littleEndian32(at: offset)
  }

  /// A 32-bit word as an address or size; 0 beyond the end, where no table reaches.
  func wide(at offset: Int) -> UInt64 { UInt64(word(at: offset) ?? 0) }
}
