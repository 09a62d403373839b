// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The reason why two trees cannot be merged.
public enum TreeMergeError: Error, Sendable, Hashable {
  /// The bytes are no flattened device tree.
  case noTree
  /// The tree is malformed at an offset, or of a version before 17.
  case damaged(offset: Int)
  /// The merged tree is larger than the room for it.
  case noRoom(needed: Int, room: Int)
}

/// Makes the kernel's tree when the loader's tree replaces a bundled one: the loader's tree, with
/// some properties of the bundle's in `/chosen`.
///
/// The kernel finds its command line and its initrd in `/chosen`, and those are the bundle's. So
/// `bootargs`, `linux,initrd-start` and `linux,initrd-end` are those of the bundled tree, and
/// missing where that has none; everything else is the loader's. A tree without `/chosen` gets one.
///
/// The function is pure: it takes two trees, gives one, and allocates no memory and no text. The
/// three must not overlap.
///
/// Source: Devicetree Specification v0.4, section 5; Linux 6.1, drivers/of/fdt.c,
/// early_init_dt_scan_chosen.
public enum TreeMerge {
  /// The properties that are the bundle's.
  private enum Name: CaseIterable {
    case commandLine, initrdStart, initrdEnd

    var text: StaticString {
      switch self {
      case .commandLine: "bootargs"
      case .initrdStart: "linux,initrd-start"
      case .initrdEnd: "linux,initrd-end"
      }
    }
  }

  /// Merges two trees.
  ///
  /// - Parameters:
  ///   - loader: The loader's tree; more bytes may follow it.
  ///   - bundled: The bundled tree; more bytes may follow it.
  ///   - output: The room for the merged tree, which begins at its first byte. Bytes behind it
  ///     stay.
  /// - Returns: The length of the merged tree, which has no space to grow.
  /// - Throws: ``TreeMergeError``; then `output` may hold a part of the tree.
  public static func merge(
    loader: Span<UInt8>, bundled: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) throws(TreeMergeError) -> Int {
    var walk = try TreeWalk(loader)
    let own = try TreeWalk(bundled)
    var out = TreeOutput(count: headerBytes)
    try copyReservations(walk, &out, &output)
    let structure = out.count
    try copyStructure(&walk, own, &out, &output)
    let strings = out.count
    out.append(walk.reader, walk.strings, walk.stringsCount, &output)
    for name in Name.allCases { out.append(name.text, &output) }
    let total = out.count
    guard total <= output.count else { throw .noRoom(needed: total, room: output.count) }
    var header = TreeOutput(count: 0)
    for index in 0..<10 {
      let value =
        switch index {
        case 0: TreeWalk.magic
        case 1: UInt32(clamping: total)
        case 2: UInt32(clamping: structure)
        case 3: UInt32(clamping: strings)
        case 4: UInt32(clamping: headerBytes)
        case 5: UInt32(17)
        case 6: UInt32(16)
        case 7: walk.reader.bigEndian32(at: 28) ?? 0
        case 8: UInt32(clamping: total - strings)
        default: UInt32(clamping: strings - structure)
        }
      header.append(value, &output)
    }
    return total
  }

  private static let headerBytes = 40

  /// Copies the memory reservations, the entry of length 0 that ends them included.
  private static func copyReservations(
    _ walk: TreeWalk, _ out: inout TreeOutput, _ output: inout MutableSpan<UInt8>
  ) throws(TreeMergeError) {
    var at = walk.reservations
    // Each turn advances by 16 bytes.
    while true {
      guard let high = walk.reader.bigEndian32(at: at + 8),
        let low = walk.reader.bigEndian32(at: at + 12)
      else { throw .damaged(offset: at) }
      out.append(walk.reader, at, 16, &output)
      if high | low == 0 { return }
      at += 16
    }
  }

