// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Decides the figures of a kernel. For each figure the first source that has it is used, and the
/// others are compared with it.
struct KernelFigures {
  /// I, the size of the inflated kernel (docs/footprint.md).
  let inflated: Figure<ByteCount>
  var table: SizeTable?
  /// The scan of the whole inflated kernel for pairs, when there was one.
  var scan: InflatedImageScan?
  var code: DecompressorCode?
  var symbols: KernelSymbols?
  /// Whether the kernel's own file is the vmlinux.
  var isVmlinux = false
  var head: ImageHead?
  let options: IdentificationOptions
  /// The kernel's own pair; nil when no fact supports one.
  private var pair: BSSPair?
  /// The diagnostics so far.
  private(set) var diagnostics: [Diagnostic] = []

  /// The assumed T (docs/footprint.md) when no source has it: the default of arch/arm/Makefile.
  static let defaultTextOffset: UInt64 = 0x8000
  /// The assumed PAGE_OFFSET when no source has it: the default of arch/arm/Kconfig.
  static let defaultPageOffset: UInt64 = 0xc000_0000
  /// The smallest BSS that is assumed.
  static let leastAssumedBSS: UInt64 = 2 << 20

  init(inflated: Figure<ByteCount>, options: IdentificationOptions) {
    self.inflated = inflated
    self.options = options
  }

  /// Decides every figure.
  mutating func decide() -> ARMKernel {
    checkSymbols()
    pair = scan.flatMap {
      BSSPairChoice(
        $0, head: head, textOffset: code?.textOffset,
        bssBytes: table?.bssBytes ?? symbols?.bssBytes
      ).pair
    }
    let bss = decideBSS()
    let text = decideTextOffset()
    let page = decidePageOffset(bss: bss, text: text)
    checkOptions(bss: bss, text: text, page: page)
    var kernel = ARMKernel(
      zImage: nil, inflatedBytes: inflated, bssBytes: bss, textOffset: text, pageOffset: page)
    if let head {
      kernel.isLPAE = Figure(
        head.isLPAE, .inflatedImage,
        head.isLPAE
          ? "the kernel's head insists on long descriptors"
          : "the kernel's head does not ask for long descriptors")
      kernel.isThumb2 = Figure(head.isThumb2, .inflatedImage, "the kernel's first instructions")
      kernel.leastVersion = head.leastVersion.map {
        Figure($0, .inflatedImage, "the kernel's first instructions")
      }
      // Kernels with a size table are newer than those whose first instructions show such versions.
      kernel.latestVersion = head.latestVersion.map {
        Figure($0, table == nil ? .estimate : .inflatedImage, "the kernel's first instructions")
      }
    }
    kernel.release = scan?.release
    kernel.isBigEndian = pair.map {
      Figure($0.isBigEndian, .inflatedImage, "the byte order of __bss_start and __bss_stop")
    }
    return kernel
  }

  private var pairDetail: String {
    let times = scan?.pairCount ?? 0
    return "__bss_start and __bss_stop in the inflated image"
      + (times > 1 ? ", found \(times) times" : "")
  }

  private mutating func checkSymbols() {
    guard let symbols, !isVmlinux, symbols.inflatedBytes != inflated.value.rawValue else { return }
    diagnostics.append(
      Diagnostic(
        .optionContradicted, .warning,
        "the vmlinux is of another kernel: its Image would have "
          + ByteCount(symbols.inflatedBytes).description + ", this one has "
          + inflated.value.description + "; it was not used",
        hint: "name the vmlinux of the same build"))
    self.symbols = nil
  }

  private var tablePlace: String { "size table at " + hexadecimal(table?.offset ?? 0) }

  /// Whether the address of the last byte in the kernel's head agrees with the size table. A kernel
  /// that was not scanned has been confirmed in this way.
  private var headConfirmsTable: Bool {
    guard scan != nil else { return true }
    guard let head, let bss = table?.bssBytes, let text = table?.textOffset else { return false }
    return head.pageOffset(memoryBytes: inflated.value.rawValue + bss + text, slack: 0) != nil
  }

  private mutating func decideBSS() -> Figure<ByteCount> {
    let stated = table?.bssBytes
    if let pair {
      let value = ByteCount(pair.bssBytes)
      guard let stated else { return Figure(value, .inflatedImage, pairDetail) }
      if pair.bssBytes == stated {
        return Figure(value, .sizeTable, tablePlace + ", confirmed by the inflated image")
      }
      contradict("a BSS of " + ByteCount(stated).description, value.description)
      return Figure(value, .inflatedImage, pairDetail + ", contradicting the size table")
    }
    if let stated, headConfirmsTable {
      return Figure(ByteCount(stated), .sizeTable, tablePlace)
    }
    reportDisagreement()
    if let value = symbols?.bssBytes {
      return Figure(ByteCount(value), .vmlinux, "__bss_start and __bss_stop of the vmlinux")
    }
    if let value = options.bssBytes { return Figure(value, .option, "the option for the BSS") }
    if let size = options.imageSize, let value = size.subtracting(inflated.value) {
      return Figure(value, .option, "the option for the image size, less the inflated size")
    }
    let largest = max(stated ?? 0, scan?.pairs.map { $0.bssBytes }.max() ?? 0)
    let value = max(Self.leastAssumedBSS, inflated.value.rawValue / 4, largest)
    diagnostics.append(
      Diagnostic(
        .bssEstimated, .warning,
        "the size of the kernel's BSS is not known; " + ByteCount(value).description
          + " are assumed", hint: "name the vmlinux, or state the size"))
    return Figure(
      ByteCount(value), .estimate,
      value == largest
        ? "the largest that is stated, confirmed by nothing"
        : "2 MiB or a quarter of the inflated size, the larger")
  }

