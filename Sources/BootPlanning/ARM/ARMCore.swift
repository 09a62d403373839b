// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import KernelImages

/// The facts about a core that a kernel may depend on, by the core's name in device trees.
///
/// Source: Linux 6.1, Documentation/devicetree/bindings/arm/cpus.yaml (names); ARM's reference
/// manuals of the cores (versions; LPAE). Linux confirms that a Cortex-A5, A8 or A9 has no long
/// descriptors: arch/arm/mm/proc-v7.S leaves them out of LPAE kernels.
struct ARMCore {
  let version: ARMVersion
  /// Whether it has long-descriptor page tables; nil when that varies or no source says.
  let hasLPAE: Bool?
  /// Whether it runs ARM code; cores of profile M run only Thumb code.
  var hasARMState = true

  private init(_ version: ARMVersion, lpae: Bool?) {
    self.version = version
    hasLPAE = lpae
  }

  /// Finds a core; nil for an unknown one.
  ///
  /// - Parameter name: One text of `compatible`: `arm,cortex-a8`.
  init?(named name: String) {
    let parts = name.pieces(at: UInt8(ascii: ","), keepsEmpty: true, cuts: 1)
    guard parts.count == 2 else { return nil }
    if parts[0] == "arm" { self.init(ofARM: parts[1]) } else { self.init(parts[0], parts[1]) }
  }

  private init?(ofARM core: String) {
    func begins(_ text: String) -> Bool { core.begins(with: text) }
    if begins("cortex-a") {
      switch core.without(first: 8) {
      case "5", "8", "9": self.init(.v7, lpae: false)
      case "7", "12", "15", "17": self.init(.v7, lpae: true)
      case let number where number.utf8.count >= 2: self.init(.v8, lpae: true)
      default: return nil
      }
    } else if begins("cortex-m") {
      self.init(.v7, lpae: false)
      hasARMState = false
    } else if begins("arm11") {
      self.init(.v6, lpae: false)
    } else if begins("arm9") || begins("arm10") || begins("926") {
      // ARM920T, 922T, 925T and 940T are the older ones.
      let isV4 = begins("arm920") || begins("arm922") || begins("arm925") || begins("arm940")
      self.init(isV4 || begins("arm9tdmi") ? .v4 : .v5, lpae: false)
    } else if begins("arm7") {
      self.init(begins("arm7ej") ? .v5 : .v4, lpae: false)
    } else if begins("armv8") {
      self.init(.v8, lpae: true)
    } else if begins("armv7") || begins("cortex-r") {
      self.init(.v7, lpae: nil)
    } else {
      return nil
    }
  }

  private init?(_ vendor: String, _ core: String) {
    switch (vendor, core) {
    case ("marvell", "feroceon"), ("marvell", "mohawk"), ("marvell", "sheeva-v5"):
      self.init(.v5, lpae: false)
    case ("marvell", "pj4a"), ("marvell", "pj4b"), ("marvell", "sheeva-v7"), ("qcom", "krait"):
      self.init(.v7, lpae: nil)
    case ("qcom", "scorpion"): self.init(.v7, lpae: false)
    case ("brcm", "brahma-b15"): self.init(.v7, lpae: true)
    case ("brcm", "brahma-b53"): self.init(.v8, lpae: true)
    case ("intel", "sa110"), ("intel", "sa1100"), ("faraday", "fa526"): self.init(.v4, lpae: false)
    default: return nil
    }
  }
}
