// SPDX-License-Identifier: Apache-2.0

extension LabError {
  /// What to try next.
  public var hint: String {
    switch self {
    case .missing(_, let package): "sudo apt-get install \(package)"
    case .memory: "give another --memory"
    case .segment, .address: "plan for the RAM of the board: --board and --memory"
    case .expression: "put a backslash before a dot, a bracket or a star that stands for itself"
    case .system: "is /tmp writable, and is there room? ulimit -a shows what is allowed"
    case .notStarted:
      "run the command above by itself; the lab is tried with QEMU 7.2 (qemu-system-arm --version)"
    case .noAnswer: "try again when the machine has less to do"
    case .answer, .placement, .register:
      "this should not be; try again, and report it with the output of qemu-system-arm --version"
    case .kernelNotReached: "give it longer with --timeout, or watch it: leave out --quiet"
    case .ended: "leave out --qemu-argument, or see what QEMU said"
    case .cancelled: "start it again"
    }
  }
}
