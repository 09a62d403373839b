// SPDX-License-Identifier: Apache-2.0

/// Boots in QEMU by raw placement and returns the outcome.
///
/// - Parameters:
///   - boot: The content of RAM, and the start of the CPU.
///   - console: Takes the guest's output as it comes, cut anywhere.
/// - Returns: The outcome; QEMU has ended by then.
/// - Throws: The reason why the guest cannot be started; a guest that fails is a verdict.
public func boot(
  _ boot: LabBoot, console: ([UInt8]) -> Void = { _ in }
) async throws(LabError) -> LabOutcome {
  let contents = try RAMContents(boot)
  var watch = ConsoleWatch(judge: try VerdictJudge(expect: boot.expect))
  let ending = try await RunningQEMU.run(boot, contents) { machine throws(LabError) in
    try machine.stub.run()
    return try await watch.watch(machine, boot, console)
  }
  let verdict =
    ending.result.verdict
    ?? watch.judge.exit(code: ending.code, lastLine: watch.log.lastLine)
  return LabOutcome(
    verdict: verdict, console: watch.log.text, wallSeconds: ending.result.seconds,
    qemuCommand: ending.command)
}

/// Reads a console until there is a verdict.
private struct ConsoleWatch {
  var judge: VerdictJudge
  var log = ConsoleLog()

  init(judge: VerdictJudge) {
    self.judge = judge
  }

  /// Watches a running guest.
  ///
  /// - Returns: The verdict with its time in seconds; no verdict when QEMU ended.
  mutating func watch(
    _ machine: RunningQEMU, _ boot: LabBoot, _ show: ([UInt8]) -> Void
  ) async throws(LabError) -> (verdict: LabVerdict?, seconds: Double) {
    let deadline = Deadline(after: boot.timeout)
    var settling: Deadline?
    while true {
      switch try machine.console.read() {
      case .bytes(let chunk):
        show(chunk)
        if let verdict = judged(chunk) {
          let seconds = deadline.elapsed
          try await linger(machine, boot.linger, show)
          return (verdict, seconds)
        }
        // A guest that prints without end must not block other tasks.
        try await pause(.zero)
        if settling == nil, judge.initLine != nil { settling = Deadline(after: boot.settle) }
      case .nothing:
        try await pause(.milliseconds(5))
      case .closed:
        return (nil, deadline.elapsed)
      }
      if deadline.isOver || settling?.isOver == true {
        let seconds = deadline.elapsed
        return (judge.timeout(afterSeconds: seconds, lastLine: log.lastLine), seconds)
      }
    }
  }

  private mutating func judged(_ chunk: [UInt8]) -> LabVerdict? {
    var verdict: LabVerdict?
    for line in log.add(chunk) where verdict == nil { verdict = judge.judge(line) }
    return verdict ?? judge.judge(unfinished: log.unfinished)
  }

  /// Shows the guest's output after its verdict.
  private mutating func linger(
    _ machine: RunningQEMU, _ duration: Duration, _ show: ([UInt8]) -> Void
  ) async throws(LabError) {
    let deadline = Deadline(after: duration)
    while !deadline.isOver {
      switch try machine.console.read() {
      case .bytes(let chunk):
        show(chunk)
        _ = log.add(chunk)
      case .nothing: try await pause(.milliseconds(5))
      case .closed: return
      }
    }
  }
}
