// SPDX-License-Identifier: Apache-2.0

/// The reason why bytes are not a bundle, or not one that may be started.
///
/// No case holds a text, so that programs without strings can report it, too.
public enum BundleError: Error, Sendable, Hashable {
  /// The bytes end before a part does.
  case truncated(BundlePart, needed: UInt64, present: UInt64)
  /// A field has an impossible value.
  ///
  /// `offset` counts from byte 0 of the bundle, `found` is the value. `bound` is the required
  /// value, or the limit of the value; `field` says which.
  case field(BundleField, offset: UInt32, found: UInt32, bound: UInt32)
  /// The table has no tag of a bundle.
  case noTag(table: UInt32)
  /// The SHA-256 of the manifest differs from the one it states.
  case manifestDigest
  /// The SHA-256 of Ferry's image differs from the one in the tag table, or its tag is damaged.
  case ferryDigest
  /// The SHA-256 of a segment's bytes differs from the one in the manifest.
  case segmentDigest(index: UInt32)
  /// Ferry's image leaves no room for a part, or the bundle would be too large.
  case tooLarge(BundlePart, bytes: UInt64, limit: UInt64)
}

/// A part of a bundle.
public enum BundlePart: UInt8, Sendable, Hashable {
  case header, tags, manifest, segment, ferry, bundle, retagged

  /// The name in messages.
  public var name: StaticString {
    switch self {
    case .header: "the zImage header"
    case .tags: "the tag table"
    case .manifest: "the manifest"
    case .segment: "a segment"
    case .ferry: "Ferry's image"
    case .bundle: "the bundle"
    case .retagged: "the retagged zImage"
    }
  }
}

/// A field of a bundle.
public enum BundleField: UInt8, Sendable, Hashable {
  case headerMagic, headerStart, headerEnd, headerOrder, headerSecondMagic, headerTable
  case tagSize, tagVersion, tagManifestOffset, tagManifestBytes, tagFlags, tagPayloadOffset
  case tagBundleBytes, tagReserved
  case manifestMagic, manifestVersion, manifestBytes
  case flags, strategy, firstInTextStore, pageBytes, entry, r2, treeIndex
  case uartBase, uartOffset, uartAccess
  case ramCount, reservedCount, segmentCount
  case ram, reserved
  case innerOffset, innerBytes
  case segmentName, segmentFirst, segmentMemoryBytes, segmentFileOffset, segmentFileBytes

  /// The name in messages.
  public var name: StaticString {
    switch self {
    case .headerMagic: "the magic number of the zImage header"
    case .headerStart: "the start address of the zImage header"
    case .headerEnd: "the length in the zImage header"
    case .headerOrder: "the byte order in the zImage header"
    case .headerSecondMagic: "the second magic number of the zImage header"
    case .headerTable: "the offset of the tag table"
    case .tagSize: "the size of a tag"
    case .tagVersion: "the version of the tag"
    case .tagManifestOffset: "the offset of the manifest"
    case .tagManifestBytes: "the length of the manifest in the tag"
    case .tagFlags: "the flags in the tag"
    case .tagPayloadOffset: "the offset of the segments"
    case .tagBundleBytes: "the length of the bundle in the tag"
    case .tagReserved: "the last word of the tag"
    case .manifestMagic: "the magic number of the manifest"
    case .manifestVersion: "the version of the manifest"
    case .manifestBytes: "the length of the manifest"
    case .flags: "the flags"
    case .strategy: "the strategy"
    case .firstInTextStore: "the first store into the text"
    case .pageBytes: "the page size"
    case .entry: "the entry address"
    case .r2: "r2"
    case .treeIndex: "the index of the device tree"
    case .uartBase: "the address of the UART"
    case .uartOffset: "an offset of the UART"
    case .uartAccess: "the access size of the UART"
    case .ramCount: "the number of RAM ranges"
    case .reservedCount: "the number of reserved ranges"
    case .segmentCount: "the number of segments"
    case .ram: "a RAM range"
    case .reserved: "a reserved range"
    case .innerOffset: "the offset of the zImage inside"
    case .innerBytes: "the length of the zImage inside"
    case .segmentName: "the name of a segment"
    case .segmentFirst: "the address of a segment"
    case .segmentMemoryBytes: "the memory of a segment"
    case .segmentFileOffset: "the offset of a segment's bytes"
    case .segmentFileBytes: "the length of a segment's bytes"
    }
  }
}
