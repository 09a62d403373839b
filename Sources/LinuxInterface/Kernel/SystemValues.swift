// SPDX-License-Identifier: Apache-2.0

/// The release and the machine of the running kernel, from `uname`.
public struct SystemName: Hashable, Sendable {
  /// The release: `6.1.0-50-armmp`.
  public let release: String
  /// The machine: `armv7l`.
  public let machine: String

  /// Groups a release and a machine.
  public init(release: String, machine: String) {
    self.release = release
    self.machine = machine
  }
}

/// A reading of a clock.
public struct ClockReading: Hashable, Sendable {
  /// The clock that is read.
  public enum Clock: String, Hashable, Sendable {
    /// The time of day, seconds since 1970-01-01 00:00 UTC.
    case realTime = "CLOCK_REALTIME"
    /// Time that only goes forward, from an arbitrary start.
    case monotonic = "CLOCK_MONOTONIC"
  }

  /// Whole seconds.
  public let seconds: Int64
  /// Nanoseconds on top, below 1 000 000 000.
  public let nanoseconds: UInt32

  /// Groups the parts of a reading.
  public init(seconds: Int64, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// The end of a program.
public enum ProgramEnd: Hashable, Sendable {
  /// It exited with a status from 0 to 255.
  case exited(Int32)
  /// A signal of this number ended it.
  case signalled(Int32)
}

extension ProgramEnd: CustomStringConvertible {
  /// The end in words: `exit status 1`.
  public var description: String {
    switch self {
    case .exited(let status): "exit status " + String(status)
    case .signalled(let number): "ended by signal " + String(number)
    }
  }
}

/// A network interface.
public struct NetworkInterface: Hashable, Sendable {
  /// The name: `eth0`.
  public let name: String
  /// The flags, IFF_UP and others.
  public let flags: UInt32

  /// Groups a name and flags.
  public init(name: String, flags: UInt32) {
    self.name = name
    self.flags = flags
  }

  /// Whether the interface is up. Source: Linux 6.1, include/uapi/linux/if.h, IFF_UP.
  public var isUp: Bool { flags & 1 != 0 }
  /// Whether the interface is the loopback. Source: the same, IFF_LOOPBACK.
  public var isLoopback: Bool { flags & 8 != 0 }
}

/// A stream of this program.
public enum OutputStream: Int32, Hashable, Sendable {
  /// Results.
  case standardOutput = 1
  /// Messages.
  case standardError = 2
}

/// The way in which bytes are written to a file.
public enum WriteMode: String, Hashable, Sendable {
  /// The file holds the old or the new bytes, never a part, and readers see one or the other. It
  /// keeps owner and permissions. Anything but a plain file with one name (a device, a pipe, a
  /// link) is written in place.
  case replace
  /// The bytes are added at the end.
  case append
}
