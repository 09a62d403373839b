// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Reporting

/// Compares a machine before and after the jump to another kernel.
struct BootComparison {
  /// One property that was compared.
  struct Line: Equatable {
    enum Verdict: String { case ok, lost, changed, unknown }

    let verdict: Verdict
    let subject: String
    let message: String
  }

  private(set) var lines: [Line] = []

  var isWhole: Bool { !lines.contains { $0.verdict == .lost || $0.verdict == .changed } }

  mutating func add(_ verdict: Line.Verdict, _ subject: String, _ message: String) {
    lines.append(Line(verdict: verdict, subject: subject, message: message))
  }

  mutating func addKernel(planned: String?, now: Inventory) {
    guard let planned else {
      return add(
        .unknown, "kernel", now.release + " runs; which release was planned is not recorded")
    }
    add(
      planned == now.release ? .ok : .changed, "kernel",
      planned == now.release
        ? planned + ", as planned" : now.release + " runs, " + planned + " was planned")
  }

  mutating func addCommandLine(planned: String?, now: String) {
    guard let planned else {
      return add(.unknown, "command line", "the planned one is not recorded")
    }
    if planned == now { return add(.ok, "command line", "as planned") }
    // A kernel may be built with words of its own, in front or behind.
    let words = now.words
    let missing = planned.words.filter { !words.contains($0) }
    add(
      missing.isEmpty ? .ok : .changed, "command line",
      missing.isEmpty
        ? "as planned, with words of the kernel's own"
        : "without " + missing.joined(separator: " "))
  }

  mutating func addCPUs(_ subject: String, before: CPUSet?, now: CPUSet?) {
    guard let before, let now else { return add(.unknown, subject, "not told") }
    let lost = CPUSet(before.numbers.filter { !now.contains($0) })
    add(
      lost.count == 0 ? .ok : .lost, subject,
      lost.count == 0
        ? now.description
        : lost.description + " lost: " + before.description + " before, "
          + (now.count == 0 ? "none" : now.description) + " now")
  }

  /// Compares RAM; memory that the plan announced as lost is no loss.
  mutating func addMemory(before: Inventory, lost: ByteCount?, now: Inventory) {
    guard let old = before.ram, let new = now.ram, let expected = old.subtracting(lost ?? .zero)
    else {
      guard let old = before.managed, let new = now.managed else {
        return add(.unknown, "memory", "not told; /proc/iomem shows addresses to root only")
      }
      // Kernels reserve different amounts for themselves.
      let isLess = new.rawValue < old.rawValue - old.rawValue / 16
      return add(
        isLess ? .lost : .ok, "memory",
        "managed: " + old.description + " before, " + new.description
          + " now")
    }
    var text = old.description + " of RAM before, " + new.description + " now"
    if let lost, lost.rawValue > 0 { text += "; planned to go: " + lost.description }
    if let missing = expected.subtracting(new), missing.rawValue > 0 {
      text = missing.description + " lost: " + text
      return add(.lost, "memory", text)
    }
    add(.ok, "memory", text)
  }

  mutating func addInitrd(planned: ByteCount, now: ByteCount?, knows: Bool) {
    if planned.rawValue == 0 { return }
    guard knows else { return add(.unknown, "initrd", "the kernel does not show its initrd") }
    guard let now else { return add(.lost, "initrd", "the kernel was given none") }
    add(
      now == planned ? .ok : .changed, "initrd",
      now == planned
        ? planned.description + " were seen"
        : planned.description + " were planned, " + now.description + " seen")
  }

  mutating func addDevices(
    before: Inventory, now: Inventory, isThere: (String, String) -> Bool
  ) {
    for old in before.devices {
      let names = now.devices.first { $0.kind == old.kind }?.names ?? []
      var gone: [String] = []
      var idle: [String] = []
      for name in old.names where !names.contains(name) {
        if isThere(name, old.kind) { idle.append(name) } else { gone.append(name) }
      }
      let subject = old.kind
      if gone.isEmpty, idle.isEmpty {
        add(.ok, subject, "all " + String(old.names.count))
        continue
      }
      let kept = old.names.count - gone.count - idle.count
      var text = ""
      if !gone.isEmpty { text = "gone: " + gone.joined(separator: ", ") }
      if !idle.isEmpty {
        text += (text.isEmpty ? "" : "; ") + "without a driver: " + idle.joined(separator: ", ")
      }
      add(.lost, subject, text + "; " + String(kept) + " of " + String(old.names.count) + " kept")
    }
    if before.isCut || now.isCut {
      add(.unknown, "devices", "there are more than are recorded")
    }
  }
}
