// SPDX-License-Identifier: Apache-2.0

extension DeviceTreeError {
  /// What to try next.
  public var hint: String {
    if case .atags = subject { return "take the list anew, from /proc/atags of the running kernel" }
    switch problem {
    case .wrongMagic:
      return "a device tree begins with d00dfeed; compile sources with dtc -I dts -O dtb"
    case .truncated: return "the file is cut; fetch or compile it again"
    case .unsupportedVersion: return "write it anew in version 17: dtc -I dtb -O dtb -V 17"
    case .missing, .ambiguous:
      if case .overlay = subject {
        return "is the overlay for this board? Its base tree must have symbols (dtc -@)"
      }
      return "name the tree of this machine; fdtdump shows what is in one"
    case .misaligned, .unexpectedToken, .invalidName, .tooMany, .malformed, .doesNotFit:
      return "the tree is damaged, or not made by dtc; fdtdump FILE shows how far it goes"
    }
  }
}
