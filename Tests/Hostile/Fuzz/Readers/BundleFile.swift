// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Digests
import PhysicalMemory

@testable import Bundles

/// Bundles and retagged kernels, and the merging of trees that Ferry does.
enum BundleFile {
  static func read(_ input: [UInt8]) {
    var bytes = input
    if let tag = try? BundleTag(bytes.span) { sign(&bytes, tag) }
    _ = BundleTag.isPresent(in: bytes.span)
    guard let bundle = try? Bundle(bytes.span) else { return }
    hold(bundle.bytes.count <= bytes.count, "a bundle ends within the file")
    var end: UInt64 = 0
    for index in 0..<bundle.manifest.segmentCount {
      guard let segment = bundle.manifest.segment(index) else {
        return hold(false, "every segment that is counted is there")
      }
      hold(bundle.bytes(of: segment) != nil, "a segment lies in the bundle")
      hold(segment.range.first.rawValue >= end, "segments are sorted and disjoint")
      end = segment.range.end?.rawValue ?? .max
      _ = bundle.isIntact(segment)
    }
    for index in 0..<bundle.manifest.reservedCount {
      hold(bundle.manifest.reserved(index) != nil, "every range that is counted is there")
    }
    _ = try? bundle.checkSegments()
  }

  /// Makes the manifest's digest right, which no mutation does.
  private static func sign(_ bytes: inout [UInt8], _ tag: BundleTag) {
    let start = Int(tag.manifestOffset)
    let end = start + Int(tag.manifestBytes)
    let covered = start + BundleFormat.digestedOffset
    guard covered <= end, end <= bytes.count else { return }
    let digest = SHA256.hash(Array(bytes[covered..<end]).span)
    for (index, byte) in digest.enumerated() { bytes[start + 12 + index] = byte }
  }

  static func readRetagged(_ bytes: [UInt8]) {
    guard RetaggedZImage.isPresent(in: bytes.span),
      let zImage = try? RetaggedZImage(bytes.span)
    else { return }
    let end = UInt64(zImage.innerOffset) + UInt64(zImage.innerBytes)
    hold(end <= UInt64(bytes.count), "the zImage inside lies in the file")
  }

  /// Two trees: the length of the first in two bytes, the loader's tree, the bundled one.
  static func mergeTrees(_ input: [UInt8]) {
    guard let (loader, bundled) = TreeFile.pair(input) else { return }
    let room = loader.count + bundled.count + 256
    guard let merged = merge(loader, bundled, room) else { return }
    hold(merge(loader, bundled, merged.count) == merged, "as much room as is needed is enough")
    hold(merge(loader, bundled, merged.count - 1) == nil, "less room is not")
    guard let tree = try? DeviceTree(flattened: loader.span),
      let own = try? DeviceTree(flattened: bundled.span)
    else { return }
    guard let result = try? DeviceTree(flattened: merged.span) else {
      return hold(false, "a merged tree can be read")
    }
    hold(result.memoryReservations == tree.memoryReservations, "reservations are the loader's")
    if tree.chosen != nil, own.chosen != nil {
      hold(result.commandLine == own.commandLine, "the command line is the bundle's")
    }
  }

  private static func merge(_ loader: [UInt8], _ bundled: [UInt8], _ room: Int) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: room)
    var output = buffer.mutableSpan
    let count = try? TreeMerge.merge(loader: loader.span, bundled: bundled.span, into: &output)
    return count.map { Array(buffer[..<$0]) }
  }
}
