// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Bundles
import KernelImages
import PhysicalMemory
import Reporting

/// `kx retag`: makes a zImage safe for loaders that trust its table, or multiply its length.
struct RetagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retag",
    abstract: "Tell loaders all the memory a zImage takes, by a header in front.",
    discussion: """
      EXAMPLES
        For kexec-tools, U-Boot and others that place an initrd by the file's length:
          kx retag vmlinuz -o vmlinuz.safe
        What it says of itself then:
          kx inspect vmlinuz.safe

      The zImage itself is not changed; a page with a branch, a zImage header and a size table \
      stands in front of it, and as many zeros behind it as it takes for four times the file to \
      cover what is touched. A device tree that stands behind the zImage stays there.
      """)

  @Argument(help: ArgumentHelp("The zImage.", valueName: "zImage"), completion: .file())
  var kernel: String

  @OptionGroup var options: KernelOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file())
  var output: String

  func run() throws {
    do throws(Stop) {
      try OutputFile.refuse(output, among: [kernel] + [options.vmlinux].compactMap { $0 })
      let file = try InputFile(kernel)
      let (identification, _) = try options.identification()
      let image = try identify(file, identification)
      try retag(file, image)
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  private func retag(_ file: InputFile, _ image: KernelImage) throws(Stop) {
    guard let facts = image.kernel, let zImage = facts.zImage,
      image.layers.first?.kind == .zImage, facts.bundle == nil
    else {
      throw Stop(
        what: "the file is no zImage: it is of type \(image.layers.first?.kind.name ?? "unknown")",
        place: file.path,
        hint: image.layers.first?.kind == .retagged
          ? "it has been retagged already" : "unwrap it first; kx inspect shows the layers",
        code: ExitStatus.badFile)
    }
    guard facts.isBigEndian?.value != true else {
      throw Stop(
        what: "this zImage is big-endian; only little-endian ones can be retagged",
        place: file.path, hint: "load it with kexec, which needs no header in front",
        code: ExitStatus.badFile)
    }
    let kept = kept(zImage)
    let end = zImage.byteCount.rawValue + kept.rawValue
    let written: [UInt8]
    let reach: ByteCount
    do throws(BootPlanError) {
      reach = try ZImageReach.bytes(of: facts, keptDTB: kept)
    } catch {
      throw Stop(
        what: error.description, place: file.path, hint: error.hint, code: ExitStatus.badFile)
    }
    let total = reach.rawValue + UInt64(BundleFormat.pageBytes)
    do throws(BundleError) {
      let whole = file.span.extracting(..<min(file.span.count, Int(clamping: end)))
      written = try RetaggedZImage.write(whole, reach: total)
    } catch {
      throw Stop(
        what: error.description, place: file.path, hint: error.hint, code: ExitStatus.badFile)
    }
    try OutputFile.write(written, to: output)
    if output == "-" { return }
    Terminal.print(text(image, facts, reach: ByteCount(total), kept, written))
  }

  /// The size of the device trees right behind the zImage; its decompressor finds them.
  private func kept(_ zImage: ZImage) -> ByteCount {
    guard let first = zImage.appendedDTBs.first, first.offset == zImage.byteCount,
      let last = zImage.appendedDTBs.last
    else { return .zero }
    return ByteCount(
      last.offset.rawValue + last.byteCount.rawValue - zImage.byteCount.rawValue)
  }

  private func text(
    _ image: KernelImage, _ facts: ARMKernel, reach: ByteCount, _ kept: ByteCount,
    _ written: [UInt8]
  ) -> String {
    let style = Terminal.style(for: 1)
    var table = TextTable([.left, .right, .left])
    func row(_ name: String, _ count: ByteCount, _ detail: String) {
      table.add([
        TextTable.Cell(name), TextTable.Cell(count.description), TextTable.Cell(detail, .faint),
      ])
    }
    let zImageBytes = facts.zImage?.byteCount ?? .zero
    let page = UInt64(BundleFormat.pageBytes)
    row("header", ByteCount(page), "a branch, a zImage header, a size table")
    row("zImage", zImageBytes, "not changed, at \(hexadecimal(page))")
    if kept.rawValue > 0 { row("device tree", kept, "still right behind the zImage") }
    let used = page + zImageBytes.rawValue + kept.rawValue
    row(
      "zeros", ByteCount(UInt64(written.count) - used),
      "so that four times the file covers what is touched")
    row("inflated", facts.inflatedBytes.value, facts.inflatedBytes.detail)
    row("BSS", facts.bssBytes.value, facts.bssBytes.detail)
    row(
      "touched", reach,
      "from the load address on, at most, wherever it is loaded; the size table says so")
    var text =
      style.paint(PrintableText.clean(output), .heading) + "  "
      + ByteCount(written.count).description + "\n\n"
      + table.render(style, width: Terminal.width)
    let warnings = image.diagnostics.filter { $0.severity == .warning }
    if !warnings.isEmpty {
      text +=
        "\n"
        + DiagnosticText.render(
          warnings, style: style, width: Terminal.width)
    }
    return text
  }
}
