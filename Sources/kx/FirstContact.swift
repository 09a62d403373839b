// SPDX-License-Identifier: Apache-2.0
import Reporting

/// The output of `kx` without arguments: three commands to try, and where to read more.
enum FirstContact {
  static func text(style: TextStyle) -> String {
    func example(_ command: String, _ gives: String) -> String {
      "  " + style.paint(command, .good) + "\n      " + gives + "\n"
    }
    return style.paint("kx", .heading)
      + " knows a kernel image, plans where it goes, proves that it boots.\n\n"
      + example("kx inspect vmlinuz", "what is in it, and where each figure comes from")
      + example(
        "kx plan vmlinuz --initrd initrd.img --dtb board.dtb",
        "where everything goes in memory, and why")
      + example(
        "kx try vmlinuz --initrd initrd.img --append console=ttyAMA0",
        "the same, booted in QEMU before your eyes")
      + "\nGo on with kx --help, kx VERB --help, kx explain CODE, or man kx.\n"
  }
}
