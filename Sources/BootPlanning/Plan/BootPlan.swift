// SPDX-License-Identifier: Apache-2.0
public import Handover
public import KernelImages
public import PhysicalMemory

/// A complete decision about where a new kernel and its companions go and how it is entered.
///
/// A plan is a value: it holds no file contents, can be compared, printed, saved and loaded again.
public struct BootPlan: Sendable, Hashable {
  /// What is known about the kernel.
  public var kernel: PlannedKernel
  /// The rule that placed the segments.
  public var rule: PlacementRule
  /// The way the kernel is handed over.
  public var handover: HandoverKind
  /// The memory the plan was made for.
  public var machine: PlannedMachine
  /// The files the segments are made from.
  public var files: [PlannedFile]
  /// What the user said of the kernel's file.
  public var stated = StatedReading()
  /// The command line of the new kernel.
  public var commandLine: String
  /// The address that is jumped to; nil when nothing fits.
  public var entry: PhysicalAddress?
  /// The registers at the entry point; nil when nothing fits.
  public var registers: ARMRegisters?
  /// What is loaded where, lowest first; empty when nothing fits.
  public var segments: [PlannedSegment]
  /// Every range that is written between the jump and `start_kernel`, in order of time.
  public var footprint: [FootprintRange]
  /// What the user should know.
  public var diagnostics: [Diagnostic]
  /// The smallest RAM that would do, from where RAM begins, when nothing fits; nil when that is not
  /// known or none would do.
  public var smallestRAM: ByteCount?
  /// RAM of the machine that the DTB does not name: the new kernel never learns of it.
  public var unnamedRAM = RangeSet()
  /// Whether the plan may be another when what the initrd unpacks to is counted.
  var dependsOnCount = false

  /// States a plan.
  public init(
    kernel: PlannedKernel, rule: PlacementRule, handover: HandoverKind, machine: PlannedMachine,
    files: [PlannedFile] = [], commandLine: String, entry: PhysicalAddress?,
    registers: ARMRegisters?, segments: [PlannedSegment], footprint: [FootprintRange],
    diagnostics: [Diagnostic]
  ) {
    self.kernel = kernel
    self.rule = rule
    self.handover = handover
    self.machine = machine
    self.files = files
    self.commandLine = commandLine
    self.entry = entry
    self.registers = registers
    self.segments = segments
    self.footprint = footprint
    self.diagnostics = diagnostics
  }

  /// Whether the plan must not be executed.
  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Whether no placement was found at all.
  public var fits: Bool { entry != nil }
}

/// The kernel of a plan.
public struct PlannedKernel: Sendable, Hashable {
  /// The names of the layers around the kernel, outermost first: `zImage`, `xz`, `Image`.
  public var chain: [String]
  /// The size of the file the kernel came in.
  public var fileBytes: ByteCount
  /// What is known about it.
  public var facts: ARMKernel

  /// States the kernel of a plan.
  public init(chain: [String], fileBytes: ByteCount, facts: ARMKernel) {
    self.chain = chain
    self.fileBytes = fileBytes
    self.facts = facts
  }
}

/// How addresses are chosen.
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

/// What is entered: the inflated kernel, or the decompressor around it.
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

  /// States the memory of a plan.
  public init(pageBytes: ByteCount = ByteCount(UInt64(4096)), memory: MemoryMap) {
    self.pageBytes = pageBytes
    self.memory = memory
  }
}

/// A file that a plan was made from.
public struct PlannedFile: Sendable, Hashable {
  /// What the file is for.
  public enum Role: String, Sendable, Hashable {
    /// The kernel, in whatever wrappers it came.
    case kernel
    /// An initial ramdisk; a plan may have several.
    case initrd
    /// The device tree.
    case dtb
    /// An overlay that was applied to the tree.
    case overlay
    /// The ELF file of the same kernel, which only told figures.
    case vmlinux
  }

  /// What the file is for.
  public var role: Role
  /// The path as the user gave it.
  public var path: String
  /// The size of the file.
  public var bytes: ByteCount
  /// The SHA-256 of the file, 64 hexadecimal digits.
  public var sha256: String

  /// States a file of a plan.
  public init(role: Role, path: String, bytes: ByteCount, sha256: String) {
    self.role = role
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// Bytes that are put at an address before the jump.
public struct PlannedSegment: Sendable, Hashable {
  /// What a segment holds.
  public enum Name: String, Sendable, Hashable {
    /// The plain Image, the zImage or the bundle that is entered.
    case kernel
    /// All initial ramdisks, one behind the other.
    case initrd
    /// The device tree that r2 points to.
    case dtb
    /// The ATAG list that r2 points to.
    case atags
    /// The code that sets the registers, where the running kernel would set others.
    case trampoline
  }

  /// What the segment holds.
  public var name: Name
  /// The memory it takes, whole pages.
  public var range: PhysicalRange
  /// The bytes that come from a file; the rest of the memory is zeroed.
  public var fileBytes: ByteCount

  /// States a segment.
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
  /// When a range is written.
  public enum Phase: String, Sendable, Hashable {
    /// Before the first instruction of the inflated kernel.
    case decompress
    /// After it.
    case kernel
  }

  /// What is written.
  public var part: FootprintPart
  /// When it is written.
  public var phase: Phase
  /// The bytes that may be written.
  public var range: PhysicalRange

  /// States a range of the footprint.
  public init(_ part: FootprintPart, phase: Phase, range: PhysicalRange) {
    self.part = part
    self.phase = phase
    self.range = range
  }

  /// What is written, in the words of docs/footprint.md.
  public var name: String { part.description }
}
