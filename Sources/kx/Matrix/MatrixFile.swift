// SPDX-License-Identifier: Apache-2.0
import KernelImages
import LinuxInterface
import PhysicalMemory

/// A file of a matrix. Its contents decide its kind, not its name.
enum MatrixFile: Sendable {
  /// A captured machine: a snapshot, the text of a /proc/iomem, or a folder.
  case machine(path: String, MachineState)
  /// A machine described by its device tree.
  case tree(InputFile)
  case kernel(KnownKernel, path: String)
  /// A file that cannot be used, and why.
  case useless(path: String, Stop)

  /// Reads a file and identifies it.
  init(_ path: String, _ options: BootArguments) {
    do throws(Stop) {
      self = try Self.read(path, options)
    } catch {
      self = .useless(path: path, error)
    }
  }

  private static func read(_ path: String, _ options: BootArguments) throws(Stop) -> Self {
    if isFolder(path) { return .machine(path: path, try MachineState(at: path)) }
    let file = try InputFile(path)
    if MachineSnapshot.isSnapshot(file.span) || MemoryMap.looksLikeIomem(file.span) {
      return .machine(path: path, try machine(file))
    }
    // Options about kernels do not apply to a tree.
    if ImageKind.detect(file.span) == .deviceTree {
      _ = try readTree(file)
      return .tree(file)
    }
    let (identification, vmlinux) = try options.kernelOptions.identification()
    let image = try identify(file, identification)
    if image.kernel != nil {
      return .kernel(KnownKernel(file, image, vmlinux, identification, options), path: path)
    }
    switch image.layers.last?.kind {
    case .cpio:
      throw Stop(
        what: "this is an initial ramdisk", place: path,
        hint: "give it with --initrd, for all pairs", code: ExitStatus.badFile)
    case let kind:
      let what = kind?.name ?? "an unknown file"
      throw Stop(
        what: image.otherArchitecture.map { "this is a kernel for \($0) (\(what))" }
          ?? "this is \(what), neither a machine nor a kernel",
        place: path,
        hint: "give kernels for 32-bit ARM, and machines: snapshots, /proc/iomem, device trees",
        code: ExitStatus.badFile)
    }
  }

  private static func machine(_ file: InputFile) throws(Stop) -> MachineState {
    do throws(Stop) {
      return try MachineState(in: file)
    } catch {
      guard MachineSnapshot.isSnapshot(file.span) else { throw error }
      throw Stop(
        what: error.what, place: error.place,
        hint: error.hint + "; an initial ramdisk is given with --initrd, for all pairs",
        code: error.code)
    }
  }
}
