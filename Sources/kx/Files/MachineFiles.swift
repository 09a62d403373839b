// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import Glibc
import LinuxInterface
import PhysicalMemory

/// A captured machine: its /proc/iomem, or a folder that also holds its tree and command line.
struct MachineFiles: Sendable {
  var memory: MemoryMap
  var tree: DeviceTree?
  var commandLine: String?
  var atags: ATAGList?
  var pageBytes = ByteCount(UInt64(4096))
  var loadMemory = LoadMemory()

  /// Reads `--machine`.
  init(_ path: String) throws(Stop) {
    guard Self.isFolder(path) else {
      self = try Self(file: try InputFile(path))
      return
    }
    memory = try Self.iomem(try InputFile(path + "/iomem"))
    if unsafe access(path + "/fdt", F_OK) == 0 { tree = try readTree(path + "/fdt") }
    if unsafe access(path + "/cmdline", F_OK) == 0 {
      let text = String(decoding: try InputFile(path + "/cmdline").bytes, as: UTF8.self)
      commandLine = text.split(separator: "\n").first.map(String.init) ?? ""
    }
  }

  /// Whether a path leads to a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Reads a snapshot, or else the text of a /proc/iomem.
  init(file: InputFile) throws(Stop) {
    if MachineSnapshot.isSnapshot(file.span) {
      self = try Self(snapshot: file)
    } else {
      memory = try Self.iomem(file)
    }
  }

  /// Reads what `kexec --snapshot` wrote.
  private init(snapshot file: InputFile) throws(Stop) {
    do throws(LinuxInterfaceError) {
      let state = try MachineSnapshot.read(file.span)
      memory = state.memory
      tree = state.parameters.tree
      atags = state.parameters.atags
      commandLine = state.commandLine
      pageBytes = state.facts.pageBytes
      loadMemory = LoadMemory(
        total: state.facts.memoryTotal, available: state.facts.memoryAvailable)
    } catch {
      throw Stop(
        what: error.description, place: file.path,
        hint: "take it anew with kexec --snapshot FILE", code: ExitStatus.badFile)
    }
  }

  private static func iomem(_ file: InputFile) throws(Stop) -> MemoryMap {
    do throws(IomemError) {
      return try MemoryMap(iomem: file.span)
    } catch {
      throw Stop(
        what: error.description, place: file.path,
        hint: "capture it as root: sudo cat /proc/iomem", code: ExitStatus.badFile)
    }
  }
}

/// Reads a device tree file.
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
