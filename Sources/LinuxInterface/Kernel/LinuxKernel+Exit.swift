// SPDX-License-Identifier: Apache-2.0
import CLinux

extension LinuxKernel {
  /// Ends this program.
  ///
  /// - Parameter status: What the caller is told, 0 to 255.
  public static func exit(_ status: Int32) -> Never {
    clinux_exit(status)
  }
}
