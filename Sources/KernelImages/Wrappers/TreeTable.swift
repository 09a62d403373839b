// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// A table of device trees, from which the boot loader of a phone chooses one.
///
/// Sources: `QCDT`, little-endian: lk (CodeAurora, LA.BR.1.2), platform/msm_shared/include/dev_tree.h,
/// versions 1 to 3. `DTBH`, little-endian: LineageOS android_device_samsung_*, samsung_dtbh.h, version
/// 2. `0xd7b7ab1e`, big-endian: AOSP system/libufdt, utils/src/dt_table.h, versions 0 and 1.
struct TreeTable {
  /// The maker of a table.
  enum Maker {
    case qualcomm, samsung, android

    var magic: [UInt8] {
      switch self {
      case .qualcomm: [0x51, 0x43, 0x44, 0x54]
      case .samsung: [0x44, 0x54, 0x42, 0x48]
      case .android: [0xd7, 0xb7, 0xab, 0x1e]
      }
    }

    var name: String {
      switch self {
      case .qualcomm: "QCDT"
      case .samsung: "DTBH"
      case .android: "Android"
      }
    }

    fileprivate static let all: [Self] = [.qualcomm, .samsung, .android]
  }

  /// A line of the table.
  struct Line {
    let place: SafeRange
    /// The compression of the tree; nil for none.
    let compression: Compression?
    let entry: TreeTableEntry
  }

  let maker: Maker
  let version: UInt32
  private(set) var lines: [Line] = []

  /// A limit that no table reaches.
  private static let mostLines: UInt32 = 1024

  /// Whether a table begins here.
  static func isPresent(_ reader: borrowing ByteReader, at offset: Int = 0) -> Bool {
    maker(reader, at: offset) != nil
  }

  private static func maker(_ reader: borrowing ByteReader, at offset: Int) -> Maker? {
    for maker in Maker.all where reader.matches(maker.magic, at: offset) { return maker }
    return nil
  }

  /// Reads a table whose magic number was found.
  init(_ bytes: Span<UInt8>) throws(KernelImageError) {
    let reader = ByteReader(bytes)
    let maker = Self.maker(reader, at: 0) ?? .android
    self.maker = maker
    let isBig = maker == .android
    func word(_ at: Int) throws(KernelImageError) -> UInt32 {
      guard let word = isBig ? reader.bigEndian32(at: at) : reader.littleEndian32(at: at) else {
        throw .truncated(
          what: maker.name + " table of device trees", needed: UInt64(at) + 4,
          present: UInt64(bytes.count))
      }
      return word
    }
    version = try word(isBig ? 28 : 4)
    let count = try word(isBig ? 16 : 8)
    guard count <= Self.mostLines else {
      throw .invalid(
        what: maker.name + " table of device trees", field: "the number of lines",
        offset: isBig ? 16 : 8, value: UInt64(count))
    }
    let columns = try Self.columns(maker, version)
    let stride = isBig ? Int(clamping: try word(12)) : columns.count * 4
    let first = isBig ? Int(clamping: try word(20)) : 12
    guard stride >= columns.count * 4, stride <= 4096, first <= bytes.count else {
      throw .invalid(
        what: maker.name + " table of device trees", field: "the size or place of a line",
        offset: 12, value: UInt64(stride))
    }
    for index in 0..<Int(count) {
      var values: [TreeTableEntry.Column] = []
      var offset: UInt64 = 0
      var size: UInt64 = 0
      for (place, name) in columns.enumerated() {
        let value = try word(first + index * stride + place * 4)
        switch name {
        case .offset: offset = UInt64(value)
        case .size: size = UInt64(value)
        case .named(let name): values.append(TreeTableEntry.Column(name, value))
        case .unnamed: break
        }
      }
      guard let place = SafeRange(offset, size, within: bytes.count) else {
        throw .truncated(
          what: "tree \(index) of " + maker.name + " table", needed: saturatingSum(offset, size),
          present: UInt64(bytes.count))
      }
      lines.append(
        Line(
          place: place, compression: try Self.compression(maker, version, values),
          entry: TreeTableEntry(columns: values, qualcomm: Self.numbers(maker, values))))
    }
  }

  private enum Cell {
    case offset, size, unnamed
    case named(String)
  }

  private static func columns(
    _ maker: Maker, _ version: UInt32
  ) throws(KernelImageError) -> [Cell] {
    switch (maker, version) {
    case (.qualcomm, 1):
      return [.named("platform"), .named("variant"), .named("revision"), .offset, .size]
    case (.qualcomm, 2):
      return [
        .named("platform"), .named("variant"), .named("subtype"), .named("revision"), .offset,
        .size,
      ]
    case (.qualcomm, 3):
      return [
        .named("platform"), .named("variant"), .named("subtype"), .named("revision"),
        .named("PMIC 0"), .named("PMIC 1"), .named("PMIC 2"), .named("PMIC 3"), .offset, .size,
      ]
    case (.samsung, 2):
      return [
        .named("chip"), .named("platform"), .named("subtype"), .named("revision"),
        .named("last revision"), .offset, .size, .unnamed,
      ]
    case (.android, 0), (.android, 1):
      return [
        .size, .offset, .named("id"), .named("revision"),
        .named(version == 0 ? "custom 0" : "flags"), .named("custom 1"), .named("custom 2"),
        .named("custom 3"),
      ]
    default:
      throw .invalid(
        what: maker.name + " table of device trees", field: "the version, which is not known here,",
        offset: maker == .android ? 28 : 4, value: UInt64(version))
    }
  }

  /// Source: AOSP system/libufdt, utils/src/dt_table.h: the low four bits of the flags.
  private static func compression(
    _ maker: Maker, _ version: UInt32, _ values: [TreeTableEntry.Column]
  ) throws(KernelImageError) -> Compression? {
    guard maker == .android, version == 1, values.count > 2 else { return nil }
    switch values[2].value & 15 {
    case 0: return nil
    case 2: return .gzip
    case let number:
      throw .invalid(
        what: maker.name + " table of device trees",
        field: "the compression of a tree, which is not known here,", offset: 16,
        value: UInt64(number))
    }
  }

  private static func numbers(
    _ maker: Maker, _ values: [TreeTableEntry.Column]
  ) -> QualcommNumbers? {
    func value(_ name: String) -> UInt32? { values.first { $0.name == name }?.value }
    guard maker == .qualcomm, let platform = value("platform"), let variant = value("variant"),
      let revision = value("revision")
    else { return nil }
    return QualcommNumbers(
      chips: [QualcommNumbers.Chip(platform: platform, revision: revision)],
      boards: [QualcommNumbers.Board(variant: variant, subtype: value("subtype"))])
  }
}
