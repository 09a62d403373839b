// SPDX-License-Identifier: Apache-2.0

/// The entrance to planning. The kernel's architecture selects the rules at run time; package
/// traits only leave architectures out.
public enum Planner {
  /// Makes a plan by the rule of the request.
  ///
  /// - Parameter request: The kernel, the machine and the kernel's companions.
  /// - Returns: The plan. When nothing fits it has no entry, no segments, and diagnostics that say
  ///   why.
  /// - Throws: ``BootPlanError`` when the request is invalid on every machine.
  public static func plan(_ request: PlanRequest) throws(BootPlanError) -> BootPlan {
    #if PlanARM
      return try ARMPlanner.plan(request)
    #else
      throw .notBuiltIn(architecture: "arm")
    #endif
  }

  /// Makes a plan by the exact rule. The loader links only this one.
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

  /// Judges a layout with given addresses.
  ///
  /// - Parameters:
  ///   - request: The kernel, the machine, and the addresses that were given.
  ///   - wished: Addresses that the proposed layout should be near to, if they differ from the
  ///     given ones; a layout is then proposed in any case.
  ///   - keepsKernel: Whether the user cannot choose the kernel's address.
  /// - Returns: The plan and the proposal.
  /// - Throws: ``BootPlanError`` when the request is invalid on every machine.
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
