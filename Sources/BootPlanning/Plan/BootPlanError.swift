// SPDX-License-Identifier: Apache-2.0
public import KernelImages
public import PhysicalMemory

/// Why no plan can be made at all. A plan that does not fit is no error, but a plan with errors.
public enum BootPlanError: Error, Sendable, Hashable {
  /// A figure of the kernel lies outside what any 32-bit ARM kernel can have.
  case figure(String, UInt64)
  /// The rule places a zImage, and the kernel is none.
  case ruleNeedsZImage(PlacementRule)
  /// The rule hands over by zImage only.
  case ruleNeedsZImageHandover(PlacementRule)
  /// The handover needs a zImage, and the kernel is none.
  case noZImage
  /// The handover needs a plain Image, and a bundle has none.
  case noImage
  /// The handover needs a plain Image, and the kernel cannot be inflated here.
  case notInflated(KernelImageError)
  /// A load address cannot be used.
  case load(PhysicalAddress, String)
  /// Addresses were given for a bundle, which moves its own segments.
  case givenForBundle
  /// This program was built without the architecture of the kernel.
  case notBuiltIn(architecture: String)
}

extension BootPlanError {
  /// Whether the request may be correct and a limit of this program is the cause.
  public var isLimit: Bool {
    switch self {
    case .notInflated, .notBuiltIn: true
    default: false
    }
  }
}

extension BootPlanError: CustomStringConvertible {
  /// What is wrong.
  public var description: String {
    switch self {
    case .figure(let name, let value):
      return "the kernel's \(name) is \(hexadecimal(value)): no 32-bit ARM kernel has that"
    case .ruleNeedsZImage(let rule):
      return "the rule '\(rule.rawValue)' places a zImage, and this kernel is not wrapped in one"
    case .ruleNeedsZImageHandover(let rule):
      return "the rule '\(rule.rawValue)' hands over by zimage; it cannot be combined with "
        + "--handover image"
    case .noZImage:
      return "the zimage handover needs a zImage, and this kernel is not wrapped in one"
    case .noImage:
      return "the image handover needs a plain Image, and a bundle is started as it is"
    case .notInflated(let why):
      return "the image handover needs the inflated kernel: \(why)"
    case .load(let address, let reason):
      return "the load address \(address) cannot be used: \(reason)"
    case .givenForBundle:
      return "a bundle starts wherever it lies and moves its own segments; their places are in it"
    case .notBuiltIn(let architecture):
      return "this program was built without " + architecture + ", the architecture of the kernel"
    }
  }
}
