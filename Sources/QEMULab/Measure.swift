// SPDX-License-Identifier: Apache-2.0

import Handover
public import PhysicalMemory

/// Measures which memory is written between the first instruction and the kernel's first one.
///
/// The boot runs twice, with RAM outside the segments full of 0xA5 and then of 0x5A. Each run ends
/// when the CPU is about to execute the first instruction at `kernel`; bytes that then differ were
/// written. A store that happens to repeat one pattern shows in the other run.
///
/// - Parameters:
///   - boot: The boot; `fill`, `expect`, `settle` and `linger` have no effect.
///   - kernel: The address of the inflated kernel's first instruction; it is executed once,
///     at the end.
///   - ramRange: The part of RAM that is compared; nil for all of it.
///   - console: Takes the guest's output as it comes, cut anywhere.
/// - Returns: The bytes written, and the registers the kernel would have found.
/// - Throws: ``LabError/kernelNotReached(kernel:seconds:pc:lastLines:)`` after `boot.timeout` in
///   one run; otherwise the reason why the guest cannot be started.
public func measure(
  _ boot: LabBoot, stopAt kernel: UInt64, ramRange: PhysicalRange? = nil,
  console: ([UInt8]) -> Void = { _ in }
) async throws(LabError) -> LabMeasurement {
  guard kernel & 3 == 0, kernel <= UInt64(UInt32.max) else {
    throw LabError.address("stop", kernel, why: "is no ARM instruction's address")
  }
  let one = try await run(boot, 0xa5, until: kernel, ramRange, console)
  let two = try await run(boot, 0x5a, until: kernel, ramRange, console)
  let written = DifferenceList(one.written, two.written)
  let contents = try RAMContents(boot)
  let spans = written.joined(limit: 16, where: contents.isInSegment)
  return LabMeasurement(
    written: RangeSet(written.ranges), spans: RangeSet(spans.ranges), registers: two.registers,
    wallSeconds: one.seconds + two.seconds, qemuCommand: two.command)
}

/// The result of one of the two runs.
private struct PatternRun {
  let written: DifferenceList
  let registers: LabRegisters
  let seconds: Double
  var command: [String] = []
}

private func run(
  _ boot: LabBoot, _ pattern: UInt8, until kernel: UInt64, _ limits: PhysicalRange?,
  _ console: ([UInt8]) -> Void
) async throws(LabError) -> PatternRun {
  var filled = boot
  filled.fill = pattern
  let contents = try RAMContents(filled)
  var log = ConsoleLog()
  let ending = try await RunningQEMU.run(filled, contents) { machine throws(LabError) in
    // If a zImage is loaded to its kernel's destination, its entry is the address that ends the
    // run.
    if boot.entry.address.rawValue == kernel { try await machine.stub.step() }
    try await machine.stub.stop(at: kernel)
    try machine.stub.run()
    let deadline = Deadline(after: boot.timeout)
    while let stopped = try machine.step(&log, console) {
      if stopped {
        let seconds = deadline.elapsed
        let registers = try await machine.stub.registers()
        let counter = registers.state.address.rawValue
        guard counter == kernel else {
          throw LabError.kernelNotReached(
            kernel: kernel, seconds: seconds, pc: counter, lastLines: log.tail)
        }
        let written = contents.differences(
          in: machine.memory, within: limits ?? contents.ram)
        return Optional(PatternRun(written: written, registers: registers, seconds: seconds))
      }
      guard !deadline.isOver else {
        throw LabError.kernelNotReached(
          kernel: kernel, seconds: deadline.elapsed, pc: await machine.interruptedAt(),
          lastLines: log.tail)
      }
      try await pause(.milliseconds(5))
    }
    return nil
  }
  guard var result = ending.result else {
    throw LabError.ended(kernel: kernel, said: ending.said, lastLines: log.tail)
  }
  result.command = ending.command
  return result
}

extension RunningQEMU {
  /// Takes the output of console and stub.
  ///
  /// - Returns: Whether the CPU stopped; nil when QEMU ended.
  fileprivate func step(
    _ log: inout ConsoleLog, _ show: ([UInt8]) -> Void
  ) throws(LabError) -> Bool? {
    // A closed stub is no error: QEMU has ended, and the console shows the reason.
    var answer: [UInt8]?
    do throws(LabError) { answer = try stub.poll() } catch { answer = nil }
    switch try console.read() {
    case .bytes(let chunk):
      show(chunk)
      _ = log.add(chunk)
    case .nothing: break
    case .closed: return nil
    }
    // `S` and `T` report a stop.
    return answer?.first == UInt8(ascii: "S") || answer?.first == UInt8(ascii: "T")
  }

  /// Stops a running guest and returns its position, or nil when that fails, too.
  fileprivate func interruptedAt() async -> UInt64? {
    do throws(LabError) {
      try stub.interrupt()
      let deadline = Deadline(after: .seconds(5))
      while !deadline.isOver {
        if try stub.poll() != nil { return try await stub.counter() }
        try await pause(.milliseconds(5))
      }
    } catch {
      return nil
    }
    return nil
  }
}
