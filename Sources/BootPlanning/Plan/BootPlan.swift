// SPDX-License-Identifier: Apache-2.0
public import Handover
public import Inflation
public import KernelImages
public import PhysicalMemory

/// A complete decision: the place of a new kernel and its companions, and how the kernel is
/// entered.
///
/// A plan is a value: it holds no file contents, can be compared, printed, saved and loaded again.
public struct BootPlan: Sendable, Hashable {
  /// The facts about the kernel.
  public var kernel: PlannedKernel
  /// The rule that placed the segments.
  public var rule: PlacementRule
  /// The way the kernel is handed over.
  public var handover: HandoverKind
  /// The memory the plan was made for.
  public var machine: PlannedMachine
  /// The files that the segments are made from.
  public var files: [PlannedFile]
  /// The user's statements about the kernel's file.
  public var stated: StatedReading
  /// The command line of the new kernel.
  public var commandLine: String
  /// The address of the jump and the registers there; nil when nothing fits.
  public var entry: EntryState?
  /// The segments, lowest first; empty when nothing fits.
  public var segments: [PlannedSegment]
  /// Every range that is written between the jump and `start_kernel`, in order of time.
  public var footprint: [FootprintRange]
  /// The messages for the user.
  public var diagnostics: [Diagnostic]
  /// The smallest RAM that would be enough, from the start of RAM on, when nothing fits; nil when
  /// it is unknown or no RAM would be enough.
  public var smallestRAM: ByteCount?
  /// RAM of the machine that the DTB does not name: the new kernel never learns of it.
  public var unnamedRAM = RangeSet()
  /// Whether the exact unpacked size of the initrd may change the plan.
  var dependsOnCount = false

  /// Groups the parts of a plan.
  public init(
    kernel: PlannedKernel, rule: PlacementRule, handover: HandoverKind, machine: PlannedMachine,
    files: [PlannedFile] = [], stated: StatedReading = StatedReading(),
    commandLine: String, entry: EntryState?, segments: [PlannedSegment],
    footprint: [FootprintRange], diagnostics: [Diagnostic]
  ) {
    self.kernel = kernel
    self.rule = rule
    self.handover = handover
    self.machine = machine
    self.files = files
    self.stated = stated
    self.commandLine = commandLine
    self.entry = entry
    self.segments = segments
    self.footprint = footprint
    self.diagnostics = diagnostics
  }

  /// Whether the plan must not be executed.
  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Whether a placement was found.
  public var fits: Bool { entry != nil }

  /// The segment that describes the machine to the kernel: the registers point to it. A kernel that
  /// is passed none does not boot.
  public var parameters: PlannedSegment? { segments.first { $0.name.isParameters } }
}

/// The kernel of a plan: the facts that its document holds.
public struct PlannedKernel: Sendable, Hashable {
  /// The names of the layers around the kernel, outermost first: `zImage`, `xz`, `Image`.
  public var chain: [String]
  /// The architecture that the kernel is made for.
  public var architecture: Architecture
  /// The size of the file the kernel came in.
  public var fileBytes: ByteCount
  /// The length that the header of the zImage states; nil when there is no zImage.
  public var zImageBytes: ByteCount?
  /// The compression of the zImage's payload; nil when there is no zImage.
  public var compression: Compression?
  /// I, the size of the inflated Image without BSS (docs/footprint.md).
  public var inflatedBytes: Figure<ByteCount>
  /// The bytes from `__bss_start` to `__bss_stop`.
  public var bssBytes: Figure<ByteCount>
  /// T, the distance of the kernel from the start of RAM (docs/footprint.md).
  public var textOffset: Figure<ByteCount>

  /// Groups the facts about a kernel.
  public init(
    chain: [String], architecture: Architecture, fileBytes: ByteCount, zImageBytes: ByteCount?,
    compression: Compression?, inflatedBytes: Figure<ByteCount>, bssBytes: Figure<ByteCount>,
    textOffset: Figure<ByteCount>
  ) {
    self.chain = chain
    self.architecture = architecture
    self.fileBytes = fileBytes
    self.zImageBytes = zImageBytes
    self.compression = compression
    self.inflatedBytes = inflatedBytes
    self.bssBytes = bssBytes
    self.textOffset = textOffset
  }

