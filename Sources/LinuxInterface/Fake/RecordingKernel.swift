// SPDX-License-Identifier: Apache-2.0

/// A fake Linux for tests: files in memory, failures on request, and a record of every call.
///
/// It is a class that changes with each call, so only one thread may use it.
public final class RecordingKernel: KernelInterface {
  /// The calls that fail.
  public enum Occasion: Hashable, Sendable {
    /// The call with a number, counted from 0.
    case call(Int)
    /// Every call about a path.
    case path(String)
    /// Every `kexec_load`.
    case kexecLoad
    /// Every start of the loaded kernel.
    case reboot
    /// Every change of a network interface's flags.
    case interface(String)
    /// Every run of a program.
    case run(String)
  }

  /// The files by their path; directories are the parts in front of the slashes.
  public var files: [String: [UInt8]]
  /// Files that are mapped and never copied, by their path; they are in no listing.
  public var mapped: [String: FileContents] = [:]
  /// Directories that may be empty.
  public var directories: Set<String> = []
  /// Paths of pipes, devices and sockets.
  public var special: [String: FileKind] = [:]
  /// The file that counts as changed, since a kernel was loaded or from the beginning.
  public var changed: (path: String, onlyOnceLoaded: Bool)?
  /// Names that a listing shows as symbolic links.
  public var links: Set<String> = []
  /// The failing calls, with their error numbers.
  public var failures: [Occasion: Errno] = [:]
  /// The result of `uname`.
  public var name = SystemName(release: "6.1.0-50-armmp", machine: "armv7l")
  /// The size of a page in bytes.
  public var pageBytes: UInt64 = 4096
  /// The network interfaces.
  public var interfaces: [NetworkInterface] = []
  /// The results of programs, by their name; others are not found.
  public var programs: [String: ProgramEnd] = [:]
  /// A side effect of running a program.
  public var onRun: ([String], RecordingKernel) -> Void = { _, _ in }
  /// The environment variables.
  public var variables: [String: String] = [:]
  /// The time of day; each reading of a clock lets a second pass.
  public var time: Int64 = 1_700_000_000

  /// Every call in order.
  public private(set) var calls: [RecordedCall] = []
  /// What was written to standard output.
  public private(set) var output: [UInt8] = []
  /// What was written to standard error.
  public private(set) var complaints: [UInt8] = []

  /// Starts with files and an empty record.
  ///
  /// - Parameter files: The files by their path.
  public init(files: [String: [UInt8]] = [:]) {
    self.files = files
  }

  /// The loads that succeeded, in order.
  public var loads: [RecordedLoad] {
    calls.compactMap { recorded in
      if recorded.failure == nil, case .kexecLoad(let load) = recorded.call { load } else { nil }
    }
  }

  /// Records a call. It fails on request, or with the error that Linux would give.
  private func record(
    _ call: KernelCall, _ occasion: Occasion? = nil, otherwise natural: Errno? = nil
  ) throws(Errno) {
    let place = calls.count
    let wanted =
      failures[.call(place)] ?? call.path.flatMap { failures[.path($0)] }
      ?? occasion.flatMap { failures[$0] }
    let failure = wanted ?? natural
    calls.append(RecordedCall(call: call, failure: failure))
    if let failure { throw failure }
  }

  private func isDirectory(_ path: String) -> Bool {
    let inside = Array((path + "/").utf8)
    return directories.contains(path) || files.keys.contains { $0.utf8.starts(with: inside) }
      || special.keys.contains { $0.utf8.starts(with: inside) }
  }

  private func missing(_ path: String) -> Errno? {
    if special[path] == .device { return .notSupported }
    if special[path] == .socket { return .noSuchAddress }
    if files[path] != nil { return nil }
    return isDirectory(path) ? .isDirectory : .noSuchFile
  }

