// SPDX-License-Identifier: Apache-2.0

/// A jump into the loaded kernel that did not happen.
public struct KexecRebootError: Error, Hashable, Sendable {
  /// The error number.
  public let errno: Errno
  /// Whether a kernel is loaded; nil when this is unknown.
  public let isLoaded: Bool?

  /// Explains a failure.
  ///
  /// - Parameters:
  ///   - errno: The error number.
  ///   - facts: The facts of the running kernel.
  public init(_ errno: Errno, _ facts: KernelFacts) {
    self.errno = errno
    isLoaded = facts.isLoaded
  }

  /// The call and its result as strace prints them.
  public var trace: String {
    Self.call + " = -1 " + errno.description
  }

  /// The call as strace prints it.
  static let call =
    "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL)"
}

extension KexecRebootError: CustomStringConvertible {
  /// The message: what failed and why.
  public var description: String {
    let why: String
    switch errno {
    case .notPermitted: why = "this process has no CAP_SYS_BOOT"
    case .invalidArgument where isLoaded == true:
      why = "this process is in a process namespace of its own, as in a container"
    case .invalidArgument: why = "no kernel is loaded"
    case .busy: why = "another process is loading or starting a kernel"
    case .noSuchCall: why = "this kernel was built without CONFIG_KEXEC"
    default: why = "the kernel gave " + errno.description
    }
    return "the loaded kernel was not started: " + why
  }
}

extension KexecRebootError {
  /// What to try next.
  public var hint: String {
    switch errno {
    case .notPermitted: "run as root"
    case .invalidArgument where isLoaded == true: "run outside of the container"
    case .invalidArgument: "load one first: kexec --load KERNEL"
    case .busy: "try again"
    case .noSuchCall: "build the running kernel with CONFIG_KEXEC=y"
    default: "look at the kernel's log (dmesg)"
    }
  }
}
