// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import Handover
import Inflation
import KernelImages
import PhysicalMemory

/// The JSON document of a plan: `kx plan --json`, `kexec --dry-run --json`.
///
/// Keys stand in a fixed order and all of them are always there. Addresses are strings, counts of
/// bytes are numbers, first and last byte of a range are inclusive.
public enum PlanDocument {
  /// The version of the document; it changes when readers of the old one could misread it.
  public static let schemaVersion: UInt64 = 1

  /// Writes the document of a plan, its last line ended.
  public static func json(_ plan: BootPlan) -> String { write(plan).text }

  /// Writes the document of a plan in UTF-8, without another copy of large parts.
  public static func bytes(_ plan: BootPlan) -> [UInt8] { write(plan).bytes }

  private static func write(_ plan: BootPlan) -> JSONWriter {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", schemaVersion)
      kernel(plan.kernel, &writer)
      writer.string("rule", plan.rule.rawValue)
      writer.string("handover", plan.handover.rawValue)
      machine(plan.machine, &writer)
      files(plan.files, &writer)
      stated(plan.stated, &writer)
      writer.string("commandLine", plan.commandLine)
      writer.address("entry", plan.entry?.address)
      registers(plan.entry, &writer)
      segments(plan.segments, &writer)
      footprint(plan.footprint, &writer)
      diagnostics(plan.diagnostics, &writer)
    }
    writer.finish()
    return writer
  }

  /// Gives the word for the source of the inflated size.
  static func inflatedSource(_ source: FigureSource) -> FigureSource {
    switch source {
    case .sizeTable, .payload, .file, .vmlinux, .option, .estimate: source
    case .inflatedImage: .payload
    case .decompressor: .estimate
    }
  }

  /// Gives the word for the source of a figure about the inside of the kernel.
  static func imageSource(_ source: FigureSource) -> FigureSource {
    switch source {
    case .sizeTable, .inflatedImage, .vmlinux, .option, .estimate: source
    case .payload, .file: .inflatedImage
    case .decompressor: .estimate
    }
  }

  static func kernel(_ kernel: PlannedKernel, _ writer: inout JSONWriter) {
    writer.object("kernel") { writer in
      writer.array("chain") { writer in
        for layer in kernel.chain { writer.string(nil, layer) }
      }
      writer.string("architecture", kernel.architecture.rawValue)
      writer.byteCount("fileBytes", kernel.fileBytes)
      writer.byteCount("zImageBytes", kernel.zImageBytes)
      writer.string("compression", kernel.compression?.rawValue)
      writer.byteCount("inflatedBytes", kernel.inflatedBytes.value)
      writer.string(
        "inflatedBytesFrom", inflatedSource(kernel.inflatedBytes.source).rawValue)
      writer.byteCount("bssBytes", kernel.bssBytes.value)
      writer.string("bssBytesFrom", imageSource(kernel.bssBytes.source).rawValue)
      writer.string("textOffset", hexadecimal(kernel.textOffset.value.rawValue))
      writer.string("textOffsetFrom", imageSource(kernel.textOffset.source).rawValue)
    }
  }

  private static func machine(_ machine: PlannedMachine, _ writer: inout JSONWriter) {
    writer.object("machine") { writer in
      writer.byteCount("pageBytes", machine.pageBytes)
      writer.array("ram") { writer in
        for bank in machine.memory.ram.ranges {
          writer.object { writer in range(bank, &writer) }
        }
      }
      writer.array("reserved") { writer in
        for entry in machine.memory.reserved {
          writer.object { writer in
            range(entry.range, &writer)
            writer.string("why", entry.why)
          }
        }
      }
    }
  }

  private static func range(_ range: PhysicalRange, _ writer: inout JSONWriter) {
    writer.address("first", range.first)
    writer.address("last", range.last)
  }

  private static func files(_ files: [PlannedFile], _ writer: inout JSONWriter) {
    writer.array("files") { writer in
      for file in files {
        writer.object { writer in
          writer.string("role", file.role.rawValue)
          writer.string("path", file.path)
          writer.byteCount("bytes", file.bytes)
          writer.string("sha256", file.sha256)
        }
      }
    }
  }

  /// Writes the user's statements, if there are any: most files need none.
  private static func stated(_ stated: StatedReading, _ writer: inout JSONWriter) {
    if stated.isEmpty { return }
    writer.object("stated") { writer in
      writer.string("type", stated.type?.name)
      writer.string("fitConfiguration", stated.fitConfiguration)
      writer.number("treeIndex", stated.treeIndex.map { UInt64(clamping: $0) })
      writer.byteCount("imageBytes", stated.imageBytes)
      writer.string("pageOffset", stated.pageOffset.map { hexadecimal($0) })
    }
  }

  private static func registers(_ entry: EntryState?, _ writer: inout JSONWriter) {
    guard let entry else { return writer.string("registers", nil) }
    writer.object("registers") { writer in
      for register in entry.registers {
        writer.string(register.name.rawValue, hexadecimal(register.value))
      }
    }
  }

  private static func segments(_ segments: [PlannedSegment], _ writer: inout JSONWriter) {
    writer.array("segments") { writer in
      for segment in segments {
        writer.object { writer in
          writer.string("name", segment.name.rawValue)
          range(segment.range, &writer)
          writer.byteCount("fileBytes", segment.fileBytes)
          writer.byteCount("memoryBytes", segment.range.count)
        }
      }
    }
  }

  private static func footprint(_ footprint: [FootprintRange], _ writer: inout JSONWriter) {
    writer.array("footprint") { writer in
      for entry in footprint {
        writer.object { writer in
          writer.string("name", entry.name)
          writer.string("phase", entry.phase.rawValue)
          range(entry.range, &writer)
        }
      }
    }
  }

  private static func diagnostics(_ diagnostics: [Diagnostic], _ writer: inout JSONWriter) {
    writer.array("diagnostics") { writer in
      for diagnostic in diagnostics {
        writer.object { writer in
          writer.string("code", diagnostic.code.description)
          writer.string("severity", diagnostic.severity.rawValue)
          writer.string("message", diagnostic.message)
          writer.string("hint", diagnostic.hint)
          if let bytes = diagnostic.bytes { writer.byteCount("bytes", bytes) }
        }
      }
    }
  }
}
