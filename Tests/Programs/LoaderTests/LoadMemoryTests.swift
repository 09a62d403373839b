// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Testing

@testable import Samples
@testable import kexec

@Suite("Memory for the load")
struct LoadMemoryTests {
  /// The least MemAvailable with which nothing is short, found by halving; in KiB.
  static func bound(_ line: String, code: String) -> UInt64 {
    var short: UInt64 = 0
    var enough: UInt64 = 1 << 20
    while enough - short > 1 {
      let middle = (short + enough) / 2
      let found = loader(available: middle).run(line)
      if found.told.contains(code) { short = middle } else { enough = middle }
    }
    return enough
  }

  static func loader(total: UInt64 = 506_712, available: UInt64) -> Loader {
    Loader(["/proc/meminfo": "MemTotal: \(total) kB\nMemAvailable: \(available) kB\n"])
  }

  @Test("Without room to inflate, the zImage is handed over, and why is told")
  func fallsBack() throws {
    let line = "-l -d /boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"
    let ample = Self.loader(available: 100_000)
    #expect(ample.run(line).exit == .done)
    let image = try #require(ample.kernel.loads.first)
    let bound = Self.bound(line, code: "KX148")
    // Kernel, copies of all segments, a word a page, and 4 MiB.
    let kernel = UInt64(Loader.zImage.image.byteCount)
    let segments = image.segments.reduce(0) { $0 + $1.memoryBytes.rawValue }
    let needed = kernel + segments + segments / 4096 * 8 + 4 << 20
    #expect(bound == (needed + 1023) / 1024)
    let loader = Self.loader(available: bound - 1)
    let found = loader.run(line)
    #expect(found.exit == .done)
    #expect(found.told.contains("KX148"), "\(found.complaints)")
    #expect(found.told.contains("so the zImage is handed over"))
    let load = try #require(loader.kernel.loads.first)
    #expect(load.segments[0].bytes.prefix(64) == Loader.zImage.bytes().prefix(64))
    #expect(load.segments.allSatisfy { $0.name != "kernel" || $0.bytes != image.segments[0].bytes })
    let record = String(
      decoding: try #require(loader.kernel.files["/run/kexec.json"]), as: UTF8.self)
    #expect(record.contains("\"handover\": \"zimage\""))
  }

  @Test("What is loaded does not depend on whether someone reads the reasons")
  func reasons() throws {
    let line = "-l /boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"
    let quiet = Self.loader(available: 100_000)
    #expect(quiet.run(line).told.contains("KX130") == false)
    let talkative = Self.loader(available: 100_000)
    #expect(talkative.run(line + " -d").told.contains("KX130"))
    let one = try #require(quiet.kernel.loads.first)
    let other = try #require(talkative.kernel.loads.first)
    #expect(one.segments.map(\.bytes) == other.segments.map(\.bytes))
    #expect(one.segments.map(\.address) == other.segments.map(\.address))
  }

  @Test("A forced handover that is short of memory is warned of before the call")
  func forced() throws {
    let line = "-l --handover=image /boot/zImage --append=console=ttyAMA0"
    let loader = Self.loader(available: 4150)
    let found = loader.run(line)
    #expect(found.exit == .done && loader.kernel.loads.count == 1)
    #expect(found.told.contains("warning KX149"), "\(found.complaints)")
    #expect(found.told.contains("4 249 600 B can be had"))
    #expect(found.told.contains("--handover zimage"))
    let calls = loader.kernel.calls.map(\.call)
    let told = try #require(calls.firstIndex { if case .write = $0 { true } else { false } })
    let loaded = try #require(calls.firstIndex { if case .kexecLoad = $0 { true } else { false } })
    #expect(told < loaded)
  }

  @Test("An initrd that is too big for free memory is told before the call")
  func bigInitrd() throws {
    let loader = Self.loader(available: 8000)
    let archive = try #require(loader.kernel.files["/boot/initrd"])
    loader.kernel.files["/boot/initrd"] = archive + [UInt8](repeating: 0, count: 9 << 20)
    let found = loader.run("-l /boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0")
    #expect(found.exit == .done)
    #expect(found.told.contains("warning KX149"), "\(found.complaints)")
    #expect(found.told.contains("use a smaller initrd"))
  }

  @Test("Segments of more than half of the memory are refused without asking the kernel")
  func half() throws {
    let line = "-l /boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"
    func run(_ total: UInt64, _ line: String) throws -> (Loader, Loader.Outcome) {
      let loader = Self.loader(total: total, available: 100_000)
      let archive = try #require(loader.kernel.files["/boot/initrd"])
      loader.kernel.files["/boot/initrd"] = archive + [UInt8](repeating: 0, count: 9 << 20)
      return (loader, loader.run(line))
    }
    let (loader, found) = try run(12_000, line)
    #expect(found.exit == .nothingFits && loader.deeds == [])
    #expect(found.told.contains("error KX151"), "\(found.complaints)")
    #expect(try run(12_000, line + " --dry-run").1.exit == .nothingFits)
    #expect(try run(40_000, line).1.exit == .done)
  }
}
