// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import LinuxInterface

extension MachineState {
  /// Reads `--machine`: a snapshot of `kexec --snapshot`, the text of a /proc/iomem, or a folder
  /// with the files of a snapshot.
  init(at path: String) throws(Stop) {
    guard isFolder(path) else {
      self = try Self(in: try InputFile(path))
      return
    }
    do throws(LinuxInterfaceError) {
      try self.init(folder: path, from: LinuxKernel())
    } catch {
      throw Stop(captured: error, path)
    }
  }

  /// Reads a snapshot, or else the text of a /proc/iomem.
  init(in file: InputFile) throws(Stop) {
    do throws(LinuxInterfaceError) {
      try self.init(captured: file.span)
    } catch {
      throw Stop(captured: error, file.path)
    }
  }
}

/// Whether a path leads to a folder.
func isFolder(_ path: String) -> Bool {
  (try? LinuxKernel().fileStatus(path))?.kind == .directory
}

extension Stop {
  /// The error for a captured machine that is malformed.
  fileprivate init(captured error: LinuxInterfaceError, _ path: String) {
    var hint = "take it anew with kexec --snapshot FILE"
    var code = ExitStatus.badFile
    switch error.problem {
    case .noMachine:
      hint =
        "give a snapshot of kexec --snapshot, or a captured /proc/iomem; a tree goes with --dtb"
    case .memory: hint = "capture it as root: sudo cat /proc/iomem"
    case .system:
      hint = "give a folder with iomem, fdt and cmdline, or a snapshot of kexec --snapshot"
      code = ExitStatus.unreadable
    default: break
    }
    self.init(what: error.description, place: path, hint: hint, code: code)
  }
}

func readTree(_ path: String) throws(Stop) -> DeviceTree { try readTree(try InputFile(path)) }

/// Reads a device tree from an open file.
func readTree(_ file: InputFile) throws(Stop) -> DeviceTree {
  do throws(DeviceTreeError) {
    return try DeviceTree(flattened: file.span)
  } catch {
    throw Stop(
      what: error.description, place: file.path,
      hint: "a device tree file begins with d00dfeed; compile sources with dtc -I dts -O dtb",
      code: ExitStatus.badFile)
  }
}
