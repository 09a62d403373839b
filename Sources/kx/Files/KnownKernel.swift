// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import LinuxInterface

/// A kernel that was read and identified, for as many plans as there are machines.
struct KnownKernel: Sendable {
  /// nil for a kernel of assumed figures.
  let file: InputFile?
  /// The ELF file of the same kernel, if one was named.
  let vmlinux: InputFile?
  private(set) var image: KernelImage
  /// The user's statements about the kernel; nil for a kernel of assumed figures.
  private let identification: IdentificationOptions?
  private let assumptions: Assumptions

  /// Reads and identifies a file.
  ///
  /// - Parameters:
  ///   - path: The kernel; nil makes one of assumed figures.
  ///   - options: The user's statements about it.
  ///   - digest: Whether the SHA-256 of the files is wanted.
  ///   - isTried: Whether it will be booted, so that inflating it for its needs is worth the time.
  /// - Throws: ``Stop`` with the file.
  init(
    _ path: String?, _ options: BootArguments, digest: Bool, isTried: Bool = false
  ) throws(Stop) {
    let (identification, vmlinux) = try options.kernelOptions.identification(digest: digest)
    if let path {
      let file = try InputFile(path, digest: digest)
      self.init(file, try identify(file, identification), vmlinux, identification, options)
      if isTried || identification.verify { readVersion() }
    } else {
      let given = options.kernelOptions.given + (options.treeIndex == nil ? [] : ["--dtb-index"])
      // The rules of kexec-tools use the size that the user states.
      if let option = given.first(where: { $0 != "--image-size" }) {
        throw .vain(option, "there is no kernel's file, only --assume")
      }
      let image = try Assumptions(merging: options.assume).kernel()
      self.init(nil, image, vmlinux, nil, options)
    }
  }

  /// Takes an identified file.
  init(
    _ file: InputFile?, _ image: KernelImage, _ vmlinux: InputFile?,
    _ identification: IdentificationOptions?, _ options: BootArguments
  ) {
    self.init(
      file, image, vmlinux, identification, Assumptions(merging: options.assume))
  }

  private init(
    _ file: InputFile?, _ image: KernelImage, _ vmlinux: InputFile?,
    _ identification: IdentificationOptions?, _ assumptions: Assumptions
  ) {
    var image = image
    if file != nil, var facts = image.kernel {
      assumptions.correct(&facts)
      image.kernel = facts
    }
    self.file = file
    self.vmlinux = vmlinux
    self.image = image
    self.identification = identification
    self.assumptions = assumptions
  }

  /// Inflates the kernel to read the processors it was built for.
  private mutating func readVersion() {
    guard let file, let inflated = try? image.inflatedImage(of: file.span) else { return }
    image.kernel?.readVersion(of: inflated.span)
  }

  /// The same file for a certain machine; in a FIT, the machine decides the configuration.
  func chosen(for machine: MachineState?) throws(Stop) -> Self {
    guard image.configurations.count > 1, let file, var options = identification,
      options.fitConfiguration == nil, let tree = machine?.parameters.tree
    else { return self }
    options.machineRoot = tree.root
    return Self(file, try identify(file, options), vmlinux, options, assumptions)
  }
}
