// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A real kernel in the cache outside the clone; tests of it are skipped when it is not there.
struct CachedKernel: Sendable, CustomTestStringConvertible {
  let name: String
  private let folder: String
  /// What the size table states, as read by an independent reader.
  let inflatedBytes: UInt64
  let bssBytes: UInt64
  let textOffset: UInt64

  var testDescription: String { name }

  static let cache: String = {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["SWIFT_KEXEC_CACHE"] { return path }
    if let path = environment["XDG_CACHE_HOME"] { return path + "/swift-kexec" }
    return NSHomeDirectory() + "/.cache/swift-kexec"
  }()

  static let names = [
    "armmp", "armmp-lpae", "tiny-gzip", "tiny-xz", "tiny-lzma", "tiny-lzo", "tiny-lz4",
    "tiny-atags",
  ]

  /// The kernels that are in the cache.
  static let all: [CachedKernel] = names.compactMap { CachedKernel(name: $0) }
  /// Every kernel that any script left in the cache.
  static let everywhere: [CachedKernel] = ["kernels", "zoo"].flatMap { folder in
    let names = (try? FileManager.default.contentsOfDirectory(atPath: cache + "/" + folder)) ?? []
    return names.sorted().compactMap { CachedKernel(name: $0, in: folder) }
  }
  /// Those that were built with their ELF files kept.
  static let tiny = all.filter { $0.name.hasPrefix("tiny-") }

  init?(name: String, in folder: String = "kernels") {
    self.name = name
    self.folder = folder
    guard
      let bytes = FileManager.default.contents(atPath: Self.cache + "/\(folder)/\(name)/vmlinuz"),
      bytes.count > 0x40
    else { return nil }
    func word(_ offset: Int) -> UInt64 {
      UInt64(bytes[offset]) | UInt64(bytes[offset + 1]) << 8 | UInt64(bytes[offset + 2]) << 16
        | UInt64(bytes[offset + 3]) << 24
    }
    let table = Int(word(0x38))
    inflatedBytes = word(Int(word(table + 8)))
    bssBytes = word(table + 12)
    textOffset = word(table + 16)
  }

  func path(_ file: String) -> String { Self.cache + "/\(folder)/\(name)/\(file)" }

  func bytes(_ file: String = "vmlinuz") throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(file))))
  }

  /// The kernel with everything that names its sizes set to zero: the table's mark and place in
  /// the header, and the table's own words.
  func withoutTable() throws -> [UInt8] {
    var bytes = try bytes()
    let table = Int(bytes[0x38]) | Int(bytes[0x39]) << 8 | Int(bytes[0x3a]) << 16
    for index in 0x34..<0x3c { bytes[index] = 0 }
    for index in table..<(table + 28) { bytes[index] = 0 }
    return bytes
  }

  /// The kernel with another word behind its payload.
  func withSizeWord(_ value: UInt32) throws -> [UInt8] {
    var bytes = try bytes()
    let table = Int(bytes[0x38]) | Int(bytes[0x39]) << 8 | Int(bytes[0x3a]) << 16
    var place = 0
    for index in 0..<4 { place |= Int(bytes[table + 8 + index]) << (8 * index) }
    for index in 0..<4 {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index)))
    }
    return bytes
  }
}
