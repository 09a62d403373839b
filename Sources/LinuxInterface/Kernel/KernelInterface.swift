// SPDX-License-Identifier: Apache-2.0

/// What swift-kexec asks of the running Linux, and nothing else: everything above is generic over
/// this, so that it runs against ``RecordingKernel`` in tests and, unchanged, against
/// ``LinuxKernel`` on a machine.
///
/// An operation that fails throws the error number of the call that failed.
public protocol KernelInterface {
  /// Reads a whole file, whose size need not be known: `open`, `read`.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: The most bytes that are allowed; a longer file is EFBIG.
  /// - Returns: The bytes.
  /// - Throws: The error number.
  func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8]

  /// Maps a file for reading: `open`, `mmap`. What cannot be mapped, a pipe or a file of /proc,
  /// is read instead. A device is EOPNOTSUPP and not opened.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: The most bytes that are allowed; a longer file is EFBIG.
  /// - Returns: The bytes, which stay as long as the object.
  /// - Throws: The error number.
  func mapFile(_ path: String, limit: Int) throws(Errno) -> FileContents

  /// Tells which file others wrote to while it was mapped: what was read of it is of no use.
  ///
  /// - Returns: The path it was mapped by; nil when all are as they were.
  func changedFile() -> String?

  /// Lists a directory without `.` and `..`, sorted by the bytes of the names: `readdir`.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: The most entries that are allowed; more are EFBIG.
  /// - Returns: The entries.
  /// - Throws: The error number.
  func listDirectory(_ path: String, limit: Int) throws(Errno) -> [DirectoryEntry]

  /// Tells of a file without opening it, symbolic links followed: `stat`.
  func fileStatus(_ path: String) throws(Errno) -> FileStatus

  /// Writes a file that only root can read and write when it is new.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - bytes: The bytes.
  ///   - mode: Whether they take the place of the file or come behind it.
  /// - Throws: The error number.
  func writeFile(_ path: String, _ bytes: [UInt8], mode: WriteMode) throws(Errno)

  /// Writes to a stream of this program: `write`.
  func write(_ bytes: [UInt8], to stream: OutputStream) throws(Errno)

  /// Hands segments to the kernel, or takes the loaded ones away when there are none: `kexec_load`.
  func kexecLoad(_ call: KexecLoadCall) throws(Errno)

  /// Starts the loaded kernel at once: `reboot` with LINUX_REBOOT_CMD_KEXEC. Nothing is synced,
  /// unmounted or ended. Returns only when it failed.
  func rebootIntoLoadedKernel() throws(Errno)

  /// Writes everything that waits to be written to disks: `sync`.
  func sync()

  /// Lists the network interfaces in the order of their numbers: `if_nameindex`, SIOCGIFFLAGS.
  func networkInterfaces() throws(Errno) -> [NetworkInterface]

  /// Changes the flags of a network interface: SIOCSIFFLAGS.
  func setFlags(_ flags: UInt32, ofInterface name: String) throws(Errno)

  /// The size of a page of memory in bytes: AT_PAGESZ of the auxiliary vector.
  var pageBytes: UInt64 { get }

  /// Tells the release and the machine of the running kernel: `uname`.
  func systemName() throws(Errno) -> SystemName

  /// Reads a clock: `clock_gettime`.
  func read(_ clock: ClockReading.Clock) throws(Errno) -> ClockReading

  /// Gives random bytes: `getrandom`. EAGAIN while the kernel has not gathered enough randomness.
  func randomBytes(_ count: Int) throws(Errno) -> [UInt8]

  /// Runs a program found along PATH and waits for its end: `posix_spawn`, `waitpid`.
  ///
  /// - Parameter arguments: The program and its arguments.
  /// - Returns: How it ended.
  /// - Throws: The error number.
  func run(_ arguments: [String]) throws(Errno) -> ProgramEnd

  /// Gives the value of an environment variable; nil when it is not set.
  func environment(_ name: String) -> String?
}

extension KernelInterface {
  /// Takes every network interface down that is up and not the loopback, so that no device writes
  /// received packets into memory that belongs to the next kernel. One that fails keeps none of the
  /// others up.
  ///
  /// - Returns: Those that were taken down, as they were before, and every failure.
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
