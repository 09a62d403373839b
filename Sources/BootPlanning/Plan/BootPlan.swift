// SPDX-License-Identifier: Apache-2.0
public import Handover
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
  public var stated = StatedReading()
  /// The command line of the new kernel.
  public var commandLine: String
  /// The address of the jump; nil when nothing fits.
  public var entry: PhysicalAddress?
  /// The registers at the entry point; nil when nothing fits.
  public var registers: ARMRegisters?
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
  /// The facts about the kernel.
  public var facts: ARMKernel

  /// Groups the facts about a kernel.
  public init(chain: [String], fileBytes: ByteCount, facts: ARMKernel) {
    self.chain = chain
    self.fileBytes = fileBytes
    self.facts = facts
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
    /// The device tree that r2 points to.
    case dtb
    /// The ATAG list that r2 points to.
    case atags
    /// The code that sets the registers, where the running kernel would set others.
    case trampoline
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
