// SPDX-License-Identifier: Apache-2.0

extension BootPlanError {
  /// What to try next.
  public var hint: String {
    switch self {
    case .figure: "is it the right file? --vmlinux names the ELF file of the same kernel"
    case .ruleNeedsZImage: "plan with --rule exact, or name the zImage of this kernel"
    case .ruleNeedsZImageHandover: "leave out --handover, or plan with --rule exact"
    case .noZImage: "use --handover image"
    case .noImage: "leave out --handover image"
    case .notInflated: "use --handover zimage: the zImage inflates itself"
    case .load: "leave out --load, and the lowest place that fits is taken"
    case .givenForBundle: "leave out --at; judge the layout with the kernel the bundle was made of"
    case .notBuiltIn: "take a program that was built with all package traits"
    }
  }
}
