// SPDX-License-Identifier: Apache-2.0
import Inflation
public import KernelImages
public import PhysicalMemory

/// The initial ramdisks of a boot, put one behind the other without copying them, so that the kernel
/// unpacks all of them.
public struct InitrdParts: Sendable, Hashable {
  /// The parts that are loaded, in order.
  public private(set) var parts: [SegmentPart] = []
  /// The bytes of all parts together.
  public private(set) var count = 0
  /// Where kernels stop unpacking.
  private(set) var faults: [InitrdFault] = []
  /// Whether the unpacked size is exact.
  private(set) var isCounted = true
  /// The unpacked size; nil as soon as that of one ramdisk is unknown.
  private var unpacked: UInt64? = 0
  /// The memory of the decoder that needs the most.
  private var decoderBytes: UInt64 = 0
  /// Whether the kernel unpacks an archive before the next ramdisk.
  private var hasArchive = false

  /// The most bytes that are counted: more than any 32-bit ARM has lowmem for, and a second's work.
  private static let unpackedLimit: UInt64 = 512 << 20

  /// Starts without ramdisks.
  public init() {}

  /// Whether there is nothing to load.
  public var isEmpty: Bool { count == 0 }

  /// The offset in the first file at which the loaded bytes begin.
  public var firstOffset: ByteCount {
    guard case .file(_, let offset, _) = parts.first else { return .zero }
    return ByteCount(offset)
  }