  private static func copyStructure(
    _ walk: inout TreeWalk, _ own: TreeWalk, _ out: inout TreeOutput,
    _ output: inout MutableSpan<UInt8>
  ) throws(TreeMergeError) {
    var isInChosen = false
    var hasChosen = false
    while true {
      switch try walk.step() {
      case .begin(let name, let count):
        out.append(TreeWalk.beginToken, &output)
        out.append(walk.reader, name, count + 1, &output)
        out.pad(&output)
        guard walk.depth == 2, !hasChosen, walk.isNamed("chosen", name, count) else { continue }
        isInChosen = true
        hasChosen = true
        try addProperties(own, stringsCount: walk.stringsCount, &out, &output)
      case .property(let name, let value, let count):
        if isInChosen, walk.depth == 2, isOurs(walk, name) { continue }
        out.property(nameOffset: name - walk.strings, walk.reader, value, count, &output)
      case .end:
        if walk.depth == 0, !hasChosen {
          hasChosen = true
          out.append(TreeWalk.beginToken, &output)
          out.append("chosen", &output)
          out.pad(&output)
          try addProperties(own, stringsCount: walk.stringsCount, &out, &output)
          out.append(TreeWalk.endToken, &output)
        }
        if walk.depth == 1 { isInChosen = false }
        out.append(TreeWalk.endToken, &output)
      case .over:
        out.append(TreeWalk.overToken, &output)
        return
      }
    }
  }

  private static func isOurs(_ walk: TreeWalk, _ name: Int) -> Bool {
    for ours in Name.allCases where walk.holds(ours.text, at: name) { return true }
    return false
  }

  /// Adds the bundled tree's own properties; their names stand behind the loader's strings.
  private static func addProperties(
    _ own: TreeWalk, stringsCount: Int, _ out: inout TreeOutput,
    _ output: inout MutableSpan<UInt8>
  ) throws(TreeMergeError) {
    var nameOffset = stringsCount
    for ours in Name.allCases {
      if let place = try chosenProperty(ours.text, of: own) {
        out.property(
          nameOffset: nameOffset, own.reader, place.value, place.count, &output)
      }
      nameOffset += ours.text.utf8CodeUnitCount + 1
    }
  }

  /// Finds a property of `/chosen`; nil when there is none.
  private static func chosenProperty(
    _ wanted: StaticString, of tree: TreeWalk
  ) throws(TreeMergeError) -> (value: Int, count: Int)? {
    var walk = tree
    var isInChosen = false
    while true {
      switch try walk.step() {
      case .begin(let name, let count):
        if walk.depth == 2 { isInChosen = walk.isNamed("chosen", name, count) }
      case .property(let name, let value, let count):
        if isInChosen, walk.depth == 2, walk.holds(wanted, at: name) { return (value, count) }
      case .end: continue
      case .over: return nil
      }
    }
  }
}

/// Writes bytes one behind the other. Bytes that do not fit are counted, not written.
private struct TreeOutput {
  private(set) var count: Int

  private mutating func put(_ byte: UInt8, _ output: inout MutableSpan<UInt8>) {
    if count < output.count { output[count] = byte }
    count += 1
  }

  mutating func append(_ word: UInt32, _ output: inout MutableSpan<UInt8>) {
    for shift in 0..<4 {
      put(UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * shift)), &output)
    }
  }

  mutating func append(
    _ reader: ByteReader, _ offset: Int, _ length: Int, _ output: inout MutableSpan<UInt8>
  ) {
    for index in 0..<length { put(reader.byte(at: offset + index) ?? 0, &output) }
  }

  /// Writes a text and its zero byte.
  mutating func append(_ text: StaticString, _ output: inout MutableSpan<UInt8>) {
    for index in 0..<text.utf8CodeUnitCount { unsafe put(text.utf8Start[index], &output) }
    put(0, &output)
  }

  mutating func pad(_ output: inout MutableSpan<UInt8>) {
    while count & 3 != 0 { put(0, &output) }
  }

  mutating func property(
    nameOffset: Int, _ reader: ByteReader, _ value: Int, _ length: Int,
    _ output: inout MutableSpan<UInt8>
  ) {
    append(TreeWalk.propertyToken, &output)
    append(UInt32(clamping: length), &output)
    append(UInt32(clamping: nameOffset), &output)
    append(reader, value, length, &output)
    pad(&output)
  }
}
