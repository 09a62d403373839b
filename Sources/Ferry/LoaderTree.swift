// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import PhysicalMemory

/// The boot loader's device tree in place of the bundled one, with the bundle's command line and
/// initrd. The bundle asks for it by a flag.
///
/// It is assembled in the bundle itself, in the room behind the bundled tree, before any page is
/// handed out: the loader's tree may lie anywhere, also in a page of the pool.
struct LoaderTree {
  /// The offset of its first byte in the bundle.
  let fileOffset: UInt32
  let byteCount: UInt32

  /// The result is nil when the bundled tree is used: the flag is not set, or r2 has no tree. A
  /// tree that cannot be used ends Ferry.
  init?(_ bundle: borrowing Bundle, _ mapped: RangeSet) {
    let manifest = bundle.manifest
    guard manifest.flags.contains(.treeFromLoader), let index = manifest.treeIndex,
      let segment = manifest.segment(index)
    else { return nil }
    guard let loader = unsafe Self.tree(ferry_entry.r2, mapped) else {
      Ferry.console.line("r2 points to no device tree: the bundled one is used")
      return nil
    }
    let base = ferry_entry.base
    guard let own = unsafe Self.tree(base + segment.fileOffset, mapped) else {
      Ferry.fail("the bundled tree is none")
    }
    let begin = UInt32(clamping: own.count + 7) & ~7
    guard begin < segment.fileBytes,
      let room = unsafe Placed.pointer(
        PhysicalAddress(UInt64(base + segment.fileOffset + begin)))
    else { Ferry.fail("there is no room for the loader's tree") }
    let count = Int(clamping: segment.fileBytes - begin)
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: room, count: count)
    byteCount = unsafe Self.merge(loader, own, bytes)
    fileOffset = segment.fileOffset + begin
    Ferry.console.begin("device tree of the loader, from ")
    Ferry.console.say(hex: ferry_entry.r2)
    Ferry.console.end(", with the bundle's /chosen")
  }

  private static func merge(
    _ loader: UnsafeRawBufferPointer, _ own: UnsafeRawBufferPointer,
    _ room: UnsafeMutableRawBufferPointer
  ) -> UInt32 {
    var output = unsafe MutableSpan<UInt8>(_unsafeBytes: room)
    do throws(TreeMergeError) {
      return UInt32(
        clamping: try TreeMerge.merge(
          loader: unsafe Span(_unsafeBytes: loader), bundled: unsafe Span(_unsafeBytes: own),
          into: &output))
    } catch {
      switch error {
      case .noTree, .damaged: Ferry.fail("the loader's tree is damaged")
      case .noRoom: Ferry.fail("the loader's tree is larger than the room for it")
      }
    }
  }

  /// The flattened tree at an address, as long as its header states; nil when there is none.
  private static func tree(_ address: UInt32, _ mapped: RangeSet) -> UnsafeRawBufferPointer? {
    let start = PhysicalAddress(UInt64(address))
    guard address & 3 == 0, let header = PhysicalRange(start: start, count: ByteCount(UInt64(40))),
      mapped.contains(header), let place = unsafe Placed.pointer(start)
    else { return nil }
    let magic = unsafe UInt32(bigEndian: place.load(as: UInt32.self))
    let count = unsafe UInt32(bigEndian: place.load(fromByteOffset: 4, as: UInt32.self))
    guard magic == 0xd00d_feed, count >= 40,
      let whole = PhysicalRange(start: start, count: ByteCount(UInt64(count))),
      mapped.contains(whole)
    else { return nil }
    return unsafe UnsafeRawBufferPointer(start: place, count: Int(clamping: count))
  }
}