  private mutating func decideTextOffset() -> Figure<ByteCount> {
    let stated = table?.textOffset
    if let pair {
      let value = ByteCount(pair.textOffset)
      if let added = code?.textOffset, added != pair.textOffset {
        return guess(
          value,
          "the decompressor adds " + hexadecimal(added) + ", the kernel was linked for "
            + hexadecimal(pair.textOffset))
      }
      guard let stated else { return Figure(value, .inflatedImage, pairDetail) }
      if pair.textOffset == stated {
        return Figure(value, .sizeTable, tablePlace + ", confirmed by the inflated image")
      }
      // The kernel was linked for its own value; the table is only a copy of that.
      contradict("a TEXT_OFFSET of " + hexadecimal(stated), hexadecimal(pair.textOffset))
      return Figure(value, .inflatedImage, pairDetail + ", contradicting the size table")
    }
    if let stated, headConfirmsTable {
      return Figure(ByteCount(stated), .sizeTable, tablePlace)
    }
    if let value = code?.textOffset {
      if let stated, stated != value {
        contradict(
          "a TEXT_OFFSET of " + hexadecimal(stated), hexadecimal(value), by: "the decompressor")
      }
      return Figure(ByteCount(value), .decompressor, "added by the decompressor to its window")
    }
    if let stated {
      return guess(ByteCount(stated), "the size table states it, nothing confirms it")
    }
    let pairs = scan?.pairs ?? []
    if let value = pairs.first?.textOffset, pairs.allSatisfy({ $0.textOffset == value }) {
      return guess(
        ByteCount(value), "a pair of words that nothing confirms would make it of the kernel")
    }
    return guess(ByteCount(Self.defaultTextOffset), "the default of 32-bit ARM kernels")
  }

  /// Uses the user's T (docs/footprint.md), or else a value that may be wrong.
  private mutating func guess(_ value: ByteCount, _ detail: String) -> Figure<ByteCount> {
    if let value = symbols?.textOffset {
      return Figure(ByteCount(value), .vmlinux, "_text of the vmlinux")
    }
    if let value = options.textOffset {
      return Figure(value, .option, "the option for TEXT_OFFSET")
    }
    diagnostics.append(
      Diagnostic(
        .textOffsetAssumed, .warning,
        "TEXT_OFFSET is not known; " + hexadecimal(value.rawValue) + " is assumed (" + detail + ")",
        hint: "name the vmlinux, or state the offset"))
    return Figure(value, .estimate, detail)
  }

  private mutating func decidePageOffset(
    bss: Figure<ByteCount>, text: Figure<ByteCount>
  ) -> Figure<UInt64> {
    if let pair { return Figure(pair.pageOffset, .inflatedImage, pairDetail) }
    if let head, bss.source != .estimate, text.source != .estimate {
      let memory = saturatingSum(
        text.value.rawValue, saturatingSum(inflated.value.rawValue, bss.value.rawValue))
      if let value = head.pageOffset(memoryBytes: memory) {
        return Figure(value, .inflatedImage, "the address of its end in the kernel's head")
      }
    }
    if let value = symbols?.pageOffset {
      return Figure(value, .vmlinux, "_text of the vmlinux")
    }
    if let value = options.pageOffset {
      return Figure(value, .option, "the option for PAGE_OFFSET")
    }
    diagnostics.append(
      Diagnostic(
        .pageOffsetAssumed, .note,
        "PAGE_OFFSET is not known; " + hexadecimal(Self.defaultPageOffset) + " is assumed"))
    return Figure(Self.defaultPageOffset, .estimate, "the default of 32-bit ARM kernels")
  }

  private mutating func contradict(
    _ stated: String, _ other: String, by source: String = "the inflated image"
  ) {
    diagnostics.append(
      Diagnostic(
        .tableContradicted, .warning,
        "the size table states " + stated + ", " + source + " " + other,
        hint: "get an intact kernel; kx inspect --verify compares all of it"))
  }

  private mutating func reportDisagreement() {
    guard let scan, scan.pairs.count > 1 else { return }
    diagnostics.append(
      Diagnostic(
        .pairsDisagree, .warning,
        "the inflated image holds \(scan.pairs.count) different pairs that could be "
          + "__bss_start and __bss_stop", hint: "name the vmlinux, or state the size of the BSS"))
  }

  /// Reports options that were not used because the image contradicts them.
  private mutating func checkOptions(
    bss: Figure<ByteCount>, text: Figure<ByteCount>, page: Figure<UInt64>
  ) {
    func report(_ name: String, _ stated: String, _ used: String, _ detail: String) {
      diagnostics.append(
        Diagnostic(
          .optionContradicted, .warning,
          name + " was stated as " + stated + "; " + used + " is used instead (" + detail + ")",
          hint: "leave the option out, or name the vmlinux of this very kernel"))
    }
    if let stated = options.inflatedBytes, stated != inflated.value {
      report("the inflated size", stated.description, inflated.value.description, inflated.detail)
    }
    if let stated = options.bssBytes, stated != bss.value {
      report("the BSS", stated.description, bss.value.description, bss.detail)
    }
    if let stated = options.textOffset, stated != text.value {
      report(
        "TEXT_OFFSET", hexadecimal(stated.rawValue), hexadecimal(text.value.rawValue), text.detail)
    }
    if let stated = options.pageOffset, stated != page.value {
      report("PAGE_OFFSET", hexadecimal(stated), hexadecimal(page.value), page.detail)
    }
  }
}
