// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelImages
import Reporting

/// `kx inspect`: what is in a file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what is in a file, layer by layer, and where each figure comes from.")

  @Argument(help: ArgumentHelp("The file; - for the standard input.", valueName: "file"))
  var file: String

  @OptionGroup var options: KernelOptions

  @Flag(help: "Print a JSON document.")
  var json = false

  func run() throws {
    do throws(Stop) {
      let input = try InputFile(file)
      let (identification, _) = try options.identification()
      let image = try identify(input, identification)
      if json {
        Terminal.print(
          InspectDocument.json(image, path: input.path, bytes: input.span))
      } else {
        Terminal.print(
          InspectText.render(
            image, path: input.path, fileBytes: input.span.count,
            style: Terminal.style(for: 1), width: Terminal.width))
      }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }
}
