// SPDX-License-Identifier: Apache-2.0
import Handover
package import KernelImages
import PhysicalMemory

/// Where the unpacking of a boot's initial ramdisks ends.
struct InitrdFault: Sendable, Hashable {
  /// The ramdisk, as messages name it.
  let origin: String
  /// The fault at that place.
  let fault: UnpackingFault
  /// Whether nothing of any ramdisk is unpacked.
  let isFatal: Bool

  /// The diagnostic for a boot; nil when the kernel certainly accepts it.
  ///
  /// `release` is that of the new kernel, where it is known.
  func diagnostic(release: String?, commandLine: String) -> Diagnostic? {
    fault.diagnostic(
      of: origin, release: release,
      severity: isFatal && !Self.mountsRoot(commandLine) ? .error : .warning)
  }

  /// Whether the kernel may find its root without an initrd. It cannot find labels and UUIDs of
  /// file systems itself.
  ///
  /// Source: init/do_mounts.c and block/early-lookup.c (v6.12), early_lookup_bdev.
  private static func mountsRoot(_ commandLine: String) -> Bool {
    // The last one counts.
    guard let word = commandLine.words.last(where: { $0.begins(with: "root=") }) else {
      return false
    }
    let root = word.without(first: 5)
    let forInitrd = ["UUID=", "LABEL=", "/dev/ram", "/dev/mapper/", "/dev/disk/", "ZFS="]
    return !root.isEmpty && !forInitrd.contains { root.begins(with: $0) }
  }
}

extension UnpackingFault {
  /// The assumed release of an unknown kernel: the oldest that is still maintained.
  private static var oldest: KernelRelease { KernelRelease(5, 10) }

  /// Describes the fault; nil when the kernel certainly does not stop there.
  ///
  /// - Parameters:
  ///   - origin: The ramdisk, as messages name it.
  ///   - release: The release of the kernel, where it is known.
  ///   - severity: The severity when every kernel stops.
  /// - Returns: The diagnostic.
  package func diagnostic(
    of origin: String, release: String?, severity: Severity = .warning
  ) -> Diagnostic? {
    let place = what + ", at " + hexadecimal(offset) + " of " + origin
    switch kernels {
    case .all:
      return Diagnostic(.initrdNotUnpacked, severity, "no kernel unpacks " + place, hint: hint)
    case .before(let major, let minor):
      let kernel = release.flatMap { KernelRelease($0) } ?? Self.oldest
      guard !kernel.isAtLeast(major, minor) else { return nil }
      return Diagnostic(
        .initrdNeedsNewerKernel, .warning,
        "only Linux \(major).\(minor) and later unpacks " + place + "; the kernel is "
          + (release.map { PrintableText.clean($0) } ?? "of unknown release"),
        hint: hint)
    case .without(let filter):
      return Diagnostic(
        .initrdNeedsFilter, .warning,
        "only a kernel with CONFIG_XZ_DEC_" + filter + " unpacks " + place,
        hint: hint)
    }
  }
}
