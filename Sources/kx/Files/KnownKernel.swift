// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// A kernel that was read and identified, for as many plans as there are machines.
struct KnownKernel: Sendable {
  /// nil for a kernel of assumed figures.
  let file: InputFile?
  /// The ELF file of the same kernel, if one was named.
  let vmlinux: InputFile?
  let image: KernelImage

  /// Reads and identifies a file.
  ///
  /// - Parameters:
  ///   - path: The kernel; nil makes one of assumed figures.
  ///   - options: What the user says of it.
  ///   - digest: Whether the SHA-256 of the files is wanted.
  /// - Throws: ``Stop`` with the file.
  init(_ path: String?, _ options: BootOptions, digest: Bool) throws(Stop) {
    let (identification, vmlinux) = try options.kernelOptions.identification(digest: digest)
    if let path {
      let file = try InputFile(path, digest: digest)
      self.init(file, try identify(file, identification), vmlinux, options)
    } else {
      let image = try Assumptions(merging: options.assume).kernel()
      self.init(nil, image, vmlinux, options)
    }
  }

  /// Takes an identified file.
  init(_ file: InputFile?, _ image: KernelImage, _ vmlinux: InputFile?, _ options: BootOptions) {
    var image = image
    if file != nil, var facts = image.kernel {
      Assumptions(merging: options.assume).correct(&facts)
      image.kernel = facts
    }
    self.file = file
    self.vmlinux = vmlinux
    self.image = image
  }
}