  /// Reads a file.
  public func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
    let bytes = files[path]
    let isLong = bytes.map { $0.count > limit } ?? false
    try record(.readFile(path), otherwise: isLong ? .fileTooLarge : missing(path))
    return bytes ?? []
  }

  /// Gives a file's bytes.
  public func mapFile(_ path: String, limit: Int) throws(Errno) -> FileContents {
    if let contents = mapped[path] {
      try record(.mapFile(path), otherwise: contents.count > limit ? .fileTooLarge : nil)
      return contents
    }
    let bytes = files[path]
    let isLong = bytes.map { $0.count > limit } ?? false
    try record(.mapFile(path), otherwise: isLong ? .fileTooLarge : missing(path))
    let stamp = Self.stamp(path, bytes ?? [])
    guard let contents = FileContents(copying: bytes ?? [], stamp: stamp) else { throw .noMemory }
    return contents
  }

  /// A stamp from checksums of a file's path and bytes.
  private static func stamp(_ path: String, _ bytes: [UInt8]) -> FileStamp {
    func sum(_ bytes: some Sequence<UInt8>) -> UInt64 {
      bytes.reduce(0) { $0 &* 31 &+ UInt64($1) }
    }
    return FileStamp(
      inode: sum(path.utf8), byteCount: UInt64(bytes.count),
      changed: Int64(truncatingIfNeeded: sum(bytes)))
  }

  /// The requested changed file.
  public func changedFile() -> String? {
    guard let changed, !changed.onlyOnceLoaded || !loads.isEmpty else { return nil }
    return changed.path
  }

  /// Lists a directory.
  public func listDirectory(_ path: String, limit: Int) throws(Errno) -> [DirectoryEntry] {
    let isThere = isDirectory(path)
    try record(
      .listDirectory(path),
      otherwise: isThere ? nil : files[path] == nil ? .noSuchFile : .notDirectory)
    var kinds: [String: FileKind] = [:]
    let start = path.utf8.count + 1
    let all =
      files.keys.map { ($0, FileKind.regular) } + directories.map { ($0, .directory) }
      + special.map { ($0, $1) }
    for (name, kind) in all where name.utf8.starts(with: (path + "/").utf8) {
      let rest = Array(name.utf8.dropFirst(start))
      let slash = rest.firstIndex(of: 0x2f)
      kinds[String(decoding: rest[..<(slash ?? rest.endIndex)], as: UTF8.self)] =
        slash == nil ? kind : .directory
    }
    guard kinds.count <= limit else { throw .fileTooLarge }
    return kinds.map {
      DirectoryEntry(
        name: $0.key, kind: links.contains(path + "/" + $0.key) ? .symbolicLink : $0.value)
    }
    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Looks up a file.
  public func fileStatus(_ path: String) throws(Errno) -> FileStatus {
    let bytes = files[path]
    let isThere = bytes != nil || special[path] != nil || isDirectory(path)
    try record(.fileStatus(path), otherwise: isThere ? nil : .noSuchFile)
    return FileStatus(
      kind: special[path] ?? (bytes == nil ? .directory : .regular),
      byteCount: UInt64(bytes?.count ?? 0), stamp: Self.stamp(path, bytes ?? []))
  }

  /// Writes a file.
  public func writeFile(_ path: String, _ bytes: [UInt8], mode: WriteMode) throws(Errno) {
    try record(
      .writeFile(path, byteCount: bytes.count, mode),
      otherwise: isDirectory(path) ? .isDirectory : nil)
    files[path] = mode == .append ? (files[path] ?? []) + bytes : bytes
  }

  /// Records the output.
  public func write(_ bytes: [UInt8], to stream: OutputStream) throws(Errno) {
    try record(.write(byteCount: bytes.count, stream))
    switch stream {
    case .standardOutput: output += bytes
    case .standardError: complaints += bytes
    }
  }

  /// Records a load; from then on the file that shows it says so.
  public func kexecLoad(_ call: KexecLoadCall) throws(Errno) {
    try record(.kexecLoad(RecordedLoad(call)), .kexecLoad)
    let name = call.flags.isOnCrash ? "crash_loaded" : "loaded"
    for path in ["/sys/kernel/kexec_" + name, "/sys/kernel/kexec/" + name]
    where files[path] != nil {
      files[path] = Array((call.segments.isEmpty ? "0\n" : "1\n").utf8)
    }
  }

  /// Records a start.
  public func rebootIntoLoadedKernel() throws(Errno) {
    try record(.rebootIntoLoadedKernel, .reboot)
  }

  /// Records a sync.
  public func sync() {
    calls.append(RecordedCall(call: .sync, failure: nil))
  }

  /// Lists the network interfaces.
  public func networkInterfaces() throws(Errno) -> [NetworkInterface] {
    try record(.networkInterfaces)
    return interfaces
  }

  /// Changes the flags of an interface.
  public func setFlags(_ flags: UInt32, ofInterface name: String) throws(Errno) {
    let place = interfaces.firstIndex { $0.name == name }
    try record(
      .setFlags(flags, interface: name), .interface(name),
      otherwise: place == nil ? .noSuchDevice : nil)
    if let place { interfaces[place] = NetworkInterface(name: name, flags: flags) }
    // As in Linux, routes and IPv6 addresses are lost with the interface.
    guard flags & 1 == 0 else { return }
    for path in ["/proc/net/route", "/proc/net/ipv6_route", "/proc/net/if_inet6"] {
      guard let text = files[path] else { continue }
      let kept = String(decoding: text, as: UTF8.self).split(separator: "\n").filter { line in
        !line.split { $0 == " " || $0 == "\t" }.contains { $0 == name }
      }
      files[path] = Array(kept.map { $0 + "\n" }.joined().utf8)
    }
  }

  /// Gives release and machine.
  public func systemName() throws(Errno) -> SystemName {
    try record(.systemName)
    return name
  }

  /// Reads a clock, and lets a second pass.
  public func read(_ clock: ClockReading.Clock) throws(Errno) -> ClockReading {
    try record(.read(clock))
    time += 1
    return ClockReading(seconds: time, nanoseconds: 0)
  }

  /// Gives bytes that are the same each time: 0, 1, 2 and so on.
  public func randomBytes(_ count: Int) throws(Errno) -> [UInt8] {
    try record(.randomBytes(count))
    return (0..<max(0, count)).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// Gives the requested result of a program.
  public func run(_ arguments: [String]) throws(Errno) -> ProgramEnd {
    let name = arguments.first ?? ""
    let end = programs[name]
    try record(.run(arguments), .run(name), otherwise: end == nil ? .noSuchFile : nil)
    onRun(arguments, self)
    return end ?? .exited(0)
  }

  /// Gives an environment variable.
  public func environment(_ name: String) -> String? { variables[name] }
}
