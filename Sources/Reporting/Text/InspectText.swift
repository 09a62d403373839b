// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Inflation
public import KernelImages
import PhysicalMemory

/// An image as text for people: its layers, and the figures of its kernel with their sources.
public enum InspectText {
  /// Writes the report of a file.
  ///
  /// - Parameters:
  ///   - image: The identified file.
  ///   - path: The file as the user named it.
  ///   - bytes: The whole file.
  ///   - ramdisks: The ramdisks in it.
  ///   - isWhole: Whether it could be read to its end.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line.
  /// - Returns: Lines, each ended.
  public static func render(
    _ image: KernelImage, path: String, bytes: Span<UInt8>, ramdisks: [Ramdisk] = [],
    isWhole: Bool = true, style: TextStyle = .plain,
    width: Int = 100
  ) -> String {
    var text = style.paint(PrintableText.clean(path), .heading) + "  "
    text +=
      image.chain.joined(separator: " > ") + "  " + ByteCount(bytes.count).description + "\n\n"
    text += style.paint("layers", .heading) + "\n" + layers(image.layers, style, width)
    text += parts(image, bytes, style, width)
    if let kernel = image.kernel, let bundle = kernel.bundle {
      text += "\n" + style.paint("wrapper, as loaders see it", .heading) + "\n"
      text += BundleText.wrapper(kernel, bundle, style, width)
      text += "\n" + BundleText.render(bundle, style: style, width: width)
    } else if let kernel = image.kernel {
      text += "\n" + style.paint("kernel", .heading) + "\n" + figures(kernel, style, width)
      if let zImage = kernel.zImage {
        text += "\n" + style.paint("decompressor", .heading) + "\n"
        text += decompressor(zImage, style, width)
      }
    } else if isWhole, let next = next(image) {
      text += "\n" + next + "\n"
    }
    if !ramdisks.isEmpty {
      text += "\n" + style.paint(ramdisks.count == 1 ? "ramdisk" : "ramdisks", .heading) + "\n"
      text += RamdiskText.render(ramdisks, style: style, width: width)
    }
    let diagnostics = RamdiskText.diagnostics(image, ramdisks)
    if !diagnostics.isEmpty {
      text += "\n" + DiagnosticText.render(diagnostics, style: style, width: width)
    }
    return text
  }

  /// The advice for a file that is no kernel but a companion of one.
  private static func next(_ image: KernelImage) -> String? {
    switch image.layers.last?.kind {
    case .cpio: "an initrd: give it with --initrd to kx plan KERNEL"
    case .androidBoot:
      "a ramdisk without a kernel: unpack_bootimg takes it out, then give it with --initrd"
    case .treeTable: "device trees of phones: a boot loader chooses one"
    case .fit: "a FIT of device trees alone: give the kernel to kx plan"
    case .deviceTree: "a device tree: give it with --dtb to kx plan KERNEL"
    default: nil
    }
  }

  private static func layers(_ layers: [ImageLayer], _ style: TextStyle, _ width: Int) -> String {
    var table = TextTable([.left, .right, .right, .left])
    table.add(
      ["", "offset", "bytes", ""].map { TextTable.Cell($0, .faint) })
    for layer in layers {
      table.add([
        TextTable.Cell(layer.kind.name), TextTable.Cell(hexadecimal(layer.offset)),
        TextTable.Cell(ByteCount(layer.byteCount).description), TextTable.Cell(""),
      ])
      for fact in layer.facts {
        table.add([
          TextTable.Cell(""), TextTable.Cell(""), TextTable.Cell(""),
          TextTable.Cell(fact.name + ": " + PrintableText.clean(fact.text), .faint),
        ])
      }
      for note in layer.notes {
        table.add([
          TextTable.Cell(""), TextTable.Cell(""), TextTable.Cell(""),
          TextTable.Cell(PrintableText.clean(note), .note),
        ])
      }
    }
    return table.render(style, width: width)
  }

  private static func figures(_ kernel: ARMKernel, _ style: TextStyle, _ width: Int) -> String {
    var table = TextTable(FigureLine.sides)
    if let release = kernel.release {
      table.add([
        TextTable.Cell("release"), TextTable.Cell(PrintableText.clean(release)),
        TextTable.Cell("inflated image", .faint),
      ])
    }
    table.add(FigureLine.row("inflated", kernel.inflatedBytes))
    if let word = kernel.sizeWord, word != kernel.inflatedBytes.value {
      table.add([
        TextTable.Cell("size word"), TextTable.Cell(word.description),
        TextTable.Cell("behind the payload; disagrees", .warning),
      ])
    }
    table.add(FigureLine.row("BSS", kernel.bssBytes))
    table.add(FigureLine.offsetRow("text offset", kernel.textOffset))
    table.add(
      FigureLine.row(
        "page offset", hexadecimal(kernel.pageOffset.value) + "  ", kernel.pageOffset))
    for (name, flag) in [
      ("LPAE", kernel.isLPAE), ("Thumb-2", kernel.isThumb2), ("big-endian", kernel.isBigEndian),
    ] {
      table.add(row(name, flag))
    }
    if let (words, figure) = versions(kernel) {
      table.add(FigureLine.row("runs on", words + "  ", figure))
    }
    return table.render(style, width: width)
  }

  /// The versions of the architecture that the kernel runs on; nil when they are unknown.
  private static func versions(_ kernel: ARMKernel) -> (words: String, Figure<ARMVersion>)? {
    switch (kernel.leastVersion, kernel.latestVersion) {
    case (nil, nil): nil
    case (let least?, nil): (least.value.description + " and later", least)
    case (nil, let latest?): ("up to " + latest.value.description, latest)
    case (let least?, let latest?) where least.value == latest.value:
      (least.value.description, least)
    case (let least?, let latest?):
      (least.value.description + " to " + latest.value.description, least)
    }
  }

  private static func row(_ name: String, _ flag: Figure<Bool>?) -> [TextTable.Cell] {
    guard let flag else {
      return [
        TextTable.Cell(name), TextTable.Cell("unknown  "),
        TextTable.Cell("the plan is valid for both; --verify may show it", .faint),
      ]
    }
    return FigureLine.row(name, (flag.value ? "yes" : "no") + "  ", flag)
  }

  private static func decompressor(_ zImage: ZImage, _ style: TextStyle, _ width: Int) -> String {
    var table = TextTable(FigureLine.sides)
    table.add([
      TextTable.Cell("payload"),
      TextTable.Cell((zImage.compression?.rawValue ?? "unknown") + "  "),
      TextTable.Cell(
        "\(hexadecimal(zImage.payloadOffset.rawValue)) to "
          + hexadecimal(zImage.payloadEnd.rawValue), .faint),
    ])
    let destination: String
    if case .fixed(let address) = zImage.destination.value {
      destination = address.description
    } else {
      destination = "128 MiB window"
    }
    table.add(FigureLine.row("destination", destination + "  ", zImage.destination))
    table.add(row("asks the DTB for RAM", zImage.checksDTBMemory))
    table.add(row("merges ATAGs", zImage.mergesATAGs))
    table.add(FigureLine.offsetRow("relocation bump", zImage.relocationBump))
    table.add(FigureLine.row("own BSS", zImage.bssBytes))
    table.add(FigureLine.row("heap", zImage.heapBytes))
    table.add(FigureLine.offsetRow("moves from", zImage.movedFrom))
    return table.render(style, width: width)
  }
}
