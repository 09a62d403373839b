// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import Digests
import Glibc
import Inflation
import KernelImages
import PhysicalMemory

/// Reads a file in one way and writes down what came of it: `error`, a tab and the message, or
/// `ok` and fields `name=value` that an independent reader can be asked for.
struct Reading {
  let folder: String
  let number: Int
  /// Runs while the product does.
  let stopwatch = Stopwatch()

  func read(_ bytes: [UInt8], _ mode: HostileCase.Mode) -> String {
    switch mode {
    case .image, .verify: readImage(bytes, verify: mode == .verify)
    case .initrd: readInitrd(bytes)
    case .tree: readTree(bytes)
    }
  }

  private func line(_ fields: [(String, String)]) -> String {
    "ok" + fields.map { "\t" + $0.0 + "=" + $0.1 }.joined()
  }

  private func failure(_ message: String) -> String {
    "error\t" + message.map { $0 == "\t" || $0.isNewline ? " " : String($0) }.joined()
  }

  private func readImage(_ bytes: [UInt8], verify: Bool) -> String {
    let image: KernelImage
    do {
      image = try KernelImage.identify(bytes.span, options: IdentificationOptions(verify: verify))
    } catch {
      return failure(error.description)
    }
    var fields = [
      ("chain", image.chain.joined(separator: ">")),
      ("layers", image.layers.map { "\($0.offset):\($0.byteCount)" }.joined(separator: ",")),
      ("codes", image.diagnostics.map { $0.code.description }.joined(separator: ",")),
      ("initrds", image.initrds.map { place($0.bytes) }.joined(separator: ",")),
      ("trees", image.deviceTrees.map { place($0.bytes) }.joined(separator: ",")),
      ("commandLine", hexadecimalText(of: Array((image.commandLine ?? "").utf8))),
      ("otherArchitecture", image.otherArchitecture ?? ""),
    ]
    if let outer = image.layers.first {
      for fact in outer.facts where ["load address", "entry point", "name"].contains(fact.name) {
        fields.append((fact.name, hexadecimalText(of: Array(fact.text.utf8))))
      }
    }
    guard let kernel = image.kernel else { return line(fields) }
    fields += figures(kernel)
    if let place = image.kernelBytes { fields.append(("kernel", self.place(place))) }
    if verify {
      do {
        let inflated = try image.inflatedImage(of: bytes.span)
        stopwatch.pause()
        fields.append(("image", hexadecimalText(of: SHA256.hash(inflated.span))))
        stopwatch.resume()
      } catch {
        return failure("inflatedImage: " + error.description)
      }
    }
    fields.append(("plan", plan(image, bytes.count, kernel)))
    return line(fields)
  }

  private func figures(_ kernel: ARMKernel) -> [(String, String)] {
    var fields = [
      ("I", "\(kernel.inflatedBytes.value.rawValue)"),
      ("bss", "\(kernel.bssBytes.value.rawValue)"),
      ("bssFrom", kernel.bssBytes.source.rawValue),
      ("T", "\(kernel.textOffset.value.rawValue)"),
      ("TFrom", kernel.textOffset.source.rawValue),
    ]
    if let word = kernel.sizeWord { fields.append(("word", "\(word.rawValue)")) }
    if let zImage = kernel.zImage {
      fields += [
        ("Z", "\(zImage.byteCount.rawValue)"),
        ("compression", zImage.compression?.rawValue ?? "none"),
        ("payload", "\(zImage.payloadOffset.rawValue):\(zImage.payloadEnd.rawValue)"),
        (
          "appended",
          zImage.appendedDTBs.map { "\($0.offset.rawValue):\($0.byteCount.rawValue)" }
            .joined(separator: ",")
        ),
      ]
    }
    return fields
  }

  /// Plans for 512 MiB: whatever the figures are, planning must not trap on them.
  private func plan(_ image: KernelImage, _ fileBytes: Int, _ kernel: ARMKernel) -> String {
    guard
      let ram = PhysicalRange(
        first: PhysicalAddress(0x4000_0000), last: PhysicalAddress(0x5fff_ffff))
    else { return "none" }
    var results: [String] = []
    for handover in [HandoverKind.image, .zimage] where kernel.zImage != nil || handover == .image {
      let request = PlanRequest(
        kernel: kernel, chain: image.chain, fileBytes: ByteCount(fileBytes),
        machine: PlannedMachine(memory: MemoryMap(ram: RangeSet([ram]))),
        parameters: .deviceTree(ByteCount(UInt64(0x10000)), memory: [ram]),
        initrd: PlannedInitrd(byteCount: ByteCount(UInt64(6 << 20))), handover: handover)
      do {
        results.append(try ARMPlanner.plan(request).entry == nil ? "refused" : "placed")
      } catch {
        results.append("error")
      }
    }
    return results.joined(separator: ",")
  }

  private func place(_ bytes: ImageBytes) -> String {
    switch bytes {
    case .slice(let offset, let count): "\(offset):\(count)"
    case .owned(let bytes): "owned:\(bytes.count)"
    case .compressed(let inner, let compression, _): compression.rawValue + "@" + place(inner)
    case .flattened(let inner, _): "flattened@" + place(inner)
    }
  }

  private func readInitrd(_ bytes: [UInt8]) -> String {
    do {
      let initrd = try Initrd.identify(bytes.span, verify: true, limit: 64 << 20)
      let segments = initrd.segments.map { segment in
        (segment.compression?.rawValue ?? "none") + ":\(segment.offset):\(segment.byteCount)"
          + (segment.isArchive ? ":cpio" : ":other")
      }
      return line([
        ("payload", place(initrd.payload)), ("segments", segments.joined(separator: ",")),
        ("codes", initrd.diagnostics.map { $0.code.description }.joined(separator: ",")),
      ])
    } catch {
      return failure(error.description)
    }
  }

  /// What was read is written again, for a comparison with what dtc writes.
  private func readTree(_ bytes: [UInt8]) -> String {
    let file: [UInt8]
    do {
      let tree = try DeviceTree(flattened: bytes.span)
      file = tree.flattened()
      // What a plan asks the tree for may fail, but not trap.
      _ = (try? tree.memory(), try? tree.usableMemoryRanges(), try? tree.reservedMemory())
    } catch {
      return failure(error.description)
    }
    let path = folder + "/\(number).dtb"
    guard let stream = unsafe fopen(path, "w") else { return failure("cannot write " + path) }
    defer { unsafe fclose(stream) }
    unsafe fwrite(file, 1, file.count, stream)
    return line([("bytes", "\(file.count)")])
  }
}
