// SPDX-License-Identifier: Apache-2.0

/// The bytes of a 32-bit ELF program as they lie in memory.
public enum LoadableELF {
  /// Lays out a program: its loadable sections, with zeros between them and in the memory behind.
  ///
  /// - Parameters:
  ///   - file: The ELF file.
  ///   - limit: The most bytes it may have in memory.
  /// - Returns: The bytes from the lowest address on.
  /// - Throws: ``KernelImageError`` with the part that was read, the place, and the bytes there.
  public static func memory(
    of file: Span<UInt8>, limit: UInt64
  ) throws(KernelImageError) -> [UInt8] {
    let elf = try ELFFile(file)
    guard !elf.is64Bit, elf.machine == ELFFile.arm else {
      throw .wrongType(expected: "an ELF program for 32-bit ARM", found: elf.architecture)
    }
    var bytes = try elf.flatten(file, limit: limit)
    let rest = elf.trailingMemory
    guard rest <= limit, UInt64(bytes.count) + rest <= limit, let zeros = Int(exactly: rest) else {
      throw .tooLarge(what: "the ELF program", limit: limit)
    }
    bytes += [UInt8](repeating: 0, count: zeros)
    return bytes
  }
}
