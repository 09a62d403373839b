// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Reporting

extension Program {
  /// `--verify-boot`: compares the running system with the record made before the jump, and reports
  /// losses.
  ///
  /// - Returns: 0 when nothing was lost.
  func verifyBoot(_ settings: Settings) throws(Stop) -> Int32 {
    let commandLine = try runningCommandLine()
    guard let id = BootID.id(in: commandLine) else {
      throw Stop(
        what: "the command line of the running kernel has no kexec.id",
        hint:
          "it was not started by a load with --log; kexec -l --log=FILE and so on ties the next",
        status: .notTied)
    }
    let path = settings.verbFile
    let file = try MappedFile(path, from: kernel, digest: false)
    guard let record = BootJournal.document(id, in: file.span) else {
      throw Stop(
        what: "'" + path + "' has no whole record of the boot " + id,
        hint: "is it the file that --log wrote to?", status: .noRecord)
    }
    let comparison = compare(record, commandLine)
    try print(
      settings.json
        ? Self.document(comparison, id, record) : Self.text(comparison, id, record))
    return comparison.isWhole ? 0 : ExitStatus.lost.rawValue
  }

  private func runningCommandLine() throws(Stop) -> String {
    do throws(Errno) {
      let bytes = try kernel.readFile("/proc/cmdline", limit: 64 << 10)
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }, as: UTF8.self)
    } catch {
      throw Stop(LinuxInterfaceError("/proc/cmdline", .system(error, "read")))
    }
  }

  private func compare(_ record: [JSONMember], _ commandLine: String) -> BootComparison {
    var before = Inventory()
    if case .object(let members) = record.value("before") { before = Inventory(members) }
    let now = Inventory(of: kernel)
    var comparison = BootComparison()
    comparison.addKernel(planned: record.text("release"), now: now)
    comparison.addCommandLine(planned: record.text("commandLine"), now: commandLine)
    comparison.addCPUs("CPUs present", before: before.presentCPUs, now: now.presentCPUs)
    comparison.addCPUs("CPUs online", before: before.onlineCPUs, now: now.onlineCPUs)
    comparison.addMemory(
      before: before, lost: record.number("lostRAMBytes").map { ByteCount($0) }, now: now)
    let chosen = "/proc/device-tree/chosen"
    comparison.addInitrd(
      planned: Self.initrdBytes(record), now: seenInitrd(chosen),
      knows: (try? kernel.fileStatus(chosen)) != nil)
    comparison.addDevices(before: before, now: now) {
      Inventory.isThere($0, $1, on: kernel)
    }
    return comparison
  }

  private static func initrdBytes(_ record: [JSONMember]) -> ByteCount {
    guard case .array(let segments) = record.value("segments") else { return .zero }
    var sum: UInt64 = 0
    for segment in segments {
      if case .object(let facts) = segment, facts.text("name") == "initrd" {
        sum = sum &+ (facts.number("fileBytes") ?? 0)
      }
    }
    return ByteCount(sum)
  }

  /// The size of the initrd that the tree of the running kernel names.
  private func seenInitrd(_ chosen: String) -> ByteCount? {
    func address(_ name: String) -> UInt64? {
      guard let cells = try? kernel.readFile(chosen + "/linux,initrd-" + name, limit: 64),
        cells.count == 4 || cells.count == 8
      else { return nil }
      return cells.reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard let start = address("start"), let end = address("end"), end >= start else { return nil }
    return ByteCount(end - start)
  }

  // MARK: Output

  private static func text(
    _ comparison: BootComparison, _ id: String, _ record: [JSONMember]
  ) -> String {
    var text =
      "boot " + id + ", recorded at "
      + PrintableText.clean(record.text("loadedAt") ?? "an unknown time") + "\n"
    for line in comparison.lines {
      text += line.verdict.rawValue
      for _ in line.verdict.rawValue.utf8.count..<9 { text += " " }
      text += PrintableText.clean(line.subject + ": " + line.message) + "\n"
    }
    return text
  }

  private static func document(
    _ comparison: BootComparison, _ id: String, _ record: [JSONMember]
  ) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", 1)
      writer.string("id", id)
      writer.string("loadedAt", record.text("loadedAt"))
      writer.bool("isWhole", comparison.isWhole)
      writer.array("findings") { writer in
        for line in comparison.lines {
          writer.object { writer in
            writer.string("verdict", line.verdict.rawValue)
            writer.string("subject", line.subject)
            writer.string("message", line.message)
          }
        }
      }
    }
    writer.finish()
    return writer.text
  }
}
