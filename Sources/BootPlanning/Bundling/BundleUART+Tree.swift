// SPDX-License-Identifier: Apache-2.0
public import Bundles
public import DeviceTree
import PhysicalMemory

extension BundleUART {
  /// Takes the console of a device tree: a PL011, a 16550 or a compatible one.
  ///
  /// - Parameter tree: The tree.
  ///   The result is nil without a console of a known kind below 4 GiB.
  ///
  /// Source: Documentation/devicetree/bindings/serial/pl011.yaml, 8250.yaml and
  /// snps-dw-apb-uart.yaml (Linux 6.1).
  public init?(consoleOf tree: DeviceTree) {
    guard let node = tree.console, let address = tree.consoleAddress,
      let base = UInt32(exactly: address.rawValue)
    else { return nil }
    let kinds = node.property(named: "compatible")?.asStrings ?? []
    if kinds.contains("arm,pl011") {
      self = .pl011(base)
      return
    }
    let others = ["ns16550a", "ns16550", "ns16450", "ns8250", "snps,dw-apb-uart"]
    guard kinds.contains(where: { others.contains($0) }) else { return nil }
    let shift = node.property(named: "reg-shift")?.asUInt32 ?? 0
    let width = node.property(named: "reg-io-width")?.asUInt32 ?? 1
    guard shift <= 4, width == 1 || width == 4 else { return nil }
    self = .ns16550(base, shift: shift, accessBytes: width)
  }
}
