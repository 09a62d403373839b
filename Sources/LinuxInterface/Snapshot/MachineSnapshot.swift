// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The state of a machine as one file: a plain cpio archive of the files it was read from.
///
/// `cpio -t <FILE` lists them, `cpio -id <FILE` makes a folder of them that can replace the
/// snapshot. The device tree and the command line may hold serial numbers, addresses of network
/// interfaces and other private data.
public enum MachineSnapshot {
  /// Writes a snapshot; the same state gives the same bytes.
  ///
  /// - Parameter state: The state of a machine.
  /// - Returns: The file.
  public static func bytes(of state: MachineState) -> [UInt8] {
    var archive = SnapshotArchive()
    archive.files = state.files.map { ($0.name.rawValue, $0.bytes) }
    return archive.bytes
  }

  /// Whether bytes begin like a snapshot.
  public static func isSnapshot(_ bytes: Span<UInt8>) -> Bool { SnapshotArchive.isArchive(bytes) }

  /// Reads a snapshot.
  ///
  /// - Parameter bytes: The file.
  /// - Returns: The state of the machine.
  /// - Throws: ``LinuxInterfaceError`` with the place in the archive, or with the file in it.
  public static func read(_ bytes: Span<UInt8>) throws(LinuxInterfaceError) -> MachineState {
    let archive = try SnapshotArchive(bytes, subject: "snapshot")
    var files: [MachineFile] = []
    for (name, content) in archive.files {
      guard let known = MachineFile.Name(rawValue: name) else {
        throw LinuxInterfaceError(
          "snapshot",
          .value(
            line: files.count + 1, found: name.first(60),
            expected: "the name of a file of a snapshot"))
      }
      files.append(MachineFile(known, content))
    }
    return try MachineState(files: files)
  }
}
