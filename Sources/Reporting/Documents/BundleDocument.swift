// SPDX-License-Identifier: Apache-2.0
import Bundles
import Handover
public import KernelImages
public import PhysicalMemory

/// The JSON document of a new bundle: `kx bundle --json`. The document of `kx inspect --json` also
/// has the content of the bundle.
public enum BundleDocument {
  /// Writes the document, its last line ended.
  ///
  /// - Parameters:
  ///   - bundle: The bundle.
  ///   - path: The file that was written.
  ///   - wrapping: Its format.
  ///   - bytes: The length of the file.
  ///   - load: The load address in the file; nil when it has none.
  /// - Returns: JSON.
  public static func json(
    _ bundle: BundledBoot, path: String, wrapping: String, bytes: Int, load: PhysicalAddress?
  ) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", PlanDocument.schemaVersion)
      writer.object("file") { writer in
        writer.string("path", path)
        writer.string("format", wrapping)
        writer.byteCount("bytes", ByteCount(bytes))
        writer.address("loadAddress", load)
      }
      self.bundle("bundle", bundle, &writer)
    }
    writer.finish()
    return writer.text
  }

  static func bundle(_ key: String, _ bundle: BundledBoot, _ writer: inout JSONWriter) {
    writer.object(key) { writer in
      writer.byteCount("bytes", bundle.byteCount)
      writer.byteCount("ferryBytes", bundle.ferryBytes)
      writer.byteCount("wrapperBytes", bundle.wrapperBytes)
      writer.byteCount("innerInflatedBytes", bundle.innerInflatedBytes)
      writer.byteCount("innerBSSBytes", bundle.innerBSSBytes)
      writer.string("innerTextOffset", hexadecimal(bundle.innerTextOffset.rawValue))
      writer.string("strategy", bundle.strategy.name.description)
      writer.string("ferryText", bundle.textAccess)
      writer.bool("dtbFromBoot", bundle.takesTree)
      writer.string("hyp", bundle.flags.contains(.dropsHYP) ? "drop" : "keep")
      writer.address("entry", bundle.entry)
      writer.string("r1", hexadecimal(UInt64(bundle.r1)))
      writer.string("r2", hexadecimal(UInt64(bundle.r2)))
      writer.string("uart", bundle.uart.words)
      ranges("ram", bundle.ram, &writer)
      ranges("reserved", bundle.reserved, &writer)
      writer.array("segments") { writer in
        for segment in bundle.segments {
          writer.object { writer in
            writer.string("name", segment.name)
            writer.address("first", segment.range.first)
            writer.address("last", segment.range.last)
            writer.byteCount("memoryBytes", segment.range.count)
            writer.byteCount("fileOffset", ByteCount(segment.fileOffset))
            writer.byteCount("fileBytes", segment.fileBytes)
            writer.string("sha256", segment.sha256)
          }
        }
      }
    }
  }

  private static func ranges(_ key: String, _ set: RangeSet, _ writer: inout JSONWriter) {
    writer.array(key) { writer in
      for range in set.ranges {
        writer.object { writer in
          writer.address("first", range.first)
          writer.address("last", range.last)
        }
      }
    }
  }
}
