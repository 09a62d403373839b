// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory

extension DeviceBoot {
  /// The release of the new kernel; nil when only the inflated kernel would show it.
  ///
  /// Source: Linux 6.1, init/version-timestamp.c, linux_banner.
  func release(in call: KexecLoadCall) -> String? {
    if let release = files.image.kernel?.release { return release }
    guard id != nil, plan.handover == .image, let kernel = call.segments.first else { return nil }
    if case .bytes(let bytes) = kernel.contents { return Self.release(in: bytes) }
    return Self.release(in: kernel.contents.copy)
  }

  private static func release(in bytes: [UInt8]) -> String? {
    let banner = Array("Linux version ".utf8)
    let span = bytes.span
    var place = 0
    while place + banner.count < span.count {
      var length = 0
      while length < banner.count, span[place + length] == banner[length] { length += 1 }
      let start = place + banner.count
      // A digit must follow: the same words also stand in messages.
      if length == banner.count, (0x30...0x39).contains(span[start]) {
        let text = bytes[start..<min(start + 64, bytes.count)].prefix { $0 > 0x20 && $0 < 0x7f }
        return String(decoding: text, as: UTF8.self)
      }
      place += 1
    }
    return nil
  }
}

extension BootPlan {
  /// The RAM below the address that the new kernel assumes as the start of RAM (KX145).
  var lostRAM: ByteCount? {
    guard let tables = footprint.first(where: { $0.part == .kernelPageTables }),
      let kernel = tables.range.last.advanced(by: ByteCount(UInt64(1)))
    else { return nil }
    let start = kernel.rawValue - min(kernel.rawValue, self.kernel.textOffset.value.rawValue)
    guard
      let below = PhysicalRange(start: PhysicalAddress(0), end: PhysicalAddress(start))
    else { return .zero }
    return machine.memory.ram.intersection(below).count
  }
}
