// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads hostile files as the tests list them, in a process that a trap may end.
///
/// Standard input lists cases, one a line: a number, how to read, the path of a file, and how it is
/// changed before it is read, separated by tabs. Standard output gets one answer a line: the
/// number, microseconds of CPU time, KiB of memory at the most so far, and what was read.
/// The only argument is a folder for the trees that were read and written again.
@main
enum HostileProbe {
  /// What the process may allocate beyond what it has at its start, in bytes.
  static let memoryLimit: UInt = 256 << 20
  /// CPU seconds after which a case is ended with the process.
  static let cpuLimit = 5

  static func main() {
    let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
    limitMemory()
    var base: (path: String, bytes: [UInt8]) = ("", [])
    while let line = readLine() {
      guard let entry = HostileCase(line) else {
        print("not a case: " + line)
        exit(64)
      }
      if base.path != entry.path { base = (entry.path, contents(of: entry.path)) }
      let bytes = entry.changed(base.bytes)
      startWatchdog()
      let reading = Reading(folder: folder, number: entry.number)
      reading.stopwatch.resume()
      let answer = reading.read(bytes, entry.mode)
      reading.stopwatch.pause()
      print("\(entry.number)\t\(reading.stopwatch.microseconds)\t\(peakKiB())\t" + answer)
      fflush(nil)
    }
  }

  /// What lies beyond fails, and an allocation that fails traps.
  private static func limitMemory() {
    // Source: proc(5), /proc/self/statm: the first number is the address space in pages.
    let text = String(decoding: contents(of: "/proc/self/statm"), as: UTF8.self)
    let pages = UInt(text.split(separator: " ").first ?? "") ?? 0
    var limit = rlimit()
    limit.rlim_cur = pages * 4096 + memoryLimit
    limit.rlim_max = limit.rlim_cur
    guard pages > 0, unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
      print("cannot limit memory")
      exit(71)
    }
  }

  private static func startWatchdog() {
    var timer = itimerval()
    timer.it_value.tv_sec = cpuLimit
    _ = unsafe setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
  }

  private static func peakKiB() -> Int {
    // rusage would do, but it keeps the peak of the process that started this one across exec.
    let unknown = Int.max
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return unknown }
    defer { close(descriptor) }
    let text = unsafe [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
      count = max(0, unsafe read(descriptor, buffer.baseAddress, buffer.count))
    }
    for line in text.split(separator: 0x0a) where line.starts(with: Array("VmHWM:".utf8)) {
      let digits = line.filter { $0 >= 0x30 && $0 <= 0x39 }
      return Int(String(decoding: digits, as: UTF8.self)) ?? unknown
    }
    return unknown
  }

  private static func contents(of path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else {
      print("cannot open " + path)
      exit(66)
    }
    defer { unsafe fclose(file) }
    var status = stat()
    unsafe fstat(fileno(file), &status)
    // Files of /proc have no size.
    let room = max(4096, Int(status.st_size))
    return unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = unsafe fread(buffer.baseAddress, 1, room, file)
    }
  }
}
