// SPDX-License-Identifier: Apache-2.0
public import Inflation
public import PhysicalMemory

/// The facts about a 32-bit ARM kernel that a plan needs, each figure with its source.
public struct ARMKernel: Sendable, Hashable {
  /// The zImage around the kernel, or nil when the file held a plain Image or a vmlinux.
  public var zImage: ZImage?
  /// I, the size of the inflated Image without BSS (docs/footprint.md).
  public var inflatedBytes: Figure<ByteCount>
  /// The value of the word behind the payload, when it was read; the decompressor trusts it.
  public var sizeWord: ByteCount?
  /// The bytes from `__bss_start` to `__bss_stop`.
  public var bssBytes: Figure<ByteCount>
  /// T, the distance of the kernel from the start of RAM (docs/footprint.md).
  public var textOffset: Figure<ByteCount>
  /// The virtual address of the start of RAM.
  public var pageOffset: Figure<UInt64>
  /// Whether the kernel uses long-descriptor page tables; nil when this is unknown.
  public var isLPAE: Figure<Bool>?
  /// Whether the kernel is Thumb-2 code; nil when this is unknown.
  public var isThumb2: Figure<Bool>?
  /// Whether the kernel runs big-endian; nil when this is unknown.
  public var isBigEndian: Figure<Bool>?
  /// The oldest version of the architecture that the kernel runs on; nil when this is unknown.
  public var leastVersion: Figure<ARMVersion>?
  /// The last version of the architecture that the kernel runs on; nil when it supports all later
  /// ones, too, or this is unknown.
  public var latestVersion: Figure<ARMVersion>?
  /// The bundle, when the file is one. The figures above are then those that the wrapper's size
  /// table states to loaders.
  public var bundle: BundledBoot?
  /// Whether the kernel can be inflated. Otherwise only its size table describes it, and only its
  /// zImage can be handed over: ``KernelImage/whyNotInflated``.
  public var isInflatable = true
  /// The release, like `6.1.0-50-armmp`, when the inflated image holds it.
  public var release: String?

  /// Groups the facts about a kernel.
  public init(
    zImage: ZImage?, inflatedBytes: Figure<ByteCount>, sizeWord: ByteCount? = nil,
    bssBytes: Figure<ByteCount>, textOffset: Figure<ByteCount>, pageOffset: Figure<UInt64>,
    isLPAE: Figure<Bool>? = nil, isThumb2: Figure<Bool>? = nil, isBigEndian: Figure<Bool>? = nil,
    release: String? = nil
  ) {
    self.zImage = zImage
    self.inflatedBytes = inflatedBytes
    self.sizeWord = sizeWord
    self.bssBytes = bssBytes
    self.textOffset = textOffset
    self.pageOffset = pageOffset
    self.isLPAE = isLPAE
    self.isThumb2 = isThumb2
    self.isBigEndian = isBigEndian
    self.release = release
  }
}

extension ARMKernel {
  /// Whether there is a zImage around the kernel. Comparing it with nil would compare all of it.
  public var hasZImage: Bool { if case .some = zImage { true } else { false } }

  /// Whether the file is a bundle.
  public var isBundle: Bool { if case .some = bundle { true } else { false } }
}

/// The facts about a zImage and its decompressor.
public struct ZImage: Sendable, Hashable {
  /// Z, the length in the header, which the decompressor copies (docs/footprint.md).
  public var byteCount: ByteCount
  /// The compression of the payload; nil when only figures are known.
  public var compression: Compression?
  /// The offset of the payload's first byte in the zImage.
  public var payloadOffset: ByteCount
  /// E, the offset behind the payload, its size word included (docs/footprint.md).
  public var payloadEnd: ByteCount
  /// The offset of the size table's first tag, when there is one.
  public var sizeTableOffset: ByteCount?
  /// The decompressor's heap, when the table states it; 64 KiB in every known kernel.
  public var heapBytes: Figure<ByteCount>
  /// Where the decompressor puts the kernel.
  public var destination: Figure<Destination>
  /// Whether the decompressor reads the start of memory from the DTB; nil when this is unknown.
  public var checksDTBMemory: Figure<Bool>?
  /// R, the room between the inflated kernel and the moved decompressor (docs/footprint.md).
  public var relocationBump: Figure<ByteCount>
  /// The decompressor's own BSS, alignment included; an upper bound when it cannot be read.
  public var bssBytes: Figure<ByteCount>
  /// M, the offset of the first byte that is copied when the decompressor moves itself; a lower
  /// bound when it cannot be read (docs/footprint.md).
  public var movedFrom: Figure<ByteCount>
  /// The lowest possible offset of `wont_overwrite`: code before it may be overwritten.
  public var wontOverwriteLowest: ByteCount
  /// The highest possible offset of it; equal to ``wontOverwriteLowest`` when the label was found.
  public var wontOverwriteHighest: ByteCount
  /// The address the zImage was linked for; 0 unless it runs from ROM.
  public var linkAddress: ByteCount
  /// Device trees that stand behind the zImage in the file, as offsets into the file and sizes.
  public var appendedDTBs: [AppendedDTB]
  /// Whether ATAGs are merged into an appended DTB; nil when this is unknown.
  public var mergesATAGs: Figure<Bool>?

  /// Where the decompressor puts the kernel.
  public enum Destination: Sendable, Hashable {
    /// In the 128 MiB window the code runs in (`CONFIG_AUTO_ZRELADDR`), plus TEXT_OFFSET.
    case window
    /// At a fixed address.
    case fixed(PhysicalAddress)
  }

  /// A device tree behind the zImage.
  public struct AppendedDTB: Sendable, Hashable {
    /// The offset of the tree's first byte, counted from the first byte of the zImage.
    public var offset: ByteCount
    /// The size that the tree's header states.
    public var byteCount: ByteCount

    /// Groups the figures of an appended device tree.
    public init(offset: ByteCount, byteCount: ByteCount) {
      self.offset = offset
      self.byteCount = byteCount
    }
  }

  /// Groups the facts about a zImage.
  public init(
    byteCount: ByteCount, compression: Compression?, payloadOffset: ByteCount,
    payloadEnd: ByteCount, sizeTableOffset: ByteCount?, heapBytes: Figure<ByteCount>,
    destination: Figure<Destination>, checksDTBMemory: Figure<Bool>?,
    relocationBump: Figure<ByteCount>, bssBytes: Figure<ByteCount>,
    movedFrom: Figure<ByteCount>, wontOverwriteLowest: ByteCount,
    wontOverwriteHighest: ByteCount, linkAddress: ByteCount, appendedDTBs: [AppendedDTB] = [],
    mergesATAGs: Figure<Bool>? = nil
  ) {
    self.byteCount = byteCount
    self.compression = compression
    self.payloadOffset = payloadOffset
    self.payloadEnd = payloadEnd
    self.sizeTableOffset = sizeTableOffset
    self.heapBytes = heapBytes
    self.destination = destination
    self.checksDTBMemory = checksDTBMemory
    self.relocationBump = relocationBump
    self.bssBytes = bssBytes
    self.movedFrom = movedFrom
    self.wontOverwriteLowest = wontOverwriteLowest
    self.wontOverwriteHighest = wontOverwriteHighest
    self.linkAddress = linkAddress
    self.appendedDTBs = appendedDTBs
    self.mergesATAGs = mergesATAGs
  }
}
