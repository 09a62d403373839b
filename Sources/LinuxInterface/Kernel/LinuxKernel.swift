// SPDX-License-Identifier: Apache-2.0
import CLinux
import PhysicalMemory

/// The Linux this program runs on.
public struct LinuxKernel: KernelInterface, Sendable {
  /// Makes the interface to the running kernel.
  public init() {}

  /// Opens replacements for standard streams that the parent process closed, so that no file that
  /// is opened later gets their output. Using such a stream fails.
  public static func keepStreams() {
    clinux_keep_streams()
  }

  /// The arguments that C's `main` gets, the program's name first.
  ///
  /// Invalid UTF-8 is replaced.
  public static func arguments(
    _ count: Int32, _ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> [String] {
    guard let list = unsafe list else { return [] }
    var all: [String] = []
    while all.count < count, let text = unsafe list[all.count] {
      unsafe all.append(String(cString: text))
    }
    return all
  }

  /// Throws the error number of a call that returned a negative result.
  static func check(_ result: Int32) throws(Errno) {
    if result < 0 { throw Errno(0 &- result) }
  }

  static func check(_ result: Int) throws(Errno) -> Int {
    if result < 0 { throw Errno(Int32(truncatingIfNeeded: 0 &- result)) }
    return result
  }

  static func kind(_ number: Int32) -> FileKind {
    switch number {
    case Int32(CLINUX_REGULAR): .regular
    case Int32(CLINUX_DIRECTORY): .directory
    case Int32(CLINUX_SYMBOLIC_LINK): .symbolicLink
    case Int32(CLINUX_PIPE): .pipe
    case Int32(CLINUX_SOCKET): .socket
    default: .device
    }
  }

  /// Loads segments: `kexec_load`.
  public func kexecLoad(_ call: KexecLoadCall) throws(Errno) {
    // With words of 32 bits, the kernel cannot express an address beyond them.
    guard let entry = UInt(exactly: call.entry.rawValue),
      let flags = UInt(exactly: call.flags.rawValue)
    else { throw .addressNotAvailable }
    var segments: [clinux_segment] = unsafe []
    for segment in call.segments {
      guard let address = UInt(exactly: segment.address.rawValue),
        let memoryBytes = UInt(exactly: segment.memoryBytes.rawValue)
      else { throw .addressNotAvailable }
      unsafe segments.append(
        clinux_segment(
          buffer: nil, buffer_bytes: segment.contents.count, address: address,
          memory_bytes: memoryBytes))
    }
    let result = unsafe Self.load(entry, call.segments, 0, &segments, flags)
    _ = try Self.check(result)
  }

  /// Calls the kernel with the bytes of all segments in place, by one nested call for each.
  private static func load(
    _ entry: UInt, _ segments: [KexecSegment], _ place: Int, _ list: inout [clinux_segment],
    _ flags: UInt
  ) -> Int {
    guard segments.indices.contains(place) else {
      return unsafe list.withUnsafeBufferPointer { list in
        unsafe clinux_kexec_load(entry, list.count, list.baseAddress, flags)
      }
    }
    return unsafe segments[place].contents.withUnsafeStart { start in
      unsafe list[place].buffer = UnsafeRawPointer(start)
      return unsafe load(entry, segments, place + 1, &list, flags)
    }
  }

  /// Starts the loaded kernel: `reboot`.
  public func rebootIntoLoadedKernel() throws(Errno) {
    try Self.check(clinux_reboot_kexec())
  }

  /// Writes all pending data to disks: `sync`.
  public func sync() {
    clinux_sync()
  }

  /// Lists the network interfaces.
  public func networkInterfaces() throws(Errno) -> [NetworkInterface] {
    var all: [NetworkInterface] = []
    while all.count < 4096 {
      var name = [CChar](repeating: 0, count: 16)
      var flags: UInt32 = 0
      let result = unsafe clinux_interface(all.count, &name, &flags)
      if Errno(0 &- result) == .noSuchFile { break }
      try Self.check(result)
      all.append(NetworkInterface(name: Self.text(name), flags: flags))
    }
    return all
  }

  /// Changes the flags of a network interface.
  public func setFlags(_ flags: UInt32, ofInterface name: String) throws(Errno) {
    try Self.check(unsafe clinux_set_interface_flags(name, flags))
  }

  /// The size of a page in bytes.
  public var pageBytes: UInt64 { UInt64(clinux_page_bytes()) }

  /// Gives release and machine: `uname`.
  public func systemName() throws(Errno) -> SystemName {
    var release = [CChar](repeating: 0, count: 65)
    var machine = [CChar](repeating: 0, count: 65)
    try Self.check(unsafe clinux_name(&release, &machine))
    return SystemName(release: Self.text(release), machine: Self.text(machine))
  }

  /// Reads a clock.
  public func read(_ clock: ClockReading.Clock) throws(Errno) -> ClockReading {
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    try Self.check(unsafe clinux_clock(clock == .monotonic ? 1 : 0, &seconds, &nanoseconds))
    return ClockReading(seconds: seconds, nanoseconds: nanoseconds)
  }

  /// Gives random bytes.
  public func randomBytes(_ count: Int) throws(Errno) -> [UInt8] {
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    try Self.check(unsafe clinux_random(&bytes, count))
    return bytes
  }

  /// Runs a program and waits for its end.
  public func run(_ arguments: [String]) throws(Errno) -> ProgramEnd {
    guard !arguments.isEmpty else { throw .invalidArgument }
    // One block of texts that each end with a zero byte, and the offset of each.
    var block: [CChar] = []
    var starts: [Int] = []
    for argument in arguments {
      starts.append(block.count)
      for byte in argument.utf8 where byte != 0 { block.append(CChar(bitPattern: byte)) }
      block.append(0)
    }
    var status: Int32 = 0
    let result = unsafe block.withUnsafeBufferPointer { block in
      var pointers: [UnsafePointer<CChar>?] = unsafe []
      for start in starts { unsafe pointers.append(block.baseAddress.map { unsafe $0 + start }) }
      unsafe pointers.append(nil)
      return unsafe clinux_run(&pointers, &status)
    }
    try Self.check(result)
    return status < 0 ? .signalled(0 &- status) : .exited(status)
  }

  /// Gives the value of an environment variable.
  public func environment(_ name: String) -> String? {
    guard let value = unsafe clinux_environment(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// The text in front of the first zero byte.
  static func text(_ field: [CChar]) -> String {
    var bytes: [UInt8] = []
    for byte in field {
      if byte == 0 { break }
      bytes.append(UInt8(bitPattern: byte))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
