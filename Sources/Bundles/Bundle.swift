// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// A bundle, read in place: header, tags and manifest are checked, nothing is copied.
public struct Bundle: ~Escapable {
  /// The bundle from byte 0 on; bytes behind its end are cut off.
  public let bytes: Span<UInt8>
  /// The checked tag.
  public let tag: BundleTag
  /// The checked manifest.
  public let manifest: BundleManifest

  /// Checks a bundle, but not the digests of its segments.
  ///
  /// - Parameter bytes: A file, or the memory it was loaded to; more may stand behind it.
  /// - Throws: ``BundleError``
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) throws(BundleError) {
    let tag = try BundleTag(bytes)
    guard let all = ByteReader(bytes).slice(0, Int(clamping: tag.bundleBytes)) else {
      throw .truncated(
        .bundle, needed: UInt64(tag.bundleBytes), present: UInt64(bytes.count))
    }
    self.bytes = all
    self.tag = tag
    manifest = try BundleManifest(all, tag)
  }

  /// Gives the bytes of a segment, or nil for one that is not of this bundle.
  @_lifetime(copy self)
  public func bytes(of segment: BundleSegment) -> Span<UInt8>? {
    ByteReader(bytes).slice(Int(clamping: segment.fileOffset), Int(clamping: segment.fileBytes))
  }

  /// Whether the bytes of a segment have the SHA-256 that the manifest states.
  public func isIntact(_ segment: BundleSegment) -> Bool {
    guard let bytes = bytes(of: segment) else { return false }
    let digest = SHA256.hash(bytes)
    for index in 0..<32 where digest[index] != segment.digest[index] { return false }
    return true
  }

  /// Checks every segment.
  ///
  /// - Throws: ``BundleError/segmentDigest(index:)``
  public func checkSegments() throws(BundleError) {
    for index in 0..<manifest.segmentCount {
      guard let segment = manifest.segment(index), isIntact(segment) else {
        throw .segmentDigest(index: UInt32(clamping: index))
      }
    }
  }
}
