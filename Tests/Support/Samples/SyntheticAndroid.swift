// SPDX-License-Identifier: Apache-2.0

/// An Android boot image, put together as mkbootimg does.
struct SyntheticAndroid {
  var version: UInt32 = 0
  var page: UInt32 = 2048
  var kernel = SyntheticZImage().bytes()
  var ramdisk = Array("070701 a ramdisk".utf8)
  var second = Array("second".utf8)
  var tree: [UInt8] = []
  /// What stands behind the second stage of version 0, whose length takes the version's place.
  var table: [UInt8] = []
  var commandLine = "console=ttyAMA0"
  var trailer: [UInt8] = []

  func bytes() -> [UInt8] {
    var builder = Builder()
    builder.text("ANDROID!", length: 8)
    if version >= 3 {
      for value in [kernel.count, ramdisk.count, 0, version == 3 ? 1580 : 1584, 0, 0, 0, 0] {
        builder.word(UInt32(value))
      }
      builder.word(version)
      builder.text(commandLine, length: 1536)
      if version == 4 { builder.word(0) }
      builder.pad(to: 4096)
      for part in [kernel, ramdisk] {
        builder.bytes += part
        builder.pad(to: 4096)
      }
      return builder.bytes
    }
    for value in [
      UInt32(kernel.count), 0x1000_8000, UInt32(ramdisk.count), 0x1100_0000,
      UInt32(second.count), 0x10f0_0000, 0x1000_0100, page,
      table.isEmpty ? version : UInt32(table.count), 0,
    ] { builder.word(value) }
    builder.text("board", length: 16)
    builder.text(commandLine, length: 512)
    builder.text("", length: 32 + 1024)
    if version >= 1 { for value in [0, 0, 0, 1648] as [UInt32] { builder.word(value) } }
    if version >= 2 { for value in [UInt32(tree.count), 0, 0] { builder.word(value) } }
    builder.pad(to: Int(page))
    for part in [kernel, ramdisk, second, version >= 2 ? tree : table] {
      builder.bytes += part
      builder.pad(to: Int(page))
    }
    return builder.bytes + trailer
  }
}
