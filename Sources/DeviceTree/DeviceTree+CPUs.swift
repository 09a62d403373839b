// SPDX-License-Identifier: Apache-2.0

extension DeviceTree {
  /// The nodes of the CPUs, `/cpus/cpu@N`, in their order.
  ///
  /// Source: Devicetree Specification v0.4, section 3.8.
  public var cpuNodes: [Node] {
    guard let cpus = root.children.first(where: { $0.hasBaseName("cpus") }) else { return [] }
    return cpus.children.filter { $0.hasBaseName("cpu") }
  }
}
