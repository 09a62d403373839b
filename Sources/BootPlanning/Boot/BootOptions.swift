// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import Handover
public import PhysicalMemory

/// All that is known of a boot beside its files: what the user wants and what the machine is.
public struct BootOptions: Sendable {
  /// RAM and reservations from the user or the machine; nil to take them from the tree.
  public var memory: MemoryMap?
  /// Further reservations by the user.
  public var reserved: [ReservedRange] = []
  /// The tree the machine runs with.
  public var runningTree: DeviceTree?
  /// Whether that tree was put together from /proc/device-tree, which lacks the memory reservation
  /// block.
  public var runningTreeIsLive = false
  /// The ATAG list the machine runs with.
  public var runningATAGs: ATAGList?
  /// Who performs the jump.
  public var jumper = Jumper.itself
  /// The page size of the running kernel.
  public var pageBytes = ByteCount(UInt64(4096))
  /// The memory the running machine has for the load.
  public var loadMemory = LoadMemory()
  /// The processor of the machine, as far as sources other than its tree describe it.
  public var processor = Processor()
  /// A tree that is used when no other source has one.
  public var lastTree: LastTree?
  /// The command line; nil keeps the one that came with the tree or the kernel.
  public var commandLine: String?
  /// The command line that the machine runs with. It is kept when neither the user nor the tree
  /// that the user names has another.
  public var runningCommandLine: String?
  /// Whether an ATAG list is wanted in place of a device tree.
  public var wantsATAGs = false
  /// The machine number for an ATAG list.
  public var machineNumber: UInt32?
  /// The handover; nil leaves the choice to the plan.
  public var handover: HandoverKind?
  /// The rule that places the segments.
  public var rule = PlacementRule.exact
  /// The load address of the zImage, or of the plain Image.
  public var load: PhysicalAddress?
  /// Inflated size and BSS together, as for kexec-tools' `--image-size`.
  public var imageBytes: ByteCount?
  /// The user's statements about the kernel's file, for whoever makes the plan again.
  public var stated = StatedReading()
  /// The memory the new kernel needs to work with, when the user states it.
  public var workingBytes: ByteCount?
  /// The size of an initrd of which there is no file.
  public var assumedInitrdBytes: ByteCount?
  /// The unpacked size of the initial ramdisks, when the user states it.
  public var assumedUnpackedBytes: ByteCount?
  /// Fresh random bytes for seeds in the tree; without them, seeds are removed.
  public var random: [UInt8] = []
  /// The bytes the new kernel's tree may grow to before it is entered; nil when it does not grow.
  public var treeRoom: ByteCount?

  /// Whether someone will read the reason of each decision. Without it the plan is the same, but
  /// lacks these notes.
  public var explains = true

  /// Options of which none is set.
  public init() {}

  /// A tree that nobody named: that of a lab's board.
  public struct LastTree: Sendable {
    /// The tree.
    public let tree: DeviceTree
    /// Its name in messages.
    public let origin: String
    /// Its entry in a plan.
    public let file: PlannedFile

    /// Makes the last choice of a tree.
    public init(_ tree: DeviceTree, origin: String, file: PlannedFile) {
      self.tree = tree
      self.origin = origin
      self.file = file
    }
  }
}
