// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

extension Program {
  /// `--check`: placeholder
  func check(_ settings: Settings) throws(Stop) -> Int32 { 0 }
}
