// SPDX-License-Identifier: Apache-2.0

/// A version of the ARM architecture; the versions are those that kernels are built for.
public enum ARMVersion: UInt8, Sendable, Hashable, Comparable {
  /// ARMv4 and ARMv4T.
  case v4 = 4
  /// ARMv5TE, and the versions between ARMv4T and it.
  case v5
  /// ARMv6 and ARMv6K.
  case v6
  /// ARMv7.
  case v7
  /// ARMv8 and later, in their 32-bit state.
  case v8

  /// Whether one is older than another.
  public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

  /// Reads the version in a kernel's vermagic: `6.1.0-50-armmp SMP mod_unload ARMv7 p2v8`.
  ///
  /// All of the kernel's code is compiled for it; of several versions it is the oldest. A kernel
  /// without modules has no vermagic.
  ///
  /// Source: Linux 6.1, include/linux/vermagic.h and arch/arm/include/asm/vermagic.h; before 5.7
  /// arch/arm/include/asm/module.h; arch/arm/Makefile, `arch-$(CONFIG_CPU_32v6)` and others.
  ///
  /// - Parameter kernel: The inflated kernel.
  /// - Returns: The version; nil without a vermagic.
  static func builtFor(_ kernel: Span<UInt8>) -> Self? {
    var at = 1
    while at + 6 <= kernel.count {
      // Only in a vermagic does a release stand in front of " ARMv7 ".
      if kernel[at] == 0x41, kernel[at + 1] == 0x52, kernel[at + 2] == 0x4d,
        kernel[at + 3] == 0x76, kernel[at - 1] == 0x20, kernel[at + 5] == 0x20,
        beginsWithDigit(kernel, before: at), let found = Self(rawValue: kernel[at + 4] &- 0x30)
      {
        return found
      }
      at += 1
    }
    return nil
  }

  /// Whether the text that ends at an offset begins with a digit.
  private static func beginsWithDigit(_ bytes: Span<UInt8>, before end: Int) -> Bool {
    var start = end
    while start > 0, end - start < 256, (0x20...0x7e).contains(bytes[start - 1]) { start -= 1 }
    return (0x30...0x39).contains(bytes[start])
  }
}

extension ARMVersion: CustomStringConvertible {
  /// `ARMv7`.
  public var description: String { "ARMv" + String(rawValue) }
}

extension ARMKernel {
  /// Notes the version of the architecture that the kernel was built for, if its vermagic has one.
  ///
  /// - Parameter inflated: The inflated kernel.
  public mutating func readVersion(of inflated: Span<UInt8>) {
    guard let built = ARMVersion.builtFor(inflated) else { return }
    leastVersion = Figure(built, .inflatedImage, "its vermagic")
    // A kernel for these versions does not run on later ones: page tables and caches differ.
    // Source: Linux 6.1, arch/arm/Kconfig.platforms, `ARCH_MULTI_V4T` and `ARCH_MULTI_V5`; before 3.7
    // every kernel was for one platform.
    if built <= .v5 { latestVersion = Figure(.v5, .inflatedImage, "its vermagic") }
  }
}

extension ARMKernel {
  /// Notes the versions of the architecture that have this byte order of code and data.
  ///
  /// Source: Linux 6.1, arch/arm/mm/Kconfig, `CPU_ENDIAN_BE8` and `CPU_ENDIAN_BE32`.
  mutating func takeByteOrder(of header: ZImageHeader) {
    guard isBigEndian?.value == true else { return }
    switch header.variant {
    case .be8 where leastVersion == nil && latestVersion == nil:
      leastVersion = Figure(.v6, .decompressor, "it is BE8")
    case .be32: latestVersion = Figure(.v5, .decompressor, "it is BE32")
    case .be8, .littleEndian: break
    }
  }
}