  /// Adds a file. Of a uImage the payload is used, of a boot image or a FIT the ramdisks; any other
  /// file is used unchanged.
  ///
  /// A file that is no known initrd is used, too, with a warning: the kernel may support more
  /// formats.
  ///
  /// - Parameters:
  ///   - file: All bytes of the file.
  ///   - path: Its path, for messages.
  ///   - index: Its place among the initial ramdisks of the boot.
  ///   - counting: Whether it is inflated, to count its unpacked size.
  /// - Returns: The diagnostics for the user.
  public mutating func add(
    _ file: Span<UInt8>, path: String, index: Int, counting: Bool = true
  ) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    let before = self
    let payload = add(file, "'" + path + "'", counting, &diagnostics)
    if diagnostics.contains(where: { $0.code == .noInitrd }),
      let part = UsablePart.found(in: file, path, as: .initrd),
      let added = try? before.adding(part.image, in: file, as: .initrd(index), counting)
    {
      self = added.parts
      return part.diagnostics + added.diagnostics
    }
    append(.file(.initrd(index), offset: payload.lowerBound, count: payload.count))
    return diagnostics
  }

  /// Adds the ramdisks in the kernel's own file, in the same way.
  ///
  /// - Parameters:
  ///   - image: The identified kernel.
  ///   - file: All bytes of its file.
  ///   - counting: Whether they are inflated, to count their unpacked size.
  /// - Returns: The diagnostics for the user.
  /// - Throws: ``KernelImages/KernelImageError``
  public mutating func add(
    companionsOf image: KernelImage, in file: Span<UInt8>, counting: Bool = true
  ) throws(KernelImageError) -> [Diagnostic] {
    let added = try adding(image, in: file, as: .kernel, counting)
    self = added.parts
    return added.diagnostics
  }

  /// A copy with the ramdisks of a file at the end.
  private func adding(
    _ image: KernelImage, in file: Span<UInt8>, as source: SegmentPart.Source, _ counting: Bool
  ) throws(KernelImageError) -> (parts: Self, diagnostics: [Diagnostic]) {
    var parts = self
    var diagnostics: [Diagnostic] = []
    for companion in image.initrds {
      let part = try SegmentPart.part(companion.bytes, of: file, as: source)
      switch part {
      case .file(let source, let offset, let count):
        let bytes = file.extracting(offset..<(offset + count))
        let payload = parts.add(bytes, companion.origin, counting, &diagnostics)
        parts.append(.file(source, offset: offset + payload.lowerBound, count: payload.count))
      case .bytes(let bytes):
        let payload = parts.add(bytes.span, companion.origin, counting, &diagnostics)
        parts.append(payload.count == bytes.count ? part : .bytes(Array(bytes[payload])))
      case .zeros: parts.append(part)
      }
    }
    return (parts, diagnostics)
  }

  /// The figures for a plan: those of the files, or those that the user states.
  func planned(_ options: BootOptions) -> PlannedInitrd? {
    let told = options.assumedUnpackedBytes
    if isEmpty {
      return options.assumedInitrdBytes.flatMap {
        $0.rawValue == 0 ? nil : PlannedInitrd(byteCount: $0, unpackedBytes: told)
      }
    }
    var planned = PlannedInitrd(
      byteCount: ByteCount(count), unpackedBytes: told ?? unpacked.map { ByteCount($0) })
    planned.isCounted = isCounted || told != nil
    planned.decoderBytes = ByteCount(decoderBytes)
    return planned
  }

  /// Examines a ramdisk, and returns the part of it that is loaded.
  private mutating func add(
    _ bytes: Span<UInt8>, _ origin: String, _ counting: Bool, _ diagnostics: inout [Diagnostic]
  ) -> Range<Int> {
    let found: Initrd
    let left = Self.unpackedLimit - min(unpacked ?? 0, Self.unpackedLimit)
    do throws(KernelImageError) {
      found = try Initrd.identify(bytes, verify: counting, limit: left)
    } catch {
      unpacked = nil
      if misplaced(bytes, origin, &diagnostics) { return 0..<bytes.count }
      diagnostics.append(
        Diagnostic(
          .initrdDamaged, .warning,
          origin + (error.isLimit ? " cannot be looked into: " : " is damaged, or no initrd: ")
            + error.description,
          hint: "check that it is the right file; it is loaded as it is"))
      return 0..<bytes.count
    }
    if found.segments.first?.isArchive == true || !misplaced(bytes, origin, &diagnostics) {
      diagnostics += found.diagnostics
    }
    var payload = 0..<bytes.count
    if case .slice(let offset, let count) = found.payload,
      let offset = Int(exactly: offset), let count = Int(exactly: count),
      ByteReader(bytes).holds(offset, count)
    {
      payload = offset..<(offset + count)
    }
    if let name = found.uImageName {
      diagnostics.append(
        Diagnostic(
          .initrdUnwrapped, .warning,
          origin + " is wrapped for U-Boot ('" + PrintableText.clean(name)
            + "'); its payload of " + ByteCount(payload.count).description + " is used",
          hint: "name the file that was wrapped, if that is at hand"))
    }
    for fault in found.faults {
      let first = found.segments.first
      // Nothing was unpacked before it, and nothing of it is.
      let isFatal = !hasArchive && fault.offset == first?.offset && first?.unpackedBytes == 0
      faults.append(InitrdFault(origin: origin, fault: fault, isFatal: isFatal))
    }
    if found.segments.contains(where: { $0.isArchive }) { hasArchive = true }
    if let sum = unpacked { unpacked = sum &+ min(found.unpackedBytes, 1 << 40) }
    isCounted = isCounted && found.isCounted
    decoderBytes = max(decoderBytes, found.decoderBytes)
    return payload
  }

  /// The warning about a file of another known kind.
  private func misplaced(
    _ bytes: Span<UInt8>, _ origin: String, _ diagnostics: inout [Diagnostic]
  ) -> Bool {
    guard let misplaced = MisplacedFile.found(in: bytes, as: .initrd) else { return false }
    diagnostics.append(
      Diagnostic(.noInitrd, .error, origin + ": " + misplaced.description, hint: misplaced.hint))
    return true
  }

  /// Appends a part. Archives begin at a multiple of 4, and a word of zeros must follow one that
  /// lz4 packed.
  ///
  /// Source: init/initramfs.c (v6.1), unpack_to_rootfs; lib/decompress_unlz4.c (v6.1).
  private mutating func append(_ part: SegmentPart) {
    let padding = count == 0 ? 0 : 4 + (4 - count % 4) % 4
    let (sum, overflow) = count.addingReportingOverflow(padding)
    let (total, tooMuch) = sum.addingReportingOverflow(part.count)
    // More bytes than an address space holds cannot have been mapped.
    guard !overflow, !tooMuch else { return }
    if padding > 0 { parts.append(.zeros(padding)) }
    if part.count > 0 { parts.append(part) }
    count = total
  }
}

extension SegmentPart {
  /// Refers to part of a file if the file holds its bytes unchanged; otherwise produces them.
  static func part(
    _ bytes: ImageBytes, of file: Span<UInt8>, as source: Source
  ) throws(KernelImageError) -> Self {
    if case .slice(let offset, let count) = bytes, let offset = Int(exactly: offset),
      let count = Int(exactly: count), ByteReader(file).holds(offset, count)
    {
      return .file(source, offset: offset, count: count)
    }
    return .bytes(try bytes.copy(of: file))
  }
}
