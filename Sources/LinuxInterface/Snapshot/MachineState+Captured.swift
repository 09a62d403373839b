// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension MachineState {
  /// Reads a captured machine from a file: a snapshot, or else the text of a /proc/iomem.
  ///
  /// - Parameter file: The bytes of the file.
  /// - Throws: ``LinuxInterfaceError`` with the place in it.
  public init(captured file: Span<UInt8>) throws(LinuxInterfaceError) {
    if MachineSnapshot.isSnapshot(file) {
      self = try MachineSnapshot.read(file)
    } else {
      guard MemoryMap.looksLikeIomem(file) else {
        throw LinuxInterfaceError("machine", .noMachine)
      }
      let text = ByteReader(file).copy(0, file.count) ?? []
      try self.init(files: [MachineFile(.iomem, text)])
    }
  }

  /// Reads a captured machine from a folder with files of a snapshot; only `iomem` is required.
  ///
  /// - Parameters:
  ///   - folder: The path of the folder.
  ///   - kernel: The running Linux.
  /// - Throws: ``LinuxInterfaceError`` with the file.
  public init(
    folder: String, from kernel: some KernelInterface
  ) throws(LinuxInterfaceError) {
    let reader = FileReader(kernel)
    var files: [MachineFile] = []
    for name in MachineFile.Name.allCases {
      let path = folder + "/" + name.rawValue
      let limit = 16 << 20
      if name == .iomem {
        files.append(MachineFile(name, try reader.bytes(path, limit: limit)))
      } else if try reader.exists(path) {
        files.append(MachineFile(name, try reader.bytes(path, limit: limit)))
      }
    }
    try self.init(files: files)
  }
}