  /// Takes the facts about a kernel that a plan holds.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - chain: The names of the layers around it, outermost first.
  ///   - fileBytes: The size of the file it came in.
  public init(_ kernel: ARMKernel, chain: [String], fileBytes: ByteCount) {
    self.init(
      chain: chain, architecture: .arm, fileBytes: fileBytes,
      zImageBytes: kernel.zImage?.byteCount, compression: kernel.zImage?.compression,
      inflatedBytes: kernel.inflatedBytes, bssBytes: kernel.bssBytes,
      textOffset: kernel.textOffset)
  }
}

/// The rule by which addresses are chosen.
public enum PlacementRule: String, Sendable, Hashable, CaseIterable {
  /// Clear of every byte that is written.
  case exact
  /// As kexec-tools does today for a zImage with a size table.
  case kexecTools = "kexec-tools"
  /// As kexec-tools did until June 2016: the kernel inflates to four times its size.
  case ratio4
  /// As kexec-tools does today for a zImage without a size table: five times.
  case ratio5
}

/// The code that is entered: the inflated kernel, or the decompressor around it.
public enum HandoverKind: String, Sendable, Hashable, CaseIterable {
  /// The plain Image is loaded at its final place and entered.
  case image
  /// The zImage is loaded and its decompressor entered.
  case zimage
}

/// The memory of a plan.
public struct PlannedMachine: Sendable, Hashable {
  /// The page size, to which segments are aligned.
  public var pageBytes: ByteCount
  /// RAM and reservations.
  public var memory: MemoryMap

  /// Groups the memory of a plan.
  public init(pageBytes: ByteCount = ByteCount(UInt64(4096)), memory: MemoryMap) {
    self.pageBytes = pageBytes
    self.memory = memory
  }
}

/// A file that a plan was made from.
public struct PlannedFile: Sendable, Hashable {
  /// The role of a file.
  public enum Role: String, Sendable, Hashable {
    /// The kernel, with its wrappers.
    case kernel
    /// An initial ramdisk; a plan may have several.
    case initrd
    /// The device tree.
    case dtb
    /// An overlay that was applied to the tree.
    case overlay
    /// The ELF file of the same kernel, from which only figures were read.
    case vmlinux
  }

  /// The role of the file.
  public var role: Role
  /// The path as the user gave it.
  public var path: String
  /// The size of the file.
  public var bytes: ByteCount
  /// The SHA-256 of the file, 64 hexadecimal digits.
  public var sha256: String

  /// Groups the facts about a file.
  public init(role: Role, path: String, bytes: ByteCount, sha256: String) {
    self.role = role
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// Bytes that are put at an address before the jump.
public struct PlannedSegment: Sendable, Hashable {
  /// The name of a segment, after its content.
  public enum Name: String, Sendable, Hashable {
    /// The plain Image, the zImage or the bundle that is entered.
    case kernel
    /// All initial ramdisks, one behind the other.
    case initrd
    /// The device tree that is passed.
    case dtb
    /// The ATAG list that is passed.
    case atags
    /// The code that sets the registers, where the running kernel would set others.
    case trampoline

    /// Whether it describes the machine to the kernel.
    public var isParameters: Bool { self == .dtb || self == .atags }
  }

  /// The name of the segment.
  public var name: Name
  /// The memory it takes, whole pages.
  public var range: PhysicalRange
  /// The bytes that come from a file; the rest of the memory is zeroed.
  public var fileBytes: ByteCount

  /// Groups the parts of a segment.
  public init(name: Name, range: PhysicalRange, fileBytes: ByteCount) {
    self.name = name
    self.range = range
    self.fileBytes = fileBytes
  }

  /// The part of the memory that holds bytes of the file; nil when there are none.
  public var fileRange: PhysicalRange? {
    PhysicalRange(start: range.first, count: min(fileBytes, range.count))
  }
}

/// A range that is written between the jump and `start_kernel`.
public struct FootprintRange: Sendable, Hashable {
  /// The time at which a range is written.
  public enum Phase: String, Sendable, Hashable {
    /// Before the first instruction of the inflated kernel.
    case decompress
    /// After it.
    case kernel
  }

  /// The part that is written.
  public var part: FootprintPart
  /// The time at which it is written.
  public var phase: Phase
  /// The bytes that may be written.
  public var range: PhysicalRange

  /// Groups the parts of a range.
  public init(_ part: FootprintPart, phase: Phase, range: PhysicalRange) {
    self.part = part
    self.phase = phase
    self.range = range
  }

  /// The name of the part, as docs/footprint.md has it.
  public var name: String { part.description }
}
