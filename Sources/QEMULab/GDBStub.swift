// SPDX-License-Identifier: Apache-2.0

import PhysicalMemory

/// A client of QEMU's gdb stub: registers, memory and one stop.
///
/// Source: GDB manual, appendix E, "Remote Protocol"; gdbstub/gdbstub.c (QEMU 7.2).
final class GDBStub {
  /// The registers in the target description `org.gnu.gdb.arm.core`, which lists 16 words and gives
  /// `cpsr` the number 25.
  enum Register: String {
    case r0, r1, r2, pc, cpsr

    /// The number in packets, in hexadecimal.
    var number: String {
      switch self {
      case .r0: "0"
      case .r1: "1"
      case .r2: "2"
      case .pc: "f"
      case .cpsr: "19"
      }
    }
  }

  private let socket: LocalSocket
  private var decoder = GDBPacketDecoder()
  private var sent: [UInt8] = []

  init(_ socket: LocalSocket) {
    self.socket = socket
  }

  /// Reads the target description: without this the stub refuses to write single registers.
  ///
  /// The stub answers from QEMU's main loop, so the machine has been reset by the time of the
  /// answer.
  func greet() async throws(LabError) {
    let features = try await text("qSupported:xmlRegisters=arm")
    guard features.contains("qXfer:features:read+") else {
      throw LabError.answer(to: "qSupported", got: features)
    }
    let description = try await text("qXfer:features:read:target.xml:0,ffb")
    guard description.contains("<architecture>arm</architecture>") else {
      throw LabError.answer(to: "qXfer:features:read:target.xml", got: description)
    }
  }

  /// Writes a register and reads it back.
  func set(_ register: Register, to value: UInt32) async throws(LabError) {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    let digits = String(decoding: GDBPacket.digits(bytes), as: UTF8.self)
    try await expectOK("P\(register.number)=\(digits)")
    let read = try await self.read(register)
    guard read == value else {
      throw LabError.register(register.rawValue, set: value, read: read)
    }
  }

  func read(_ register: Register) async throws(LabError) -> UInt32 {
    let question = "p" + register.number
    let answer = try await request(question)
    guard let bytes = GDBPacket.bytes(answer), bytes.count == 4 else {
      throw LabError.answer(to: question, got: String(decoding: answer, as: UTF8.self))
    }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads the registers of a kernel's entry.
  func registers() async throws(LabError) -> LabRegisters {
    LabRegisters(
      r0: try await read(.r0), r1: try await read(.r1), r2: try await read(.r2),
      pc: try await read(.pc), cpsr: try await read(.cpsr))
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
