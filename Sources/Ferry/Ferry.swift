// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import Handover
import PhysicalMemory

/// A kexec without a running kernel: it performs a bundle step by step, and reports each step.
@main
struct Ferry {
  static let core = Core(ferry_entry.core)
  /// The port for output: silent until the bundle has named one. One thread runs, without
  /// interrupts.
  private nonisolated(unsafe) static var port = Console.silent
  static var console: Console { unsafe port }

  static func main() {
    // The length in the header: start.S has already relied on it.
    let length = ferry_read32(UInt(Placed.link) + 0x2c)
    guard let base = unsafe Placed.pointer(PhysicalAddress(UInt64(ferry_entry.base))) else {
      stop()
    }
    let bytes = unsafe UnsafeRawBufferPointer(start: base, count: Int(clamping: length))
    let span = unsafe Span<UInt8>(_unsafeBytes: bytes)
    do throws(BundleError) {
      let bundle = try Bundle(span)
      run(bundle)
    } catch {
      // Nothing in a damaged bundle is trusted, not even its port.
      stop()
    }
  }

  private static func run(_ bundle: borrowing Bundle) {
    let manifest = bundle.manifest
    let tables = PageTables(core)
    let memory = FreeMemory(bundle)
    tables.protect(bundle, memory.mapped)
    unsafe port = Console(manifest.uart)
    greet(bundle)
    let counter = CycleCounter(core)
    check(bundle)
    tell("checked in", counter.cycles)

    let tree = LoaderTree(bundle, memory.mapped)
    var segments: [KImageSegment] = []
    var files: [PhysicalAddress] = []
    for index in 0..<manifest.segmentCount {
      guard let segment = manifest.segment(index) else { continue }
      let isReplaced = tree != nil && manifest.treeIndex == index
      let offset = isReplaced ? tree?.fileOffset : segment.fileOffset
      let bytes = isReplaced ? tree?.byteCount : segment.fileBytes
      segments.append(
        KImageSegment(
          first: segment.range.first, memoryBytes: segment.range.count,
          fileBytes: ByteCount(UInt64(bytes ?? 0))))
      files.append(PhysicalAddress(UInt64(ferry_entry.base) + UInt64(offset ?? 0)))
    }
    do throws(KImageError) {
      let layout = try KImageLayout(segments: segments)
      var builder = KImageBuilder(layout, pages: MappedPages(memory.pool, files: files))
      let begin = counter.cycles
      let image = try builder.build()
      let end = counter.cycles
      tell(builder.counts, image)
      if let begin, let end { tell("staged in", end &- begin) }
      counter.stop()
      leave(bundle, image, tables)
    } catch {
      console.begin("error: ")
      console.say(error.reason)
      console.end()
    }
    stop()
  }

  /// Prints the address of the bundle, the core, and the protections in use.
  private static func greet(_ bundle: borrowing Bundle) {
    console.begin("swift-kexec, bundle at ")
    console.say(hex: ferry_entry.loaded)
    if ferry_entry.loaded != ferry_entry.base {
      console.say(", moved to ")
      console.say(hex: ferry_entry.base)
    }
    console.say(", ")
    console.say(core.name)
    console.end(ferry_entry.hyp == 1 ? ", entered in HYP mode" : ", entered in SVC mode")
    let isWritable = bundle.manifest.flags.contains(.textIsWritable)
    console.begin(isWritable ? "text may be written, as asked" : "text is read-only")
    if !isWritable, core == .v5 { console.say(" by SCTLR.R") }
    console.end(
      core.forbidsExecution
        ? "; data cannot be executed" : "; this core cannot forbid to execute data")
  }

  /// Checks every segment before anything is overwritten.
  private static func check(_ bundle: borrowing Bundle) {
    for index in 0..<bundle.manifest.segmentCount {
      guard let segment = bundle.manifest.segment(index) else { continue }
      guard bundle.isIntact(segment) else {
        console.begin("error: segment ")
        console.say(segment.name)
        console.end(": its SHA-256 differs; nothing was overwritten")
        stop()
      }
      console.begin("segment ")
      console.say(segment.name)
      console.say(" ")
      console.say(hex: UInt32(truncatingIfNeeded: segment.range.first.rawValue))
      console.say("-")
      console.say(hex: UInt32(truncatingIfNeeded: segment.range.last.rawValue))
      console.end(", SHA-256 right")
    }
  }

  private static func tell(_ step: StaticString, _ cycles: UInt32?) {
    guard let cycles else { return }
    console.begin(step)
    console.say(" ")
    console.say(cycles)
    console.end(" cycles")
  }

  private static func tell(_ counts: KImageCounts, _ image: KImage) {
    console.begin("staged ")
    console.say(UInt32(truncatingIfNeeded: counts.staged))
    console.say(" pages, ")
    console.say(UInt32(truncatingIfNeeded: counts.inPlace))
    console.say(" in place, the list in ")
    console.say(UInt32(truncatingIfNeeded: counts.indirection))
    console.say(", code buffer at ")
    console.say(hex: UInt32(truncatingIfNeeded: image.controlPage.rawValue))
    console.end()
  }

  private static func leave(
    _ bundle: borrowing Bundle, _ image: KImage, _ tables: PageTables
  ) {
    let manifest = bundle.manifest
    let throughHYP = ferry_entry.hyp == 1 && !manifest.flags.contains(.dropsHYP)
    console.begin("parameters: ")
    console.end(manifest.strategy.name)
    do throws(RebootCodeError) {
      let jump = Jump(
        image: image,
        parameters: try HandoverParameters(
          startAddress: manifest.entry, indirectionPage: image.indirectionPage,
          registers: ARMRegisters(machine: manifest.r1, parameters: manifest.r2)),
        firstStore: manifest.firstInTextStore, throughHYP: throughHYP)
      try jump.leave(manifest.strategy, tables)
    } catch {
      console.begin("error: ")
      console.say(error.reason)
      console.end()
    }
  }

  /// Reports a problem before anything was overwritten, and ends.
  static func fail(_ reason: StaticString) -> Never {
    console.begin("error: ")
    console.say(reason)
    console.end("; nothing was overwritten")
    stop()
  }

  /// Ends when no kernel can be entered.
  static func stop() -> Never {
    console.line("stopped")
    ferry_stop()
  }
}
