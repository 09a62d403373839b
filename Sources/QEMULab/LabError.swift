// SPDX-License-Identifier: Apache-2.0

import Foundation
import PhysicalMemory

/// The reason why the lab failed; a guest that fails is not an error but a verdict.
public enum LabError: Error, Sendable, Hashable {
  /// A program is not on the PATH; the value names its Debian package.
  case missing(program: String, package: String)
  /// The board cannot have this amount of memory; it must be a multiple of 1 MiB up to the limit.
  case memory(bytes: UInt64, board: String, limit: UInt64)
  /// A segment cannot be placed.
  case segment(name: String, address: UInt64, memoryBytes: UInt64, why: String)
  /// The CPU cannot start or stop at an address.
  case address(String, UInt64, why: String)
  /// The expression to match is malformed.
  case expression(String, why: String)
  /// A system call failed.
  case system(call: String, errno: Int32)
  /// QEMU ended before the guest was started; the value has its output.
  case notStarted(command: [String], said: String)
  /// QEMU did not answer in time.
  case noAnswer(to: String, seconds: Double)
  /// The gdb stub gave an unexpected answer.
  case answer(to: String, got: String)
  /// The guest does not see the bytes that were put into its memory.
  case placement(segment: String, address: UInt64, expected: String, found: String)
  /// A register does not hold what was written to it.
  case register(String, set: UInt64, read: UInt64)
  /// The kernel was not reached in time; the values are the CPU's position and the end of the
  /// console.
  case kernelNotReached(kernel: UInt64, seconds: Double, pc: UInt64?, lastLines: [String])
  /// QEMU ended before the kernel was reached; the value is the end of the console.
  case ended(kernel: UInt64, said: String, lastLines: [String])
  /// The task was cancelled; QEMU was stopped.
  case cancelled
}

extension LabError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .missing(let program, let package):
      return "\(program) is not on the PATH; the Debian package \(package) brings it"
    case .memory(let bytes, let board, let limit):
      return "board \(board) cannot have \(ByteCount(bytes)) of RAM: it takes whole MiB up to "
        + ByteCount(limit).rounded
    case .segment(let name, let address, let memoryBytes, let why):
      return "segment \(name) at \(hexadecimal(address, digits: 8)) of \(ByteCount(memoryBytes)) "
        + why
    case .address(let what, let address, let why):
      return "\(what) \(hexadecimal(address, digits: 8)) \(why)"
    case .expression(let text, let why):
      return "'\(text)' is not a regular expression: \(why)"
    case .system(let call, let number):
      return unsafe "\(call) failed: " + String(cString: strerror(number))
    case .notStarted(let command, let said):
      return "QEMU ended before the guest was started: "
        + (said.isEmpty ? "it said nothing" : said) + "\n  " + command.joined(separator: " ")
    case .noAnswer(let question, let seconds):
      return "QEMU did not answer \(question) within \(Int(seconds.rounded())) s"
    case .answer(let question, let got):
      return "QEMU's gdb stub answered '\(got)' to \(question)"
    case .placement(let segment, let address, let expected, let found):
      return "segment \(segment) is not at \(hexadecimal(address, digits: 8)): expected "
        + "\(expected), found \(found)"
    case .register(let name, let set, let read):
      return "register \(name) was set to \(hexadecimal(set)) but reads "
        + hexadecimal(read)
    case .kernelNotReached(let kernel, let seconds, let pc, let lines):
      let place = pc.map { ", pc is " + hexadecimal($0, digits: 8) } ?? ""
      return "the kernel at \(hexadecimal(kernel, digits: 8)) was not reached within "
        + "\(Int(seconds.rounded())) s\(place)" + quoted(lines)
    case .ended(let kernel, let said, let lines):
      return "QEMU ended before the kernel at \(hexadecimal(kernel, digits: 8)) was reached"
        + (said.isEmpty ? "" : ": " + said) + quoted(lines)
    case .cancelled:
      return "cancelled; QEMU was stopped"
    }
  }

  private func quoted(_ lines: [String]) -> String {
    lines.isEmpty
      ? "; nothing on the console"
      : "; the console ends with:" + lines.map { "\n  " + $0 }.joined()
  }
}
