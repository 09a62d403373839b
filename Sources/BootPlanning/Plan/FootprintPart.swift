// SPDX-License-Identifier: Apache-2.0

/// A part of memory that is written between the jump and `start_kernel`; see docs/footprint.md.
public enum FootprintPart: Sendable, Hashable {
  /// The page table by which the decompressor turns its caches on.
  case decompressorPageTable
  /// Data of the zImage that is written where it lies.
  case payloadTail
  /// A tree behind the zImage, which the decompressor edits.
  case appendedTree
  /// The decompressor's BSS, where it was loaded.
  case decompressorBSS
  /// The decompressor's stack, where it was loaded.
  case decompressorStack
  /// The decompressor's heap, where it was loaded.
  case decompressorHeap
  /// The zImage at the place that it moves itself to.
  case movedZImage
  /// The decompressor's BSS behind the moved zImage.
  case movedBSS
  /// The decompressor's stack behind the moved zImage.
  case movedStack
  /// The decompressor's heap behind the moved zImage.
  case movedHeap
  /// The kernel, which the decompressor inflates.
  case inflatedKernel
  /// The page tables of the kernel.
  case kernelPageTables
  /// The BSS of the kernel.
  case kernelBSS
  /// A bundle with its working memory.
  case bundle
  /// The place of a segment of a bundle, by its name there.
  case bundleSegment(String)
  /// A part that a document names and this version does not know.
  case unknown(String)

  /// Whether the decompressor writes it behind the kernel, after it has moved itself there.
  public var isMoved: Bool {
    switch self {
    case .movedZImage, .movedBSS, .movedStack, .movedHeap: true
    default: false
    }
  }

  /// The parts that have no name of their own.
  static var plain: [Self] {
    [
      .decompressorPageTable, .payloadTail, .appendedTree, .decompressorBSS, .decompressorStack,
      .decompressorHeap, .movedZImage, .movedBSS, .movedStack, .movedHeap, .inflatedKernel,
      .kernelPageTables, .kernelBSS, .bundle,
    ]
  }
}

extension FootprintPart: CustomStringConvertible {
  /// The name of the part in texts and documents.
  public var description: String {
    switch self {
    case .decompressorPageTable: "decompressor page table"
    case .payloadTail: "zImage data behind the payload"
    case .appendedTree: "appended DTB and its work space"
    case .decompressorBSS: "decompressor bss"
    case .decompressorStack: "decompressor stack"
    case .decompressorHeap: "decompressor heap"
    case .movedZImage: "moved zImage"
    case .movedBSS: "moved decompressor bss"
    case .movedStack: "moved decompressor stack"
    case .movedHeap: "moved decompressor heap"
    case .inflatedKernel: "inflated kernel"
    case .kernelPageTables: "kernel page tables"
    case .kernelBSS: "kernel BSS"
    case .bundle: "bundle and its pool"
    case .bundleSegment(let name): name + " of the bundle"
    case .unknown(let text): text
    }
  }

  /// Reads a part as ``description`` writes it; any other text is an unknown part.
  public init(_ text: String) {
    self = .unknown(text)
    for part in Self.plain where part.description == text { self = part }
    let tail = " of the bundle".utf8
    if text.utf8.count > tail.count, text.utf8.suffix(tail.count).elementsEqual(tail) {
      self = .bundleSegment(String(decoding: text.utf8.dropLast(tail.count), as: UTF8.self))
    }
  }
}
