// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The memory of this process, for tests that are a process of their own.
enum OwnMemory {
  /// The most that was in memory at a time, mapped files counted in.
  static var peak: UInt64 { status("VmHWM") }

  /// A line of /proc/self/status, in bytes.
  private static func status(_ key: String) -> UInt64 {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return (line?.split { !$0.isNumber }.first).flatMap { UInt64($0) }.map { $0 << 10 } ?? 0
  }

  /// Leaves so much more for pages of its own that can be written; those of a mapped file that are
  /// only read do not count. Source: setrlimit(2), RLIMIT_DATA, since Linux 4.7.
  static func limitData(_ bytes: UInt64) { limit(RLIMIT_DATA, status("VmData") + bytes) }

  /// Leaves so much more room for addresses, mapped files counted in.
  static func limitAddresses(_ bytes: UInt64) { limit(RLIMIT_AS, status("VmSize") + bytes) }

  private static func limit(_ resource: __rlimit_resource, _ bytes: UInt64) {
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    precondition(unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0)
  }
}
