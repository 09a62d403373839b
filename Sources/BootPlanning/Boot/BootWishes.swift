// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import PhysicalMemory

/// What is asked of a boot beside its files: the options of `kx plan`, `kx try` and `kexec`.
public struct BootWishes: Sendable {
  /// RAM and reservations as the user or the machine tells; nil to take them from the tree.
  public var memory: MemoryMap?
  /// Further reservations of the user.
  public var reserved: [ReservedRange] = []
  /// The tree the machine runs with.
  public var runningTree: DeviceTree?
  /// Whether that tree was put together from /proc/device-tree, which lacks the memory reservation
  /// block.
  public var runningTreeIsLive = false
  /// The ATAG list the machine runs with.
  public var runningATAGs: ATAGList?
  /// The page size of the running kernel.
  public var pageBytes = ByteCount(UInt64(4096))
  /// The memory the running machine has for the load.
  public var loadMemory = LoadMemory()
  /// The processor of the machine, as far as others than its tree tell of it.
  public var processor = Processor()
  /// A tree that is taken when nobody else has one.
  public var lastTree: LastTree?
  /// The command line; nil keeps the one that came with the tree or the kernel.
  public var commandLine: String?
  /// The command line the machine runs with, which is kept when nobody says another: neither the
  /// user nor the tree that the user names.
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
  /// What the user said of the kernel's file, for who makes the plan again.
  public var stated = StatedReading()
  /// The memory the new kernel needs to work with, when the user states it.
  public var workingBytes: ByteCount?
  /// The size of an initrd of which there is no file.
  public var assumedInitrdBytes: ByteCount?
  /// What the initial ramdisks unpack to, when the user states it.
  public var assumedUnpackedBytes: ByteCount?

  /// Whether someone will read how each decision came about. Without it a plan is the same, but for
  /// notes that are not even made.
  public var explains = true

  /// Wishes for nothing in particular.
  public init() {}

  /// A tree that nobody named: that of a lab's board.
  public struct LastTree: Sendable {
    /// The tree.
    public let tree: DeviceTree
    /// What it is called.
    public let origin: String
    /// What a plan notes of it.
    public let file: PlannedFile

    /// Offers a tree.
    public init(_ tree: DeviceTree, origin: String, file: PlannedFile) {
      self.tree = tree
      self.origin = origin
      self.file = file
    }
  }
}
