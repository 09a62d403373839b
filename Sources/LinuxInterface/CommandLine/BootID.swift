// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The word that connects a boot with its record: `kexec.id=0123456789abcdef`.
///
/// The kernel reads a word with a dot as the parameter of a missing module, says nothing and does
/// not pass it to init.
///
/// Source: Linux 6.1, init/main.c, unknown_bootoption.
public enum BootID {
  private static let key = Array("kexec.id=".utf8)
  /// The longest id.
  private static let limit = 64

  /// The id on a command line; of several the last. nil when there is none, or when it has
  /// characters other than letters, digits, `-` and `_`.
  public static func id(in commandLine: String) -> String? {
    guard
      let word = CommandLineReuse.split(commandLine).kernel.last(where: { $0.starts(with: key) })
    else { return nil }
    let id = word.dropFirst(key.count)
    let isPlain = id.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5a).contains($0 & 0xdf) || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: "_")
    }
    return (1...limit).contains(id.count) && isPlain ? String(decoding: id, as: UTF8.self) : nil
  }

  /// Puts an id on a command line, in front of the words that are for init, and removes any other.
  ///
  /// - Parameters:
  ///   - id: The id; nil to have none.
  ///   - commandLine: The command line.
  /// - Returns: The new command line; the old one unchanged when it is already right.
  public static func place(_ id: String?, on commandLine: String) -> String {
    let (kernel, initial) = CommandLineReuse.split(commandLine)
    let kept = kernel.filter { !$0.starts(with: key) }
    if id == nil, kept.count == kernel.count { return commandLine }
    var words = kept.map { String(decoding: $0, as: UTF8.self) }
    if let id { words.append(String(decoding: key, as: UTF8.self) + id) }
    return (words + (initial.isEmpty ? [] : ["--"] + initial)).joined(separator: " ")
  }

  /// Makes an id of 64 random bits, or of the time while the kernel has no randomness.
  ///
  /// - Parameter kernel: The running Linux.
  /// - Returns: nil when both are missing.
  public static func make(on kernel: some KernelInterface) -> String? {
    var bytes = (try? kernel.randomBytes(8)) ?? []
    if bytes.count != 8 {
      guard let now = try? kernel.read(.realTime) else { return nil }
      let stamp = UInt64(bitPattern: now.seconds) << 30 | UInt64(now.nanoseconds)
      bytes = (0..<8).map { UInt8(truncatingIfNeeded: stamp >> (56 - 8 * $0)) }
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
