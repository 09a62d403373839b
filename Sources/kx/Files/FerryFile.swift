// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelImages
import PhysicalMemory

/// The ELF file of Ferry: found, read and laid out.
struct FerryFile {
  let path: String
  /// The whole program as it lies in memory.
  let image: [UInt8]

  /// A limit above Ferry's size: a wrong file is refused rather than bundled.
  private static let limit: UInt64 = 4 << 20
  private static let name = "share/swift-kexec/ferry.elf"

  /// Finds the file and reads it.
  ///
  /// - Parameter named: The file that the user named; nil looks for it.
  /// - Throws: ``Stop`` with the file, or with what to do when there is none.
  init(_ named: String?) throws(Stop) {
    let found = try Self.path(named)
    path = found
    let file = try InputFile(found)
    do throws(KernelImageError) {
      image = try LoadableELF.memory(of: file.span, limit: Self.limit)
    } catch {
      throw Stop(
        what: error.description, place: found, hint: "build Ferry with make ferry",
        code: ExitStatus.badFile)
    }
  }

  /// The path of the ELF file.
  static func path(_ named: String?) throws(Stop) -> String {
    if let named { return named }
    let variable = Terminal.variable("SWIFT_KEXEC_FERRY")
    if !variable.isEmpty { return variable }
    let candidates = Self.candidates
    for path in candidates where unsafe access(path, R_OK) == 0 { return path }
    throw Stop(
      what: "Ferry, the program at the head of a bundle, was not found",
      hint: "build it with make ferry, or name its ELF file with --ferry or "
        + "SWIFT_KEXEC_FERRY", code: ExitStatus.unavailable)
  }

  /// The places where Ferry is installed, and where it is built.
  private static var candidates: [String] {
    guard let program = executable else { return [] }
    var folders = program.split(separator: "/").dropLast().map { String($0) }
    var result = ["/" + (folders.dropLast() + [name]).joined(separator: "/")]
    while true {
      result.append("/" + (folders + ["dist/ferry/ferry.elf"]).joined(separator: "/"))
      if folders.popLast() == nil { return result }
    }
  }

  private static var executable: String? {
    var count = 0
    let bytes = unsafe [CChar](unsafeUninitializedCapacity: 4096) { buffer, filled in
      if let base = buffer.baseAddress {
        count = unsafe max(0, readlink("/proc/self/exe", base, buffer.count))
      }
      filled = count
    }
    return bytes.isEmpty
      ? nil : String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
