// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import KernelImages
import Reporting

/// `kx inspect`: shows the contents of a file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what is in a file, and where each figure comes from.",
    discussion: """
      EXAMPLES
        What a kernel is wrapped in, how large it gets, what its decompressor does:
          kx inspect /boot/vmlinuz-6.1.0-50-armmp
        The same with everything inflated and every checksum compared:
          kx inspect vmlinuz --verify
        A file that comes through a pipe, as a document for other programs:
          curl --silent https://example.org/zImage | kx inspect - --json

      The content decides what a file is, not its name. Kernels for other machines, initrds and \
      device trees are named, too; of a snapshot of a machine it is said what it holds.
      """)

  @Argument(
    help: ArgumentHelp("The file; - for the standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @OptionGroup var options: KernelOptions

  @Flag(help: "Print a JSON document.")
  var json = false

  func run() throws {
    do throws(Stop) {
      let input = try InputFile(file)
      if let machine = InspectedMachine(snapshot: input) {
        if let option = options.given.first { throw .vain(option, "this is no kernel") }
        tell(machine, input)
        return
      }
      let (identification, _) = try options.identification()
      var (image, end) = read(input, identification)
      if end == nil, image.kernel == nil, let option = options.ofFigures.first {
        throw .vain(option, "there is no kernel for 32-bit ARM in the file")
      }
      if let end, image.layers.isEmpty { throw stop(end) }
      if options.verify, let inflated = try? image.inflatedImage(of: input.span) {
        image.kernel?.readVersion(of: inflated.span)
      }
      image.diagnostics = image.diagnostics.map {
        Diagnostic($0.code, $0.severity, $0.message, hint: leadingOn($0.hint))
      }
      let ramdisks = image.ramdisks(of: input.span)
      if json {
        Terminal.print(
          InspectDocument.json(image, path: input.path, bytes: input.span, ramdisks: ramdisks))
      } else {
        Terminal.print(
          InspectText.render(
            image, path: input.path, bytes: input.span, ramdisks: ramdisks, isWhole: end == nil,
            style: Terminal.style(for: 1), width: Terminal.width)
            + ExplanationText.pointer(
              RamdiskText.diagnostics(image, ramdisks), style: Terminal.style(for: 1)))
      }
      if let end { throw stop(end) }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  /// The error that ended the reading.
  private func stop(_ error: KernelImageError) -> Stop {
    let stop = Stop(error, in: file)
    let hint = leadingOn(stop.hint)
    return Stop(
      what: stop.what, place: stop.place,
      hint: hint.isEmpty ? "the file is malformed: make it again" : hint,
      code: stop.code)
  }

  /// A hint without the part that recommends this command.
  private func leadingOn(_ hint: String) -> String {
    hint.split(separator: "; ").filter {
      !$0.contains("kx inspect") || !options.verify && $0.contains("--verify")
    }.joined(separator: "; ")
  }

  private func tell(_ machine: InspectedMachine, _ input: InputFile) {
    Terminal.print(
      json
        ? InspectDocument.json(
          KernelImage(), path: input.path, bytes: input.span, machine: machine)
        : InspectText.render(
          machine, path: input.path, fileBytes: input.span.count, style: Terminal.style(for: 1),
          width: Terminal.width))
  }
}
