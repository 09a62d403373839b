// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry

/// The serial port that the bundle names, if any; its output needs no memory.
struct Console {
  /// The virtual address of its registers.
  static let virtual: UInt32 = 0xfe00_0000

  private let uart: BundleUART
  /// The address of the first register; 0 as long as no output is possible.
  private let base: UInt32

  /// A port without output.
  static let silent = Console(.none)

  /// Uses a port whose section is mapped at ``virtual``.
  init(_ uart: BundleUART) {
    self.uart = uart
    base = uart.isSilent ? 0 : Self.virtual + (uart.base & 0xf_ffff)
  }

  /// Begins a line with a text.
  func begin(_ text: StaticString) {
    say("ferry: ")
    say(text)
  }

  /// Writes a text and ends the line.
  func end(_ text: StaticString = "") {
    say(text)
    put(0x0d)
    put(0x0a)
  }

  /// Writes a line.
  func line(_ text: StaticString) {
    begin(text)
    end()
  }

  func say(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { put(unsafe text.utf8Start[index]) }
  }

  /// Writes a text of C.
  func say(c text: UnsafePointer<CChar>) {
    var index = 0
    while unsafe text[index] != 0 {
      put(UInt8(truncatingIfNeeded: unsafe text[index]))
      index += 1
    }
  }

  func say(_ name: BundleName) {
    for index in 0..<name.count { put(name.bytes[index]) }
  }

  /// Writes a number as `0x` and eight digits.
  func say(hex value: UInt32) {
    say("0x")
    var shift: UInt32 = 32
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
      put(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
  }

  /// Writes a decimal number.
  func say(_ value: UInt32) {
    if value >= 10 { say(value / 10) }
    put(0x30 + UInt8(truncatingIfNeeded: value % 10))
  }

  private func put(_ byte: UInt8) {
    guard base != 0 else { return }
    let status = UInt(base + uart.statusOffset)
    let transmit = UInt(base + uart.transmitOffset)
    // A port that is never ready must not keep a kernel from starting.
    var patience: UInt32 = 1 << 20
    if uart.accessBytes == 1 {
      while ferry_read8(status) & uart.mask != uart.ready, patience > 0 { patience -= 1 }
      ferry_write8(transmit, UInt32(byte))
    } else {
      while ferry_read32(status) & uart.mask != uart.ready, patience > 0 { patience -= 1 }
      ferry_write32(transmit, UInt32(byte))
    }
  }
}
