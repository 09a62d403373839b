// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The flags of `kexec_load`: bits below, the architecture in the upper 16 of 32 bits.
///
/// Source: Linux 6.1, include/uapi/linux/kexec.h.
public struct KexecFlags: Hashable, Sendable {
  /// The word in the kernel's form.
  public let rawValue: UInt32

  /// Wraps a word.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Makes the flags for an architecture.
  ///
  /// - Parameters:
  ///   - architecture: That of the running kernel, which is not always that of this program.
  ///   - onCrash: Whether the image is a crash kernel.
  public init(_ architecture: KexecArchitecture, onCrash: Bool = false) {
    rawValue = architecture.rawValue << 16 | (onCrash ? Self.onCrashBit : 0)
  }

  private static let onCrashBit: UInt32 = 1

  /// Whether the image is a crash kernel, KEXEC_ON_CRASH.
  public var isOnCrash: Bool { rawValue & Self.onCrashBit != 0 }

  /// The architecture; nil when it is left open or unknown.
  public var architecture: KexecArchitecture? { KexecArchitecture(rawValue: rawValue >> 16) }

  /// The bits that no kernel up to 6.1 knows, beside KEXEC_ON_CRASH and KEXEC_PRESERVE_CONTEXT.
  public var unknownBits: UInt32 { rawValue & 0xfffc }
}

extension KexecFlags: CustomStringConvertible {
  /// The flags as strace prints them: `KEXEC_ARCH_ARM|KEXEC_ON_CRASH`.
  public var description: String {
    var text = architecture?.name ?? "KEXEC_ARCH_DEFAULT"
    if architecture == nil, rawValue >> 16 != 0 {
      text = hexadecimal(UInt64(rawValue & 0xffff_0000)) + " /* KEXEC_ARCH_??? */"
    }
    if rawValue & 1 != 0 { text += "|KEXEC_ON_CRASH" }
    if rawValue & 2 != 0 { text += "|KEXEC_PRESERVE_CONTEXT" }
    if unknownBits != 0 { text += "|" + hexadecimal(UInt64(unknownBits)) }
    return text
  }
}
