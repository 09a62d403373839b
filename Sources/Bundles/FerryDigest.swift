// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The digest of everything before the manifest: Ferry's image, with header and tag table. The
/// bytes of the digest itself count as zeros.
///
/// Programs that start a bundle check it; Ferry does not: damaged code cannot check itself.
struct FerryDigest: ~Escapable {
  /// The bytes before the manifest.
  private let image: Span<UInt8>
  /// The offset of the digest's tag.
  private let tag: Int
  /// The end of the room for tags.
  private let end: Int

  @_lifetime(copy bundle)
  init(_ bundle: Span<UInt8>, tag: Int, table: Int, manifest: Int) throws(BundleError) {
    guard let image = ByteReader(bundle).slice(0, manifest) else { throw .ferryDigest }
    self.image = image
    self.tag = tag
    // The size word stands in the last four bytes.
    end = table + BundleFormat.tableBytes - 4
  }

  /// The offset of the digest.
  var offset: Int { tag + 8 }

  /// Whether only zeros stand between two offsets in the room for tags.
  private func isEmpty(from start: Int) -> Bool {
    var at = start
    while at < end {
      guard ByteReader(image).byte(at: at) == 0 else { return false }
      at += 1
    }
    return true
  }

  /// Compares the image with the digest in the tag.
  ///
  /// - Throws: ``BundleError/ferryDigest``
  func check() throws(BundleError) {
    if isEmpty(from: tag) { return }
    let reader = ByteReader(image)
    guard reader.littleEndian32(at: tag) == BundleFormat.ferryTagWords,
      reader.littleEndian32(at: tag + 4) == BundleFormat.ferryTag, isEmpty(from: offset + 32)
    else { throw .ferryDigest }
    let digest = value
    for index in 0..<32 where reader.byte(at: offset + index) != digest[index] {
      throw .ferryDigest
    }
  }

  /// The computed digest.
  var value: [UInt8] {
    let reader = ByteReader(image)
    let zeros = InlineArray<32, UInt8>(repeating: 0)
    var hash = SHA256()
    if let before = reader.slice(0, offset) { hash.update(before) }
    hash.update(zeros.span)
    if let behind = reader.suffix(from: offset + 32) { hash.update(behind) }
    return hash.finish()
  }
}

extension Bundle {
  /// Checks Ferry's image. A bundle without a digest of it is accepted: older versions wrote none.
  ///
  /// - Throws: ``BundleError/ferryDigest``
  public func checkFerry() throws(BundleError) {
    guard
      let table = ByteReader(bytes).littleEndian32(at: BundleFormat.headerTableOffset)
        .flatMap({ Int(exactly: $0) })
    else { throw .ferryDigest }
    let digest = try FerryDigest(
      bytes, tag: Int(clamping: tag.offset) + 4 * Int(BundleFormat.bundleTagWords), table: table,
      manifest: Int(clamping: tag.manifestOffset))
    try digest.check()
  }
}
