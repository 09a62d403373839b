// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Digests
public import KernelImages
import PhysicalMemory

/// The JSON document of an image: `kx inspect --json`. Its `kernel` is that of a plan, with more
/// keys.
public enum InspectDocument {
  /// Writes the document, its last line ended.
  ///
  /// - Parameters:
  ///   - image: The identified file.
  ///   - path: The file as the user named it.
  ///   - bytes: The whole file.
  ///   - ramdisks: The ramdisks in it.
  ///   - machine: The machine, when the file is a snapshot of one.
  /// - Returns: JSON.
  public static func json(
    _ image: KernelImage, path: String, bytes: Span<UInt8>, ramdisks: [Ramdisk] = [],
    machine: InspectedMachine? = nil
  ) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", PlanDocument.schemaVersion)
      writer.object("file") { writer in
        writer.string("path", path)
        writer.byteCount("bytes", ByteCount(bytes.count))
        writer.string("sha256", hexadecimalText(of: SHA256.hash(bytes)))
      }
      layers(image.layers, &writer)
      writer.string(
        "architecture", image.isARM ? "arm" : image.otherArchitecture)
      if let kernel = image.kernel {
        PlanDocument.kernel(
          PlannedKernel(kernel, chain: image.chain, fileBytes: ByteCount(bytes.count)), &writer)
        if let bundle = kernel.bundle {
          BundleDocument.bundle("bundle", bundle, &writer)
        } else {
          writer.object("facts") { writer in facts(kernel, &writer) }
        }
      } else {
        writer.string("kernel", nil)
      }
      parts(image, bytes, &writer)
      RamdiskDocument.ramdisks("ramdisks", ramdisks, &writer)
      self.machine(machine, &writer)
      diagnostics(RamdiskText.diagnostics(image, ramdisks), &writer)
    }
    writer.finish()
    return writer.text
  }

  private static func layers(_ layers: [ImageLayer], _ writer: inout JSONWriter) {
    writer.array("layers") { writer in
      for layer in layers {
        writer.object { writer in
          writer.string("kind", layer.kind.name)
          writer.number("offset", layer.offset)
          writer.number("bytes", layer.byteCount)
          writer.object("facts") { writer in
            for fact in layer.facts { writer.string(fact.name, fact.text) }
          }
          writer.array("notes") { writer in
            for note in layer.notes { writer.string(nil, note) }
          }
        }
      }
    }
  }

  private static func facts(_ kernel: ARMKernel, _ writer: inout JSONWriter) {
    func flag(_ name: String, _ figure: Figure<Bool>?, _ writer: inout JSONWriter) {
      writer.bool(name, figure?.value)
      writer.string(name + "Detail", figure?.detail)
    }
    func version(_ name: String, _ figure: Figure<ARMVersion>?, _ writer: inout JSONWriter) {
      writer.string(name, figure?.value.description)
      writer.string(name + "Detail", figure?.detail)
    }
    func count(_ name: String, _ figure: Figure<ByteCount>, _ writer: inout JSONWriter) {
      writer.byteCount(name, figure.value)
      writer.string(name + "From", figure.source.rawValue)
      writer.string(name + "Detail", figure.detail)
    }
    writer.string("release", kernel.release)
    writer.string("inflatedBytesDetail", kernel.inflatedBytes.detail)
    writer.string("bssBytesDetail", kernel.bssBytes.detail)
    writer.string("textOffsetDetail", kernel.textOffset.detail)
    writer.string("pageOffset", hexadecimal(kernel.pageOffset.value))
    writer.string("pageOffsetFrom", kernel.pageOffset.source.rawValue)
    writer.string("pageOffsetDetail", kernel.pageOffset.detail)
    writer.byteCount("sizeWord", kernel.sizeWord)
    flag("lpae", kernel.isLPAE, &writer)
    flag("thumb2", kernel.isThumb2, &writer)
    flag("bigEndian", kernel.isBigEndian, &writer)
    version("leastVersion", kernel.leastVersion, &writer)
    version("latestVersion", kernel.latestVersion, &writer)
    guard let zImage = kernel.zImage else { return writer.string("zImage", nil) }
    writer.object("zImage") { writer in
      writer.byteCount("payloadOffset", zImage.payloadOffset)
      writer.byteCount("payloadEnd", zImage.payloadEnd)
      writer.byteCount("sizeTableOffset", zImage.sizeTableOffset)
      if case .fixed(let address) = zImage.destination.value {
        writer.address("fixedAddress", address)
      } else {
        writer.string("fixedAddress", nil)
      }
      writer.string("destinationDetail", zImage.destination.detail)
      flag("checksDTBMemory", zImage.checksDTBMemory, &writer)
      flag("mergesATAGs", zImage.mergesATAGs, &writer)
      count("relocationBump", zImage.relocationBump, &writer)
      count("decompressorBSS", zImage.bssBytes, &writer)
      count("heap", zImage.heapBytes, &writer)
      count("movedFrom", zImage.movedFrom, &writer)
      writer.array("appendedDTBs") { writer in
        for tree in zImage.appendedDTBs {
          writer.object { writer in
            writer.byteCount("offset", tree.offset)
            writer.byteCount("bytes", tree.byteCount)
          }
        }
      }
    }
  }

  private static func diagnostics(_ all: [Diagnostic], _ writer: inout JSONWriter) {
    writer.array("diagnostics") { writer in
      for found in all {
        writer.object { writer in
          writer.string("code", found.code.description)
          writer.string("severity", found.severity.rawValue)
          writer.string("message", found.message)
          writer.string("hint", found.hint)
        }
      }
    }
  }
}
