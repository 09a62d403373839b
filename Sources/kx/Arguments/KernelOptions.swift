// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelImages
import PhysicalMemory

/// The user's statements about a kernel file.
struct KernelOptions: ParsableArguments {
  @Option(
    name: .customLong("type"),
    help: ArgumentHelp(
      "What the file is: Image says it is a plain ARM Image.", valueName: "kind"),
    completion: .list(ImageKind.allNames))
  var type: String?

  @Option(
    name: .customLong("fit-config"),
    help: ArgumentHelp("The configuration of a FIT to use.", valueName: "name"))
  var fitConfiguration: String?

  @Option(
    help: ArgumentHelp(
      "The ELF file of the same kernel, for figures the image does not tell.", valueName: "file"),
    completion: .file())
  var vmlinux: String?

  @Option(
    name: .customLong("image-size"),
    help: ArgumentHelp(
      "Inflated size and BSS together, for a kernel that does not tell; as in kexec-tools.",
      valueName: "bytes"))
  var imageSize: ByteCount?

  @Flag(help: "Inflate even where the size table would do, and compare.")
  var verify = false

  /// The given options that state something about a kernel's file.
  var given: [String] {
    [("--type", type != nil), ("--fit-config", fitConfiguration != nil)]
      .filter(\.1).map(\.0) + ofFigures
  }

  /// The given options that state figures of a kernel.
  var ofFigures: [String] {
    [("--vmlinux", vmlinux != nil), ("--image-size", imageSize != nil)].filter(\.1).map(\.0)
  }

  /// The options for the image reader, and the ELF file if one was named.
  func identification(digest: Bool = false) throws(Stop) -> (
    IdentificationOptions, vmlinux: InputFile?
  ) {
    var options = IdentificationOptions()
    if let type {
      guard let kind = ImageKind(named: type) else {
        throw Stop(
          what: "--type cannot be '\(type)'",
          hint: WrongUsage.valueHint(type, among: ImageKind.allNames), code: .validationFailure)
      }
      options.type = kind
    }
    options.fitConfiguration = fitConfiguration
    options.imageSize = imageSize
    options.verify = verify
    guard let vmlinux else { return (options, nil) }
    let file = try InputFile(vmlinux, digest: digest)
    options.vmlinux = file.bytes
    return (options, file)
  }
}

/// Identifies a file.
func identify(_ file: InputFile, _ options: IdentificationOptions) throws(Stop) -> KernelImage {
  let (image, end) = read(file, options)
  if let end { throw Stop(end, in: file.path) }
  return image
}

/// Identifies a file, as far as it can be read.
func read(
  _ file: InputFile, _ options: IdentificationOptions
) -> (image: KernelImage, end: KernelImageError?) {
  Progress.during("inflating " + file.path) {
    KernelImage.read(file.span, options: options)
  }
}
