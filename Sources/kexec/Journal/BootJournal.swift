// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import LinuxInterface
import PhysicalMemory
import Reporting

/// The file that `--log` writes to. Each load and each start adds a line with the time, then a
/// document with what was loaded and the devices and memory of the machine.
enum BootJournal {
  /// The file that `--verify-boot` reads when no file is named.
  static let usualPath = "/var/log/kexec.log"
  /// The number of bytes at the end of a file that are searched.
  private static let searchLimit = 16 << 20
  /// The longest document: a record and the names of all devices, quoted.
  private static let documentLimit = 1 << 20
  /// The most documents with the id that are read, the last one first. A load and a start make two.
  private static let candidateLimit = 64

  /// Finds the last document with an id.
  ///
  /// - Parameters:
  ///   - id: The id.
  ///   - bytes: The file; it may hold documents cut off by a full disk, and anything else.
  /// - Returns: The members of the document.
  static func document(_ id: String, in bytes: Span<UInt8>) -> [JSONMember]? {
    let wanted = Array(("\n  \"id\": \"" + id + "\"").utf8)
    let start = Array("\n{\n".utf8)
    let end = Array("\n}\n".utf8)
    let reader = ByteReader(bytes)
    var place = bytes.count - wanted.count
    let lowest = max(0, bytes.count - searchLimit)
    var candidates = 0
    while place >= lowest, candidates < candidateLimit {
      guard bytes[place] == UInt8(ascii: "\n"), reader.matches(wanted, at: place) else {
        place -= 1
        continue
      }
      candidates += 1
      var first = place
      while first > 0, place - first < documentLimit, !reader.matches(start, at: first) {
        first -= 1
      }
      var last = place
      while last < bytes.count, last - first < documentLimit, !reader.matches(end, at: last) {
        last += 1
      }
      if reader.matches(end, at: last), let text = reader.copy(first, last + 2 - first),
        let value = try? JSONReader.read(text), case .object(let members) = value,
        members.text("id") == id
      {
        return members
      }
      place -= 1
    }
    return nil
  }
}

extension Program {
  /// Writes the record of a load or a start, before the load or the start itself.
  func log(_ path: String, _ what: String) throws(Stop) {
    let time = (try? kernel.read(.realTime)).map { LoadRecord.timeText($0.seconds) } ?? "unknown"
    var text = "kexec: " + what + " at " + time + "\n"
    if let record = lastLoad(),
      case .object(let members) = LoadRecord.withDigests(record, from: kernel)
    {
      if members.text("id") == nil {
        say(
          "warning: the loaded kernel's command line has no kexec.id, so --verify-boot will not know"
            + " the boot: load with --log, too")
      }
      var writer = JSONWriter()
      writer.object { writer in
        for member in members { writer.value(member.key, member.value) }
        writer.object("before") { Inventory(of: kernel).write(to: &$0) }
      }
      writer.finish()
      text += writer.text
    } else {
      text += "nothing known of it\n"
    }
    do throws(Errno) {
      try kernel.writeFile(path, Array(text.utf8), mode: .append)
    } catch {
      throw Stop(error, writing: path, hint: "nothing was started")
    }
  }
}

extension [JSONMember] {
  func value(_ key: String) -> JSONValue? { first { $0.key == key }?.value }

  func text(_ key: String) -> String? {
    if case .string(let text) = value(key) { text } else { nil }
  }

  /// The whole number of a key.
  func number(_ key: String) -> UInt64? { value(key)?.unsignedInteger }

  /// The texts among the elements of a key.
  func texts(_ key: String) -> [String]? {
    guard case .array(let values) = value(key) else { return nil }
    return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
}
