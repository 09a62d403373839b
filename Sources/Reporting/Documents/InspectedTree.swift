// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

/// A device tree in a file, read for a report.
struct InspectedTree {
  let held: HeldTree
  /// Its number for `--dtb-index`; nil when it cannot be chosen by a number.
  let index: Int?
  /// Whether it is an overlay.
  private(set) var isOverlay = false
  private(set) var identity = TreeIdentity()
  private(set) var memory: [PhysicalRange] = []
  /// The memory nodes that kernels ignore.
  private(set) var passedOver: [DeviceTree.MissingMemory] = []
  private(set) var reservations: [Reservation] = []
  private(set) var commandLine: String?
  /// The reason why it cannot be read; nil when it can.
  private(set) var problem: String?

  struct Reservation {
    let range: PhysicalRange
    let why: String
  }

  /// Reads all trees of a file, within the limits for a file.
  static func all(_ image: KernelImage, in file: Span<UInt8>) -> [Self] {
    var left = HeldTree.mostBytesTogether
    var found: [Self] = []
    for (index, tree) in image.deviceTrees.enumerated() {
      // In a FIT the configuration decides the tree.
      let number = image.configurations.isEmpty ? index : nil
      found.append(Self(tree, index: number, in: file, &left))
      for overlay in tree.overlays {
        found.append(
          Self(
            HeldTree(overlay.bytes, origin: overlay.origin, offset: overlay.bytes.offset ?? 0),
            index: nil, in: file, &left))
      }
    }
    for tree in image.otherTrees { found.append(Self(tree, index: nil, in: file, &left)) }
    return found
  }

  private init(_ held: HeldTree, index: Int?, in file: Span<UInt8>, _ left: inout UInt64) {
    self.held = held
    self.index = index
    let bytes: [UInt8]
    do throws(KernelImageError) {
      let wanted = held.bytes.count ?? HeldTree.mostBytes
      guard wanted <= left else {
        problem = "not read: the trees before it are large"
        return
      }
      left -= wanted
      bytes = try held.bytes.copy(of: file, limit: HeldTree.mostBytes)
    } catch {
      problem = error.description
      return
    }
    do throws(DeviceTreeError) {
      try read(try DeviceTree(flattened: bytes.span))
    } catch {
      problem = error.description
    }
  }

  private mutating func read(_ tree: DeviceTree) throws(DeviceTreeError) {
    identity = TreeIdentity(root: tree.root)
    isOverlay = tree.role == .overlay
    if isOverlay { return }
    commandLine = tree.commandLine
    passedOver = tree.passedOverMemory
    memory = try tree.memory()
    for entry in tree.memoryReservations {
      guard let range = entry.range else { continue }
      reservations.append(Reservation(range: range, why: "memory reservation block"))
    }
    for region in try tree.reservedMemory().fixed {
      for range in region.ranges {
        reservations.append(
          Reservation(range: range, why: region.name + (region.isNoMap ? ", no-map" : "")))
      }
    }
  }
}

extension ImageBytes {
  /// The offset of the first byte in the file; nil when a wrapper around it was inflated.
  var offset: UInt64? {
    if case .slice(let offset, _) = self { return offset }
    return nil
  }
}
