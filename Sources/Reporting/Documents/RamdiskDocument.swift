// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages
import PhysicalMemory

/// Ramdisks in the document of an image.
enum RamdiskDocument {
  /// Writes an array with an object for each.
  static func ramdisks(_ key: String, _ all: [Ramdisk], _ writer: inout JSONWriter) {
    writer.array(key) { writer in
      for ramdisk in all {
        writer.object { writer in
          writer.string("origin", ramdisk.origin.isEmpty ? nil : ramdisk.origin)
          writer.byteCount("bytes", ramdisk.byteCount)
          writer.byteCount(
            "unpackedBytes", ramdisk.initrd.map { ByteCount($0.unpackedBytes) })
          writer.array("archives") { writer in
            for archive in ramdisk.initrd?.segments ?? [] { self.archive(archive, &writer) }
          }
        }
      }
    }
  }

  private static func archive(_ archive: Initrd.Segment, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.string("compression", archive.compression?.rawValue)
      writer.bool("isArchive", archive.isArchive)
      writer.number("offset", archive.offset)
      writer.number("bytes", archive.byteCount)
      writer.number("unpackedBytes", archive.unpackedBytes)
      writer.number("decoderBytes", archive.decoderBytes)
    }
  }
}
