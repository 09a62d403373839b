// SPDX-License-Identifier: Apache-2.0
public import Handover
public import KernelImages
public import PhysicalMemory

/// The input of a plan, as figures: no file contents.
public struct PlanRequest: Sendable, Hashable {
  /// The kernel.
  public var kernel: ARMKernel
  /// The names of the layers around the kernel, outermost first: `zImage`, `xz`, `Image`.
  public var chain: [String]
  /// The size of the file the kernel came in.
  public var fileBytes: ByteCount
  /// The memory of the machine.
  public var machine: PlannedMachine
  /// Who performs the jump.
  public var jumper = Jumper.itself
  /// What describes the machine to the kernel.
  public var parameters: BootParameters
  /// The memory that the decompressor reads from the device tree, when it differs from the
  /// kernel's: the decompressor reads nodes at any depth and of any status.
  ///
  /// Source: arch/arm/boot/compressed/fdt_check_mem_start.c (v6.1).
  public var decompressorMemory: [PhysicalRange]?
  /// The memory in the tree that the running kernel was started with; the kernel may use less. nil
  /// when it was started without a tree, or the tree is unknown.
  public var runningMemory: [PhysicalRange]?
  /// The initial ramdisk; nil without one.
  public var initrd: PlannedInitrd?
  /// The command line of the new kernel.
  public var commandLine: String
  /// The handover the user wants; nil leaves the choice to the plan.
  public var handover: HandoverKind?
  /// The rule that places the segments.
  public var rule: PlacementRule
  /// The load address that the user wants, of the zImage or of the plain Image.
  public var load: PhysicalAddress?
  /// The addresses that were given; the planner finds the others.
  public var given = GivenPlaces()
  /// The size of the running kernel that the user states, as for kexec-tools' `--image-size`.
  public var imageBytes: ByteCount?
  /// The memory the new kernel needs to work with, when the user states it.
  public var workingBytes: ByteCount?
  /// Whether the running machine has too little free memory to load the plain Image.
  var cannotLoadImage = false
  /// Whether the plan names for every address the rule that fixed it.
  public var explains = true
  /// The diagnostics of the preparation, such as added memory nodes and dropped properties.
  public var diagnostics: [Diagnostic]

  /// Groups the parts of a request.
  public init(
    kernel: ARMKernel, chain: [String], fileBytes: ByteCount, machine: PlannedMachine,
    parameters: BootParameters, initrd: PlannedInitrd? = nil, commandLine: String = "",
    handover: HandoverKind? = nil,
    rule: PlacementRule = .exact, load: PhysicalAddress? = nil, imageBytes: ByteCount? = nil,
    workingBytes: ByteCount? = nil, diagnostics: [Diagnostic] = []
  ) {
    self.kernel = kernel
    self.chain = chain
    self.fileBytes = fileBytes
    self.machine = machine
    self.parameters = parameters
    self.initrd = initrd
    self.commandLine = commandLine
    self.handover = handover
    self.rule = rule
    self.load = load
    self.imageBytes = imageBytes
    self.workingBytes = workingBytes
    self.diagnostics = diagnostics
  }
}

/// An initial ramdisk, as figures.
public struct PlannedInitrd: Sendable, Hashable {
  /// The bytes that are loaded.
  public var byteCount: ByteCount
  /// The unpacked size, when it is known; an upper bound, unless ``isCounted``.
  public var unpackedBytes: ByteCount?
  /// Whether the unpacked size is exact. Otherwise a plan that depends on it is made again with the
  /// exact size.
  public var isCounted = true
  /// The memory that the kernel's decoder needs to unpack it, in bytes.
  public var decoderBytes = ByteCount.zero

  /// States an initial ramdisk.
  public init(byteCount: ByteCount, unpackedBytes: ByteCount? = nil) {
    self.byteCount = byteCount
    self.unpackedBytes = unpackedBytes
  }
}

/// What describes the machine to a kernel: the registers at its entry point to it.
public enum BootParameters: Sendable, Hashable {
  /// Nothing: such a plan shows the memory, but cannot be booted.
  case none
  /// A device tree of a number of bytes, and the memory it names in the order of its nodes.
  case deviceTree(ByteCount, memory: [PhysicalRange])
  /// An ATAG list of a number of bytes, for a machine number.
  case atags(ByteCount, machine: UInt32)

  /// The bytes that are loaded.
  public var byteCount: ByteCount? {
    switch self {
    case .none: return nil
    case .deviceTree(let bytes, _): return bytes
    case .atags(let bytes, _): return bytes
    }
  }
}
