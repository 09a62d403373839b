// SPDX-License-Identifier: Apache-2.0

import Handover
import PhysicalMemory

/// A client of QEMU's gdb stub: registers, memory and one stop.
///
/// Source: GDB manual, appendix E, "Remote Protocol"; gdbstub/gdbstub.c (QEMU 7.2).
final class GDBStub {
  private let socket: LocalSocket
  private let processor: LabProcessor
  private var decoder = GDBPacketDecoder()
  private var sent: [UInt8] = []

  init(_ socket: LocalSocket, _ processor: LabProcessor) {
    self.socket = socket
    self.processor = processor
  }

  /// Reads the target description: without this the stub refuses to write single registers.
  ///
  /// The stub answers from QEMU's main loop, so the machine has been reset by the time of the
  /// answer.
  func greet() async throws(LabError) {
    let features = try await text("qSupported:xmlRegisters=" + processor.name)
    guard features.contains("qXfer:features:read+") else {
      throw LabError.answer(to: "qSupported", got: features)
    }
    let description = try await text("qXfer:features:read:target.xml:0,ffb")
    guard description.contains("<architecture>\(processor.name)</architecture>") else {
      throw LabError.answer(to: "qXfer:features:read:target.xml", got: description)
    }
  }

  /// Writes a register and reads it back.
  func set(_ register: LabRegister, to value: UInt64) async throws(LabError) {
    let bytes = (0..<register.byteCount).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    let digits = String(decoding: GDBPacket.digits(bytes), as: UTF8.self)
    try await expectOK("P\(String(register.number, radix: 16))=\(digits)")
    let read = try await self.read(register)
    guard read == value else {
      throw LabError.register(register.name, set: value, read: read)
    }
  }

  /// Sets the state of a CPU at a kernel's entry.
  func enter(_ entry: EntryState) async throws(LabError) {
    for (name, register) in processor.passed {
      try await set(register, to: entry[name] ?? 0)
    }
    try await set(processor.status, to: processor.statusAtEntry)
    try await set(processor.counter, to: entry.address.rawValue)
  }

  /// Reads the address of the next instruction.
  func counter() async throws(LabError) -> UInt64 { try await read(processor.counter) }

  private func read(_ register: LabRegister) async throws(LabError) -> UInt64 {
    let question = "p" + String(register.number, radix: 16)
    let answer = try await request(question)
    guard let bytes = GDBPacket.bytes(answer), bytes.count == register.byteCount else {
      throw LabError.answer(to: question, got: String(decoding: answer, as: UTF8.self))
    }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads the registers of a kernel's entry.
  func registers() async throws(LabError) -> LabRegisters {
    var registers: [EntryRegister] = []
    for (name, register) in processor.passed {
      registers.append(EntryRegister(name, try await read(register)))
    }
    return LabRegisters(
      state: EntryState(PhysicalAddress(try await counter()), registers),
      status: try await read(processor.status))
  }

  /// Reads a few bytes of memory as the CPU sees it.
  func memory(at address: UInt64, count: Int) async throws(LabError) -> [UInt8] {
    let question = "m" + hexadecimal(address, prefix: "") + "," + String(count, radix: 16)
    let answer = try await request(question)
    guard let bytes = GDBPacket.bytes(answer), bytes.count == count else {
      throw LabError.answer(to: question, got: String(decoding: answer, as: UTF8.self))
    }
    return bytes
  }

  /// Sets a hardware breakpoint, which changes no byte of memory.
  func stop(at address: UInt64) async throws(LabError) {
    try await expectOK("Z1," + hexadecimal(address, prefix: "") + ",4")
  }

  /// Executes one instruction.
  func step() async throws(LabError) {
    let answer = try await request("s")
    guard answer.first == UInt8(ascii: "S") || answer.first == UInt8(ascii: "T") else {
      throw LabError.answer(to: "s", got: String(decoding: answer, as: UTF8.self))
    }
  }

  /// Lets the CPU run; the stub sends nothing until the CPU stops.
  func run() throws(LabError) {
    try send("c")
  }

  /// Stops the CPU; the answer comes as a stop.
  func interrupt() throws(LabError) {
    try socket.write([0x03])
  }

  /// Takes the next received packet, or gives nil when there is none.
  ///
  /// - Throws: ``LabError/answer(to:got:)`` when the stub is gone.
  func poll() throws(LabError) -> [UInt8]? {
    while true {
      while let event = decoder.next() {
        switch event {
        case .taken: continue
        case .refused: try socket.write(sent)
        case .spoilt: try socket.write([0x2d])
        case .packet(let payload):
          try socket.write([0x2b])
          return payload
        }
      }
      switch try socket.read() {
      case .bytes(let bytes): decoder.add(bytes)
      case .nothing: return nil
      case .closed: throw LabError.answer(to: "the connection", got: "the end of it")
      }
    }
  }

  private func expectOK(_ question: String) async throws(LabError) {
    let answer = try await text(question)
    guard answer == "OK" else { throw LabError.answer(to: question, got: answer) }
  }

  private func text(_ question: String) async throws(LabError) -> String {
    String(decoding: try await request(question), as: UTF8.self)
  }

  private func send(_ question: String) throws(LabError) {
    sent = GDBPacket.encode(Array(question.utf8))
    try socket.write(sent)
  }

  /// Sends a packet and waits for the answer.
  private func request(_ question: String) async throws(LabError) -> [UInt8] {
    try send(question)
    let deadline = Deadline(after: .seconds(30))
    while true {
      if let answer = try poll() { return answer }
      guard !deadline.isOver else {
        throw LabError.noAnswer(to: question, seconds: deadline.seconds)
      }
      // A running QEMU answers in much less than a millisecond.
      socket.wait(milliseconds: 1)
      try await pause(.zero)
    }
  }
}
