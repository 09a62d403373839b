// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Inflation
package import KernelImages
import PhysicalMemory

/// Ramdisks as text for people: the archives that the kernel's unpacker finds in them.
package enum RamdiskText {
  /// Writes a row for each archive, with the place of the ramdisk before its first.
  static func render(_ ramdisks: [Ramdisk], style: TextStyle, width: Int) -> String {
    var table = TextTable([.left, .left, .right, .right, .right])
    table.add(
      ["", "", "offset", "bytes", "unpacked"].map { TextTable.Cell($0, .faint) })
    for ramdisk in ramdisks {
      var name = ramdisk.origin
      for archive in ramdisk.initrd?.segments ?? [] {
        let kind = [archive.compression?.rawValue, archive.isArchive ? "cpio" : nil]
          .compactMap { $0 }.joined(separator: " > ")
        table.add([
          TextTable.Cell(PrintableText.clean(name)),
          TextTable.Cell(kind.isEmpty ? "unknown" : kind),
          TextTable.Cell(hexadecimal(archive.offset)),
          TextTable.Cell(ByteCount(archive.byteCount).description),
          TextTable.Cell(
            (archive.isCounted ? "" : "at most ") + ByteCount(archive.unpackedBytes).description),
        ])
        name = ""
      }
      if ramdisk.initrd == nil {
        table.add([
          TextTable.Cell(PrintableText.clean(name)), TextTable.Cell("damaged", .warning),
          TextTable.Cell(""), TextTable.Cell(ramdisk.byteCount.description), TextTable.Cell(""),
        ])
      }
    }
    return table.render(style, width: width)
  }

  /// The diagnostics of an image and of the ramdisks in it.
  package static func diagnostics(_ image: KernelImage, _ ramdisks: [Ramdisk]) -> [Diagnostic] {
    var all = image.diagnostics
    for ramdisk in ramdisks {
      let name = ramdisk.origin.isEmpty ? "the file" : ramdisk.origin
      if let error = ramdisk.error {
        all.append(
          Diagnostic(
            .initrdDamaged, .warning, name + " is damaged, or no initrd: " + error.description,
            hint: error.hint))
      }
      guard let initrd = ramdisk.initrd else { continue }
      all += initrd.diagnostics
      all += initrd.faults.compactMap {
        $0.diagnostic(of: name, release: image.kernel?.release)
      }
    }
    return all
  }
}
