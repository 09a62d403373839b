// SPDX-License-Identifier: Apache-2.0

/// All calls of swift-kexec to the running Linux. The code above is generic over this protocol, so
/// that it runs with ``RecordingKernel`` in tests and, unchanged, with ``LinuxKernel`` on a
/// machine.
///
/// An operation that fails throws the error number of the call that failed.
public protocol KernelInterface {
  /// Reads a whole file, whose size may be unknown: `open`, `read`.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: The most bytes that are allowed; a longer file is EFBIG.
  /// - Returns: The bytes.
  /// - Throws: The error number.
  func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8]

  /// Maps a file for reading: `open`, `mmap`. A file that cannot be mapped, such as a pipe or a
  /// file of /proc, is read instead. A device is EOPNOTSUPP and not opened.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: The most bytes that are allowed; a longer file is EFBIG.
  /// - Returns: The bytes, which are valid as long as the object.
  /// - Throws: The error number.
  func mapFile(_ path: String, limit: Int) throws(Errno) -> FileContents

  /// The mapped file that another process has written to: results from it are of no use.
  ///
  /// - Returns: The path it was mapped by; nil when no file has changed.
  func changedFile() -> String?

  /// Lists a directory without `.` and `..`, sorted by the bytes of the names: `readdir`.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: The most entries that are allowed; more are EFBIG.
  /// - Returns: The entries.
  /// - Throws: The error number.
  func listDirectory(_ path: String, limit: Int) throws(Errno) -> [DirectoryEntry]

  /// Looks up a file without opening it, and follows symbolic links: `stat`.
  func fileStatus(_ path: String) throws(Errno) -> FileStatus

  /// Writes a file; only root can read and write a new one.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - bytes: The bytes.
  ///   - mode: Whether they replace the file or are appended.
  /// - Throws: The error number.
  func writeFile(_ path: String, _ bytes: [UInt8], mode: WriteMode) throws(Errno)

  /// Writes to a stream of this program: `write`.
  func write(_ bytes: [UInt8], to stream: OutputStream) throws(Errno)

  /// Passes segments to the kernel, or unloads when there are none: `kexec_load`.
  func kexecLoad(_ call: KexecLoadCall) throws(Errno)

  /// Starts the loaded kernel at once: `reboot` with LINUX_REBOOT_CMD_KEXEC. Disks are not
  /// synchronized or unmounted, and no process is ended. Returns only on failure.
  func rebootIntoLoadedKernel() throws(Errno)

  /// Writes all pending data to disks: `sync`.
  func sync()

  /// Lists the network interfaces in the order of their numbers: `if_nameindex`, SIOCGIFFLAGS.
  func networkInterfaces() throws(Errno) -> [NetworkInterface]

  /// Changes the flags of a network interface: SIOCSIFFLAGS.
  func setFlags(_ flags: UInt32, ofInterface name: String) throws(Errno)

  /// The size of a page of memory in bytes: AT_PAGESZ of the auxiliary vector.
  var pageBytes: UInt64 { get }

  /// Gives the release and the machine of the running kernel: `uname`.
  func systemName() throws(Errno) -> SystemName

  /// Reads a clock: `clock_gettime`.
  func read(_ clock: ClockReading.Clock) throws(Errno) -> ClockReading

  /// Gives random bytes: `getrandom`. EAGAIN while the kernel has not gathered enough randomness.
  func randomBytes(_ count: Int) throws(Errno) -> [UInt8]

  /// Runs a program found on PATH and waits for its end: `posix_spawn`, `waitpid`.
  ///
  /// - Parameter arguments: The program and its arguments.
  /// - Returns: The end of the program.
  /// - Throws: The error number.
  func run(_ arguments: [String]) throws(Errno) -> ProgramEnd

  /// Gives the value of an environment variable; nil when it is not set.
  func environment(_ name: String) -> String?
}

extension KernelInterface {
  /// Takes every network interface down that is up, except the loopback, so that no device writes
  /// received packets into memory of the next kernel. After a failure it goes on with the others.
  ///
  /// - Returns: The interfaces that were taken down, in their former state, and every failure.
  public func takeInterfacesDown() -> (down: [NetworkInterface], failures: [LinuxInterfaceError]) {
    let all: [NetworkInterface]
    do throws(Errno) {
      all = try networkInterfaces()
    } catch {
      return ([], [LinuxInterfaceError("network interfaces", .system(error, "listed"))])
    }
    var down: [NetworkInterface] = []
    var failures: [LinuxInterfaceError] = []
    for interface in all where interface.isUp && !interface.isLoopback {
      do throws(Errno) {
        try setFlags(interface.flags & ~1, ofInterface: interface.name)
        down.append(interface)
      } catch {
        failures.append(
          LinuxInterfaceError(
            "network interface " + interface.name, .system(error, "taken down")))
      }
    }
    return (down, failures)
  }
}
