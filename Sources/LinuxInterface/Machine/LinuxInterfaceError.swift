// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import Inflation
public import PhysicalMemory

/// Why the running Linux, or a snapshot of one, could not be read.
public struct LinuxInterfaceError: Error, Hashable, Sendable {
  /// The problem of a file.
  public enum Problem: Hashable, Sendable {
    /// Linux refused; the text names the attempt: `read`.
    case system(Errno, String)
    /// A file is not a memory map.
    case memory(IomemError)
    /// A file is not a device tree or an ATAG list.
    case tree(DeviceTreeError)
    /// A file could not be inflated.
    case inflation(InflationError)
    /// A value in a line has a wrong form.
    case value(line: Int, found: String, expected: String)
    /// An archive breaks its format at an offset in bytes.
    case archive(offset: Int, String)
    /// A list is longer than on any real machine.
    case tooMany(String, limit: Int)
    /// A required part is missing.
    case missing(String)
    /// A file describes no machine.
    case noMachine
  }

  /// The part that was read: a path, or a member of a snapshot.
  public let subject: String
  /// The problem with it.
  public let problem: Problem

  /// Makes an error.
  public init(_ subject: String, _ problem: Problem) {
    self.subject = subject
    self.problem = problem
  }
}

extension LinuxInterfaceError: CustomStringConvertible {
  /// The message: the part, the problem, and the values.
  public var description: String {
    subject + ": " + what
  }

  private var what: String {
    switch problem {
    case .system(let number, let verb):
      "could not be " + verb + ": " + number.description
    case .memory(let error): error.description
    case .tree(let error): error.description
    case .inflation(let error): error.description
    case .value(let line, let found, let expected):
      "line " + String(line) + " is '" + found + "', not " + expected
    case .archive(let offset, let what): what + " at offset " + String(offset)
    case .tooMany(let what, let limit): "more than " + String(limit) + " " + what
    case .missing(let what): what + " is missing"
    case .noMachine: "neither a snapshot of one nor the text of /proc/iomem"
    }
  }
}

extension LinuxInterfaceError {
  /// What to try next.
  public var hint: String {
    switch problem {
    case .system(.accessDenied, _), .system(.notPermitted, _), .memory(.zeroed):
      return "run as root; or plan for a snapshot that root took: --dry-run --machine=FILE"
    case .system(.noSuchFile, _), .missing:
      if subject.begins(with: "/proc/") { return "mount /proc: mount -t proc proc /proc" }
      if subject.begins(with: "/sys/") { return "mount /sys: mount -t sysfs sysfs /sys" }
      return "take the snapshot anew: kexec --snapshot=FILE"
    case .tree(let error): return error.hint
    case .system, .memory, .inflation, .value, .archive, .tooMany, .noMachine:
      return subject.begins(with: "/")
        ? "look at the file; kexec reads it as Linux writes it"
        : "take the snapshot anew: kexec --snapshot=FILE"
    }
  }

  /// What to try next when the machine was read from a folder or a file that the user names.
  public var captureHint: String {
    switch problem {
    case .noMachine:
      "give a snapshot of kexec --snapshot, or a captured /proc/iomem; a tree goes with --dtb"
    case .memory: "capture it as root: sudo cat /proc/iomem"
    case .system: "give a folder with iomem, fdt and cmdline, or a snapshot of kexec --snapshot"
    case .tree, .inflation, .value, .archive, .tooMany, .missing:
      "take it anew with kexec --snapshot FILE"
    }
  }

  /// Whether Linux refused to read, so that nothing is known of the content.
  public var isUnreadable: Bool { if case .system = problem { true } else { false } }
}
