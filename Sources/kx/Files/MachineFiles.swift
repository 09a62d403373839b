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
    self.init(
      what: error.description, place: path, hint: error.captureHint,
      code: error.isUnreadable ? ExitStatus.unreadable : ExitStatus.badFile)
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
