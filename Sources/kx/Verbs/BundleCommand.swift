// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
import BootPlanning
public import Bundles
import KernelImages
import PhysicalMemory
import Reporting

extension BundleWrapping: ExpressibleByArgument {}

/// `kx bundle`: makes one file that starts from any address and performs a plan.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Put a plan into one file that any boot loader can start.",
    discussion: """
      EXAMPLES
        For a boot loader that starts a zImage from any address:
          kx bundle vmlinuz --initrd initrd.img --dtb board.dtb -o board.img
        For U-Boot's bootm, with the tree that the boot loader passes:
          kx bundle vmlinuz --dtb board.dtb --dtb-from-boot --format uimage -o b.img
        Tried in QEMU before it is written anywhere:
          kx try vmlinuz --initrd initrd.img --via ferry

      Plans as 'kx plan' does and writes Ferry, the plan and the bytes of its segments into one \
      file. It starts from any address in RAM, by the boot contract of a zImage, and performs \
      exactly the plan. A plan with errors is refused.
      """)

  @Argument(help: ArgumentHelp("The kernel.", valueName: "kernel"), completion: .file())
  var kernel: String

  @OptionGroup(title: "What goes with the kernel, and where")
  var options: BootArguments

  @OptionGroup(title: "Ferry")
  var ferry: FerryOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: "The file's format: zimage, elf, uimage (for bootm) or raw.")
  var format: BundleWrapping = .zimage

  @Option(
    name: .customLong("load-address"),
    help: ArgumentHelp(
      """
      Where the loader of an elf or uimage file is to put it; without it, the first MiB behind \
      everything that the plan touches.
      """, valueName: "address"))
  var load: PhysicalAddress?

  @Flag(help: "Print a JSON document.")
  var json = false

  func validate() throws {
    if !options.at.isEmpty || options.ubootEnvironment != nil {
      throw ValidationError(
        "--at and --u-boot-env judge a layout, with kx plan and kx try; a bundle gets a plan that holds."
      )
    }
    if load != nil, !format.needsAddress {
      throw ValidationError(
        "--load-address is for --format elf and uimage; other bundles start wherever they lie.")
    }
    if json, output == "-" {
      throw ValidationError("-o - writes the bundle to where --json would print.")
    }
  }

  func run() throws {
    do throws(Stop) {
      let inputs = [kernel] + options.inputs + [try FerryFile.path(ferry.ferry)]
      try OutputFile.refuse(output, among: inputs)
      let bundled = try BundledPlan(kernel: kernel, options, ferry)
      for diagnostic in bundled.plan.diagnostics.filter({ $0.severity != .note }) + bundled.notes {
        Terminal.say(
          DiagnosticText.render([diagnostic], style: Terminal.style(for: 2), width: 100))
      }
      let address = try loadAddress(bundled)
      let file = format.file(around: bundled.written.bytes, load: address ?? 0)
      let bundle = try bundled.read()
      try OutputFile.write(file, to: output)
      if output == "-" { return }
      let stated = address.map { PhysicalAddress(UInt64($0)) }
      Terminal.print(
        json
          ? BundleDocument.json(
            bundle, path: output, wrapping: format.rawValue, bytes: file.count, load: stated)
          : text(bundle, bundled, bytes: file.count, stated))
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  /// The load address in the file's header; nil when it has none.
  private func loadAddress(_ bundled: BundledPlan) throws(Stop) -> UInt32? {
    guard format.needsAddress else { return nil }
    guard let address = load ?? bundled.load else {
      throw Stop(
        what: "no RAM is long enough for the bundle in one piece",
        hint: "name an address with --load-address", code: ExitStatus.nothingFits)
    }
    guard let word = UInt32(exactly: address.rawValue), word & 3 == 0 else {
      throw Stop(
        what: "the load address \(address) is no multiple of 4 below 4 GiB",
        hint: "give another --load-address, or leave it out",
        code: .validationFailure)
    }
    return word
  }

  private func text(
    _ bundle: BundledBoot, _ bundled: BundledPlan, bytes: Int, _ load: PhysicalAddress?
  ) -> String {
    let style = Terminal.style(for: 1)
    var table = TextTable([.left, .left])
    func row(_ name: String, _ text: String) {
      table.add([TextTable.Cell(name), TextTable.Cell(text)])
    }
    row("format", format.rawValue + (load.map { ", loaded to and entered at \($0)" } ?? ""))
    row("Ferry", PrintableText.clean(bundled.ferry.path))
    row(
      "asks of loaders",
      "S = \(bundle.wrapperBytes): max(top of all that is touched - start of RAM, bundle + pool)")
    return style.paint(PrintableText.clean(output), .heading) + "  " + ByteCount(bytes).description
      + "\n\n" + table.render(style, width: Terminal.width) + "\n"
      + BundleText.render(bundle, style: style, width: Terminal.width)
  }
}
