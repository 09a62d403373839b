// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The word that ties a boot to the record of what was started: `kexec.id=0123456789abcdef`.
///
/// The kernel takes a word with a dot for the parameter of a module that is not there, says nothing
/// and does not hand it to init.
///
/// Source: Linux 6.1, init/main.c, unknown_bootoption.
public enum BootID {
  private static let key = Array("kexec.id=".utf8)
  /// The longest id.
  private static let limit = 64

  /// The id on a command line; of several the last. nil when there is none, or none that can be one:
  /// letters, digits, `-` and `_`.
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

  /// Puts an id on a command line, in front of the words that are for init, and takes any other away.
  ///
  /// - Parameters:
  ///   - id: The id; nil to have none.
  ///   - commandLine: The command line.
  /// - Returns: The new one; the old one as it is when there is nothing to be done.
  public static func place(_ id: String?, on commandLine: String) -> String {
    let (kernel, initial) = CommandLineReuse.split(commandLine)
    let kept = kernel.filter { !$0.starts(with: key) }
    if id == nil, kept.count == kernel.count { return commandLine }
    var words = kept.map { String(decoding: $0, as: UTF8.self) }
    if let id { words.append(String(decoding: key, as: UTF8.self) + id) }
    return (words + (initial.isEmpty ? [] : ["--"] + initial)).joined(separator: " ")
  }

  /// Makes an id of 64 random bits, or of the time where there is no randomness yet.
  ///
  /// - Parameter kernel: The running Linux.
  /// - Returns: nil when there is neither.
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
