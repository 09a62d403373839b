// SPDX-License-Identifier: Apache-2.0

/// The way to a plan. The kernel decides at run time by which architecture's rules; package traits only leave
/// architectures out.
public enum Planner {
  /// Makes a plan by the rule of the request.
  ///
  /// - Parameter request: The kernel, the machine and what goes with them.
  /// - Returns: The plan. When nothing fits it has no entry, no segments and says why.
  /// - Throws: ``BootPlanError`` when the request makes no sense whatever the machine is.
  public static func plan(_ request: PlanRequest) throws(BootPlanError) -> BootPlan {
    #if PlanARM
      return try ARMPlanner.plan(request)
    #else
      throw .notBuiltIn(architecture: "arm")
    #endif
  }

  /// Makes a plan by the exact rule, which is all that the loader links.
  ///
  /// - Parameter request: As for ``plan(_:)``; its rule is `exact`.
  /// - Returns: As ``plan(_:)``.
  /// - Throws: ``BootPlanError``
  public static func exactPlan(_ request: PlanRequest) throws(BootPlanError) -> BootPlan {
    #if PlanARM
      return try ARMPlanner.exactPlan(request)
    #else
      throw .notBuiltIn(architecture: "arm")
    #endif
  }

  /// Judges a layout that somebody else chose.
  ///
  /// - Parameters:
  ///   - request: The kernel, the machine, and the addresses that were given.
  ///   - wished: The addresses that a better layout is to be near to, when those are others; a layout
  ///     is then proposed in any case.
  ///   - keepsKernel: Whether the kernel's address is not for its user to choose.
  /// - Returns: The plan and the proposal.
  /// - Throws: ``BootPlanError`` when the request makes no sense whatever the machine is.
  public static func judge(
    _ request: PlanRequest, near wished: GivenPlaces? = nil, keepsKernel: Bool = false
  ) throws(BootPlanError) -> JudgedLayout {
    #if PlanARM
      return try ARMPlanner.judge(request, near: wished, keepsKernel: keepsKernel)
    #else
      throw .notBuiltIn(architecture: "arm")
    #endif
  }
}
