// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
public import Handover
public import Inflation
public import KernelImages
public import PhysicalMemory

/// Everything that the document of a plan holds: enough to print, draw, compare, try and load it.
public struct SavedPlan: Sendable, Hashable {
  /// The facts about the kernel.
  public var kernel: SavedKernel
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
  /// RAM that the new kernel never learns of, for drawings; the document has only KX165 about it.
  public var unnamedRAM = RangeSet()

  /// Copies the parts of a plan that its document holds.
  public init(_ plan: BootPlan) {
    kernel = SavedKernel(plan.kernel)
    rule = plan.rule
    handover = plan.handover
    machine = plan.machine
    files = plan.files
    stated = plan.stated
    commandLine = plan.commandLine
    entry = plan.entry
    registers = plan.registers
    segments = plan.segments
    footprint = plan.footprint
    diagnostics = plan.diagnostics
    unnamedRAM = plan.unnamedRAM
  }

  /// Groups the contents of a document.
  init(
    kernel: SavedKernel, rule: PlacementRule, handover: HandoverKind, machine: PlannedMachine,
    files: [PlannedFile], stated: StatedReading, commandLine: String, entry: PhysicalAddress?,
    registers: ARMRegisters?, segments: [PlannedSegment], footprint: [FootprintRange],
    diagnostics: [Diagnostic]
  ) {
    self.kernel = kernel
    self.rule = rule
    self.handover = handover
    self.machine = machine
    self.files = files
    self.stated = stated
    self.commandLine = commandLine
    self.entry = entry
    self.registers = registers
    self.segments = segments
    self.footprint = footprint
    self.diagnostics = diagnostics
  }

  /// Whether the plan must not be executed.
  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Whether a placement was found.
  public var fits: Bool { entry != nil }
}

/// The kernel in the document of a plan.
public struct SavedKernel: Sendable, Hashable {
  /// The names of the layers around the kernel, outermost first: `zImage`, `xz`, `Image`.
  public var chain: [String]
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

  /// Copies the facts about a plan's kernel that the document holds.
  public init(_ kernel: PlannedKernel) {
    chain = kernel.chain
    fileBytes = kernel.fileBytes
    zImageBytes = kernel.facts.zImage?.byteCount
    compression = kernel.facts.zImage?.compression
    inflatedBytes = kernel.facts.inflatedBytes
    bssBytes = kernel.facts.bssBytes
    textOffset = kernel.facts.textOffset
  }

  /// Groups the facts about a kernel.
  init(
    chain: [String], fileBytes: ByteCount, zImageBytes: ByteCount?, compression: Compression?,
    inflatedBytes: Figure<ByteCount>, bssBytes: Figure<ByteCount>, textOffset: Figure<ByteCount>
  ) {
    self.chain = chain
    self.fileBytes = fileBytes
    self.zImageBytes = zImageBytes
    self.compression = compression
    self.inflatedBytes = inflatedBytes
    self.bssBytes = bssBytes
    self.textOffset = textOffset
  }
}
