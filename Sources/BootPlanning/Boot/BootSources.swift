// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import KernelImages
public import PhysicalMemory

/// The identified files and wishes of a boot, before anything is decided.
public struct BootSources: Sendable {
  /// The kernel file.
  public var kernel: KernelImage
  /// The size of the kernel file.
  public var kernelFileBytes: ByteCount
  /// All initial ramdisks together, as they will be loaded.
  public var initrd: PlannedInitrd?
  /// The device tree for the new kernel, and where it comes from; nil when none was given.
  public var tree: (tree: DeviceTree, origin: String)?
  /// Whether an ATAG list is wanted in place of a device tree.
  public var wantsATAGs = false
  /// The ATAG list of the running machine, whose tags are carried over.
  public var oldATAGs: ATAGList?
  /// The machine number for an ATAG list.
  public var machineNumber: UInt32?
  /// RAM and reservations from the user or the machine; nil to take them from the tree.
  public var memory: MemoryMap?
  /// The tree that the machine runs with; its reservations still hold.
  public var runningTree: DeviceTree?
  /// Further reservations by the user.
  public var reserved: [ReservedRange] = []
  /// The command line; nil keeps the one that came with the tree or the kernel.
  public var commandLine: String?
  /// The processor of the machine, as far as sources other than its tree describe it.
  public var processor = Processor()
  /// The page size of the running kernel.
  public var pageBytes = ByteCount(UInt64(4096))
  /// Fresh random bytes for seeds in the tree; without them, seeds are removed.
  public var random: [UInt8] = []

  /// As in ``BootWishes/explains``.
  public var explains = true

  /// The bytes the new kernel's tree may grow to before it is entered; nil when it does not grow.
  public var treeRoom: ByteCount?

  /// Starts from a kernel alone.
  public init(kernel: KernelImage, kernelFileBytes: ByteCount) {
    self.kernel = kernel
    self.kernelFileBytes = kernelFileBytes
  }
}

/// Why a boot cannot even be prepared.
public enum BootPreparationError: Error, Sendable {
  /// The file holds no 32-bit ARM kernel.
  case notARM(what: String, architecture: String?)
  /// No source says how much memory the machine has.
  case noMemory(in: (origin: String, reason: DeviceTree.MissingMemory)?)
  /// A device tree cannot be read or edited.
  case tree(origin: String, DeviceTreeError)
}

extension BootPreparationError: CustomStringConvertible {
  /// What is wrong.
  public var description: String {
    switch self {
    case .notARM(let what, let architecture):
      if let architecture {
        return "this is a kernel for \(architecture) (\(what)); only 32-bit ARM kernels can be "
          + "planned"
      }
      return "this is \(what), not a kernel"
    case .noMemory(let tree):
      return "no source says how much memory the machine has"
        + (tree.map { ": " + $0.reason.description } ?? "")
    case .tree(_, let error): return error.description
    }
  }

  /// The file or tree at fault; nil when it is the kernel's.
  public var place: String? {
    switch self {
    case .notARM, .noMemory(nil): nil
    case .noMemory(.some(let tree)): tree.origin
    case .tree(let origin, _): origin
    }
  }
}
