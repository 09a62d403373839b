// SPDX-License-Identifier: Apache-2.0

import Glibc
import Handover
import PhysicalMemory
import Subprocess

/// A running QEMU with its RAM filled as planned and its CPU waiting at the entry.
struct RunningQEMU {
  let stub: GDBStub
  /// The guest's serial port.
  let console: LocalSocket
  /// The guest's RAM.
  let memory: GuestMemory

  /// The end of a run of QEMU, as seen from outside.
  struct Ending<Result> {
    let result: Result
    /// QEMU's exit code, or 128 and the number of the signal.
    let code: Int32
    /// QEMU's error output.
    let said: String
    /// QEMU and its arguments.
    let command: [String]
  }

  /// Starts QEMU, prepares the guest, and passes the machine to a closure.
  ///
  /// QEMU has ended when this returns, on every path, also after a cancellation.
  static func run<Result>(
    _ boot: LabBoot, _ contents: RAMContents,
    _ body: (RunningQEMU) async throws(LabError) -> Result
  ) async throws(LabError) -> Ending<Result> {
    let program = try QEMUProgram()
    let scratch = try ScratchFolder()
    let memory = try GuestMemory(contents.ram)
    let arguments = arguments(boot, memory: memory.path, sockets: scratch.path)
    let command = [program.path] + arguments
    var outcome: Swift.Result<Result, LabError> = .failure(.cancelled)
    var said = ""
    let code: Int32
    do {
      let ended = try await Subprocess.run(
        program.configuration(arguments), input: .none, output: .discarded, error: .sequence
      ) { execution in
        async let errors = collect(execution.standardError)
        do throws(LabError) {
          let machine = try await connect(
            boot.board.processor,
            memory: memory, sockets: scratch.path, process: execution.processIdentifier.value)
          scratch.remove()
          try await machine.prepare(boot, contents)
          outcome = .success(try await body(machine))
          // The console is closed a little before QEMU ends; this waits for the exit code.
          if case .closed = try machine.console.read() {
            _ = await ends(execution.processIdentifier.value)
          }
        } catch {
          outcome = .failure(error)
        }
        // QEMU may have ended by itself; only then does its exit code matter.
        if !hasEnded(execution.processIdentifier.value) {
          try? execution.send(signal: .kill)
        }
        said = await errors
      }
      switch ended.terminationStatus {
      case .exited(let status): code = status
      case .signaled(let signal): code = 128 &+ signal
      }
    } catch {
      // The closure throws nothing: this error comes from the start, or from the wait.
      if case .failure(let cause) = outcome, cause != .cancelled { throw cause }
      if Task.isCancelled { throw LabError.cancelled }
      throw LabError.notStarted(command: command, said: String(describing: error))
    }
    switch outcome {
    case .success(let result):
      return Ending(result: result, code: code, said: said, command: command)
    case .failure(.notStarted): throw LabError.notStarted(command: command, said: said)
    case .failure(let error): throw error
    }
  }

  /// QEMU's arguments for a boot.
  static func arguments(_ boot: LabBoot, memory: String, sockets: String) -> [String] {
    // A comma ends a value unless it is doubled.
    let folder = sockets.split(separator: ",", omittingEmptySubsequences: false)
      .joined(separator: ",,")
    return [
      "-machine", boot.board.machine + ",memory-backend=ram", "-cpu", boot.board.cpu,
      "-m", String(boot.memoryBytes >> 20) + "M",
      "-object", "memory-backend-file,id=ram,size=\(boot.memoryBytes),mem-path=\(memory),share=on",
      "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-S",
      "-chardev", "socket,id=console,path=\(folder)/console,server=on,wait=off",
      "-serial", "chardev:console",
      "-chardev", "socket,id=gdb,path=\(folder)/gdb,server=on,wait=off", "-gdb", "chardev:gdb",
    ] + boot.extraQEMUArguments
  }

  /// Connects to a QEMU that is starting.
  private static func connect(
    _ processor: LabProcessor, memory: GuestMemory, sockets: String, process: pid_t
  ) async throws(LabError) -> RunningQEMU {
    let deadline = Deadline(after: .seconds(60))
    var console: LocalSocket?
    while true {
      if console == nil { console = try LocalSocket(connectingTo: sockets + "/console") }
      if let console, let stub = try LocalSocket(connectingTo: sockets + "/gdb") {
        let machine = RunningQEMU(stub: GDBStub(stub, processor), console: console, memory: memory)
        do throws(LabError) {
          try await machine.stub.greet()
        } catch {
          if await ends(process) { throw LabError.notStarted(command: [], said: "") }
          throw error
        }
        return machine
      }
      // The caller fills in the text when QEMU's error output is complete.
      if hasEnded(process) { throw LabError.notStarted(command: [], said: "") }
      guard !deadline.isOver else {
        throw LabError.noAnswer(to: "a connection", seconds: deadline.seconds)
      }
      try await pause(.milliseconds(2))
    }
  }

  /// Writes memory and registers, and checks that the guest sees them.
  private func prepare(_ boot: LabBoot, _ contents: RAMContents) async throws(LabError) {
    // This must come late: at reset QEMU writes its own device tree to the start of `virt`'s RAM.
    try contents.write(to: memory)
    for (segment, _) in contents.segments {
      let expected = Array(segment.bytes.prefix(32))
      guard !expected.isEmpty else { continue }
      let found = try await stub.memory(at: segment.address, count: expected.count)
      guard found == expected else {
        throw LabError.placement(
          segment: segment.name, address: segment.address,
          expected: String(decoding: GDBPacket.digits(expected), as: UTF8.self),
          found: String(decoding: GDBPacket.digits(found), as: UTF8.self))
      }
    }
    try await stub.enter(boot.entry)
  }

  /// Gathers the first 16 KiB of an error output, and reads on to its end.
  private static func collect(_ output: SubprocessOutputSequence) async -> String {
    var bytes: [UInt8] = []
    do {
      for try await buffer in output {
        let room = max(0, (16 << 10) - bytes.count)
        unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0.prefix(room)) }
      }
    } catch {
      // The output before the failure is all there is to show.
    }
    return String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n").joined(separator: "\n")
  }

  /// Whether a child has ended, without taking its exit status.
  private static func hasEnded(_ process: pid_t) -> Bool {
    var status = unsafe siginfo_t()
    let flags = WEXITED | WNOHANG | WNOWAIT
    guard unsafe waitid(P_PID, id_t(process), &status, flags) == 0 else { return true }
    return unsafe status.si_signo == SIGCHLD
  }

  /// Gives a child with a broken connection a moment to end.
  private static func ends(_ process: pid_t) async -> Bool {
    for _ in 0..<500 {
      if hasEnded(process) { return true }
      do { try await pause(.milliseconds(10)) } catch { return hasEnded(process) }
    }
    return false
  }
}
