// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A call to ``RecordingKernel``.
public enum KernelCall: Hashable, Sendable {
  /// A file was read.
  case readFile(String)
  /// A file was mapped.
  case mapFile(String)
  /// A directory was listed.
  case listDirectory(String)
  /// A file was looked up.
  case fileStatus(String)
  /// A file was written.
  case writeFile(String, byteCount: Int, WriteMode)
  /// Bytes were written to a stream.
  case write(byteCount: Int, OutputStream)
  /// Segments were loaded, or unloaded.
  case kexecLoad(RecordedLoad)
  /// The loaded kernel was started.
  case rebootIntoLoadedKernel
  /// Everything was written to disks.
  case sync
  /// The network interfaces were listed.
  case networkInterfaces
  /// The flags of an interface were set.
  case setFlags(UInt32, interface: String)
  /// The kernel's name was read.
  case systemName
  /// A clock was read.
  case read(ClockReading.Clock)
  /// Random bytes were asked for.
  case randomBytes(Int)
  /// A program was run.
  case run([String])

  /// The path the call is about; nil without one.
  public var path: String? {
    switch self {
    case .readFile(let path), .mapFile(let path), .listDirectory(let path), .fileStatus(let path),
      .writeFile(let path, _, _):
      path
    default: nil
    }
  }
}

/// A recorded `kexec_load`.
public struct RecordedLoad: Hashable, Sendable {
  /// A segment with its bytes.
  public struct Segment: Hashable, Sendable {
    /// The name of its content: `kernel`.
    public let name: String
    /// The bytes as the caller passed them: those of a file are not copied.
    public let contents: SegmentContents
    /// The address of the first byte.
    public let address: PhysicalAddress
    /// The size of its memory.
    public let memoryBytes: ByteCount

    /// The bytes, copied.
    public var bytes: [UInt8] { contents.copy }

    /// Compares the bytes, whatever their source.
    public static func == (left: Self, right: Self) -> Bool {
      left.name == right.name && left.address == right.address
        && left.memoryBytes == right.memoryBytes && left.bytes == right.bytes
    }

    /// Leaves out the bytes: they are many.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(address)
      hasher.combine(memoryBytes)
    }
  }

  /// The call as strace prints it, without its result.
  public let text: String
  /// The address of the jump.
  public let entry: PhysicalAddress
  /// The segments in order.
  public let segments: [Segment]
  /// The flags.
  public let flags: KexecFlags

  init(_ call: KexecLoadCall) {
    text = call.description
    entry = call.entry
    flags = call.flags
    segments = call.segments.map {
      Segment(
        name: $0.name, contents: $0.contents, address: $0.address, memoryBytes: $0.memoryBytes)
    }
  }
}

extension KernelCall: CustomStringConvertible {
  /// The call in the manner of strace.
  public var description: String {
    switch self {
    case .readFile(let path): return "read(\"" + path + "\")"
    case .mapFile(let path): return "mmap(\"" + path + "\")"
    case .listDirectory(let path): return "readdir(\"" + path + "\")"
    case .fileStatus(let path): return "stat(\"" + path + "\")"
    case .writeFile(let path, let count, let mode):
      return "write(\"" + path + "\", " + String(count) + ") /* " + mode.rawValue + " */"
    case .write(let count, let stream):
      return "write(" + String(stream.rawValue) + ", " + String(count) + ")"
    case .kexecLoad(let load): return load.text
    case .rebootIntoLoadedKernel: return KexecRebootError.call
    case .sync: return "sync()"
    case .networkInterfaces: return "if_nameindex()"
    case .setFlags(let flags, let name):
      return "ioctl(SIOCSIFFLAGS, {ifr_name=\"" + name + "\", ifr_flags="
        + hexadecimal(UInt64(flags)) + "})"
    case .systemName: return "uname()"
    case .read(let clock): return "clock_gettime(" + clock.rawValue + ")"
    case .randomBytes(let count): return "getrandom(" + String(count) + ")"
    case .run(let arguments):
      var text = "execve("
      for (index, argument) in arguments.enumerated() {
        text += (index > 0 ? ", \"" : "\"") + argument + "\""
      }
      return text + ")"
    }
  }
}

/// A call and its result.
public struct RecordedCall: Hashable, Sendable {
  /// The call.
  public let call: KernelCall
  /// The error number; nil when it succeeded.
  public let failure: Errno?
}

extension RecordedCall: CustomStringConvertible {
  /// Call and result in the manner of strace: `stat("/proc/device-tree") = -1 ENOENT (…)`.
  public var description: String {
    call.description + (failure.map { " = -1 " + $0.description } ?? " = 0")
  }
}
