// SPDX-License-Identifier: Apache-2.0

/// An error number of Linux.
///
/// The numbers here are the same on 32-bit ARM, arm64, x86 and RISC-V.
///
/// Source: Linux 6.1, include/uapi/asm-generic/errno-base.h and errno.h.
public struct Errno: Error, Hashable, Sendable {
  /// The number, above 0.
  public let rawValue: Int32

  /// Wraps a number that came from Linux.
  public init(_ rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// EPERM.
  public static let notPermitted = Self(1)
  /// ENOENT.
  public static let noSuchFile = Self(2)
  /// EINTR.
  public static let interrupted = Self(4)
  /// EIO.
  public static let inputOutput = Self(5)
  /// E2BIG.
  public static let argumentListTooLong = Self(7)
  /// ENOEXEC.
  public static let notExecutable = Self(8)
  /// EAGAIN.
  public static let tryAgain = Self(11)
  /// ENOMEM.
  public static let noMemory = Self(12)
  /// EACCES.
  public static let accessDenied = Self(13)
  /// EFAULT.
  public static let badAddress = Self(14)
  /// EBUSY.
  public static let busy = Self(16)
  /// EEXIST.
  public static let exists = Self(17)
  /// ENXIO, also for opening a socket.
  public static let noSuchAddress = Self(6)
  /// ENODEV.
  public static let noSuchDevice = Self(19)
  /// ENOTDIR.
  public static let notDirectory = Self(20)
  /// EISDIR.
  public static let isDirectory = Self(21)
  /// EINVAL.
  public static let invalidArgument = Self(22)
  /// EFBIG.
  public static let fileTooLarge = Self(27)
  /// ENOSPC.
  public static let noSpace = Self(28)
  /// EROFS.
  public static let readOnlyFileSystem = Self(30)
  /// ENOSYS.
  public static let noSuchCall = Self(38)
  /// EOPNOTSUPP.
  public static let notSupported = Self(95)
  /// EADDRNOTAVAIL.
  public static let addressNotAvailable = Self(99)

  /// The name in the kernel's sources: `EPERM`; `errno 200` when this program knows none.
  public var name: String { known?.name ?? "errno " + String(rawValue) }

  /// The text of the C library: `Operation not permitted`.
  public var meaning: String { known?.meaning ?? "unknown error " + String(rawValue) }

  private var known: (name: String, meaning: String)? {
    switch rawValue {
    case 1: ("EPERM", "Operation not permitted")
    case 2: ("ENOENT", "No such file or directory")
    case 4: ("EINTR", "Interrupted system call")
    case 5: ("EIO", "Input/output error")
    case 6: ("ENXIO", "No such device or address")
    case 7: ("E2BIG", "Argument list too long")
    case 8: ("ENOEXEC", "Exec format error")
    case 9: ("EBADF", "Bad file descriptor")
    case 11: ("EAGAIN", "Resource temporarily unavailable")
    case 12: ("ENOMEM", "Cannot allocate memory")
    case 13: ("EACCES", "Permission denied")
    case 14: ("EFAULT", "Bad address")
    case 16: ("EBUSY", "Device or resource busy")
    case 17: ("EEXIST", "File exists")
    case 18: ("EXDEV", "Invalid cross-device link")
    case 19: ("ENODEV", "No such device")
    case 20: ("ENOTDIR", "Not a directory")
    case 21: ("EISDIR", "Is a directory")
    case 22: ("EINVAL", "Invalid argument")
    case 23: ("ENFILE", "Too many open files in system")
    case 24: ("EMFILE", "Too many open files")
    case 26: ("ETXTBSY", "Text file busy")
    case 27: ("EFBIG", "File too large")
    case 28: ("ENOSPC", "No space left on device")
    case 29: ("ESPIPE", "Illegal seek")
    case 30: ("EROFS", "Read-only file system")
    case 32: ("EPIPE", "Broken pipe")
    case 36: ("ENAMETOOLONG", "File name too long")
    case 38: ("ENOSYS", "Function not implemented")
    case 40: ("ELOOP", "Too many levels of symbolic links")
    case 61: ("ENODATA", "No data available")
    case 74: ("EBADMSG", "Bad message")
    case 75: ("EOVERFLOW", "Value too large for defined data type")
    case 95: ("EOPNOTSUPP", "Operation not supported")
    case 99: ("EADDRNOTAVAIL", "Cannot assign requested address")
    case 100: ("ENETDOWN", "Network is down")
    case 110: ("ETIMEDOUT", "Connection timed out")
    case 116: ("ESTALE", "Stale file handle")
    case 122: ("EDQUOT", "Disk quota exceeded")
    case 126: ("ENOKEY", "Required key not available")
    case 129: ("EKEYREJECTED", "Key was rejected by service")
    default: nil
    }
  }
}

extension Errno: CustomStringConvertible {
  /// Name and meaning as strace prints them: `EPERM (Operation not permitted)`.
  public var description: String { name + " (" + meaning + ")" }
}
