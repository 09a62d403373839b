// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import LinuxInterface
import PhysicalMemory
import Reporting

/// The record of the last load: a small document in /run, which a restart deletes.
enum LoadRecord {
  /// The path of the record.
  static let path = "/run/kexec.json"
  /// The identity of the running system; a record of an earlier system has another one.
  private static let bootID = "/proc/sys/kernel/random/boot_id"

  /// Writes the document.
  static func document(
    _ boot: DeviceBoot, _ call: KexecLoadCall, on kernel: some KernelInterface
  ) -> [UInt8] {
    let plan = boot.plan
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", 1)
      writer.string("loadedAt", (try? kernel.read(.realTime)).map { timeText($0.seconds) })
      writer.string("bootID", identity(kernel))
      writer.string("handover", plan.handover.rawValue)
      writer.address("entry", plan.entry?.address)
      writer.address("calledEntry", call.entry)
      writer.object("registers") { writer in
        // A register of which the protocol leaves no choice says nothing.
        for register in plan.entry?.registers ?? [] where register.name.largestValue > 0 {
          writer.string(register.name.rawValue, hexadecimal(register.value))
        }
      }
      writer.string("commandLine", plan.commandLine)
      writer.string("id", boot.id)
      writer.string("release", boot.release(in: call))
      writer.byteCount("lostRAMBytes", plan.lostRAM)
      writer.array("files") { writer in
        for file in plan.files {
          writer.object { writer in
            writer.string("role", file.role.rawValue)
            writer.string("path", file.path)
            writer.byteCount("bytes", file.bytes)
            writer.string("sha256", file.sha256.isEmpty ? nil : file.sha256)
            writer.string("stamp", boot.files.inputs.file(of: file)?.contents.stamp?.description)
          }
        }
      }
      writer.array("segments") { writer in
        for segment in call.segments {
          writer.object { writer in
            writer.string("name", segment.name)
            writer.address("first", segment.address)
            writer.byteCount("fileBytes", ByteCount(segment.contents.count))
            writer.byteCount("memoryBytes", segment.memoryBytes)
          }
        }
      }
    }
    writer.finish()
    return writer.bytes
  }

  /// The content of a record; nil when it is malformed, or of an earlier start of the machine.
  static func verified(_ bytes: [UInt8], on kernel: some KernelInterface) -> JSONValue? {
    guard !bytes.isEmpty, let value = try? JSONReader.read(bytes),
      case .object(let members) = value
    else { return nil }
    if let now = identity(kernel), let then = members.first(where: { $0.key == "bootID" }),
      case .string(let text) = then.value, text != now
    {
      return nil
    }
    return value
  }

  static func identity(_ kernel: some KernelInterface) -> String? {
    guard let bytes = try? kernel.readFile(bootID, limit: 4096) else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// The time of day as ISO 8601 writes it, in UTC.
  ///
  /// The years are counted from March on, so that the leap day is the last of its year.
  static func timeText(_ seconds: Int64) -> String {
    let seconds = min(max(seconds, 0), 253_402_300_799)
    let days = Int32(truncatingIfNeeded: seconds / 86_400) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let clock = UInt32(truncatingIfNeeded: seconds % 86_400)
    var text: [UInt8] = []
    func put(_ number: UInt32, _ end: UInt8, digits: Int = 2) {
      text.appendDecimal(number, digits: digits)
      text.append(end)
    }
    put(UInt32(truncatingIfNeeded: year), 0x2d, digits: 1)
    put(UInt32(truncatingIfNeeded: month), 0x2d)
    put(UInt32(truncatingIfNeeded: day), 0x54)
    put(clock / 3600, 0x3a)
    put(clock / 60 % 60, 0x3a)
    put(clock % 60, 0x5a)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Program {
  /// The record of the last load; nil when there is none, or none of this start of the machine.
  func lastLoad() -> JSONValue? {
    let bytes: [UInt8]
    do throws(Errno) {
      bytes = try kernel.readFile(LoadRecord.path, limit: 1 << 20)
    } catch {
      if error != .noSuchFile {
        say("warning: " + LoadRecord.path + " could not be read: " + error.description)
      }
      return nil
    }
    return LoadRecord.verified(bytes, on: kernel)
  }

  /// Writes the record of a load; an empty document stands for a kernel that was unloaded.
  func record(_ document: [UInt8]) {
    do throws(Errno) {
      try kernel.writeFile(LoadRecord.path, document, mode: .replace)
    } catch {
      say(
        "warning: the kernel is " + (document.isEmpty ? "unloaded" : "loaded") + ", but "
          + LoadRecord.path + " was not written (" + error.description
          + "): --status and --log do not know of it")
    }
  }
}
