// SPDX-License-Identifier: Apache-2.0

import Foundation
import Handover
import PhysicalMemory
import Testing

@testable import QEMULab

@Suite(.enabled(if: Files.hasQEMU, "needs the Debian package qemu-system-arm"))
struct RunningQEMUTests {
  static func range(_ first: UInt64, _ last: UInt64) throws -> PhysicalRange {
    try #require(
      PhysicalRange(first: PhysicalAddress(first), last: PhysicalAddress(last)))
  }

  /// Tried in turn until the guest has said its line: other work can hold QEMU up for longer than
  /// the first.
  private static let limits: [Duration] = [.milliseconds(300), .seconds(3), .seconds(30)]

  @Test("Memory and registers reach the guest on every board", arguments: Board.all)
  func measured(board: Board) async throws {
    let base = board.ramBase.rawValue
    let result = try await measure(
      TinyProgram.boot(board, text: "hello\n"), stopAt: base + 0x2000)
    let ranges = try [(0x100, 0x103), (0x106, 0x106)].map { first, last in
      try Self.range(base + first, base + last)
    }
    #expect(result.written.ranges == ranges)
    #expect(result.spans.ranges == ranges)
    #expect(result.registers.state[.r0] == 0)
    #expect(result.registers.state[.r1] == 0xffff_ffff)
    #expect(result.registers.state[.r2] == 0x1234_56a5)
    #expect(result.registers.state.address.rawValue == base + 0x2000)
    #expect(result.registers.status & 0x1ff == 0x1d3)
  }

  @Test("Only the range that is asked for is looked at")
  func limited() async throws {
    let limits = try Self.range(0x4000_0102, 0x4000_0104)
    let result = try await measure(
      TinyProgram.boot(.virt, text: "x"), stopAt: 0x4000_2000, ramRange: limits)
    #expect(try result.written.ranges == [Self.range(0x4000_0102, 0x4000_0103)])
  }

  @Test("The console comes live, and the line that is expected ends the run")
  func booted() async throws {
    var seen: [UInt8] = []
    let text = "first\r\nswift-kexec verdict: initrd intact 00\n"
    let outcome = try await boot(TinyProgram.boot(.virt, text: text)) { seen += $0 }
    #expect(outcome.verdict == .booted(line: "swift-kexec verdict: initrd intact 00"))
    #expect(String(decoding: seen, as: UTF8.self).hasPrefix("first\r\nswift-kexec"))
    #expect(outcome.console == String(decoding: seen, as: UTF8.self))
    #expect(outcome.wallSeconds < 10)
    #expect(outcome.qemuCommand.first?.hasSuffix("/qemu-system-arm") == true)
  }

  @Test("A prompt without an end can be expected")
  func prompt() async throws {
    var guest = TinyProgram.boot(.virt, text: "hello\nlogin: ")
    guest.expect = "^login:$"
    #expect(try await boot(guest).verdict == .booted(line: "login:"))
  }

  @Test("A guest that powers off ends QEMU, which is a verdict; its console is complete")
  func poweredOff() async throws {
    let outcome = try await boot(TinyProgram.boot(.virt, text: "bye\n", end: .off))
    #expect(outcome.verdict == .exited(code: 0, lastLine: "bye"))
  }

  @Test("A guest that says nothing that decides is silent when its time is over")
  func silent() async throws {
    var guest = TinyProgram.boot(.virt, text: "Uncompressing\n")
    for limit in Self.limits {
      guest.timeout = limit
      let verdict = try await boot(guest).verdict
      guard case .silent(let seconds, let said) = verdict else {
        Issue.record("\(verdict)")
        return
      }
      #expect(seconds >= limit / .seconds(1))
      if said == "Uncompressing" { return }
    }
    Issue.record("the guest's line did not come")
  }

  @Test("An init that was reached counts after its time to settle, not after the whole timeout")
  func settled() async throws {
    var guest = TinyProgram.boot(.virt, text: "Run /init as init process\n")
    guest.settle = .milliseconds(200)
    let outcome = try await boot(guest)
    #expect(outcome.verdict == .booted(line: "Run /init as init process"))
    #expect(outcome.wallSeconds < 15)
  }

  @Test("A kernel that is never reached is an error that says where the CPU was")
  func notReached() async throws {
    var guest = TinyProgram.boot(.virt, text: "on my way\n")
    for limit in Self.limits {
      guest.timeout = limit
      let error = await #expect(throws: LabError.self) {
        _ = try await measure(guest, stopAt: 0x4000_3000)
      }
      guard case .kernelNotReached(0x4000_3000, _, let pc, let said)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      if said.isEmpty { continue }
      #expect(said == ["on my way"])
      #expect(pc == 0x4000_2000)
      return
    }
    Issue.record("the guest's line did not come")
  }

  @Test("A guest that powers off before the kernel is an error with its last words")
  func ended() async throws {
    await #expect {
      _ = try await measure(
        TinyProgram.boot(.virt, text: "bye\n", end: .off), stopAt: 0x4000_3000)
    } throws: { error in
      guard case LabError.ended(0x4000_3000, _, ["bye"])? = error as? LabError else {
        return false
      }
      return true
    }
  }

  @Test("QEMU's own complaint is passed on when it does not start")
  func notStarted() async throws {
    var guest = TinyProgram.boot(.virt, text: "")
    guest.extraQEMUArguments = ["-device", "nosuch"]
    await #expect {
      _ = try await boot(guest)
    } throws: { error in
      guard case LabError.notStarted(_, let said)? = error as? LabError else { return false }
      return said.contains("nosuch")
    }
  }

  @Test("Cancelling stops QEMU at once")
  func cancelled() async throws {
    let marker = "swift-kexec-test-\(UInt64.random(in: 0...UInt64.max))"
    var guest = TinyProgram.boot(.virt, text: "waiting\n")
    guest.extraQEMUArguments = ["-name", marker]
    let task = Task { [guest] in try await boot(guest) }
    var alive = false
    for _ in 0..<500 where !alive {
      try await Task.sleep(for: .milliseconds(10))
      alive = Files.processes(containing: marker) > 0
    }
    #expect(alive)
    task.cancel()
    await #expect(throws: LabError.cancelled) { _ = try await task.value }
    #expect(Files.processes(containing: marker) == 0)
  }

  @Test("QEMU's own device tree says how much RAM there is; other boards have none")
  func deviceTree() async throws {
    let tree = try #require(try await Board.virt.deviceTree(memory: .mebibytes(256)))
    #expect(tree.starts(with: [0xd0, 0x0d, 0xfe, 0xed]))
    let other = try #require(try await Board.virt.deviceTree(memory: .mebibytes(128)))
    #expect(tree != other)
    #expect(try await Board.vexpressA15.deviceTree(memory: .mebibytes(256)) == nil)
  }
}
