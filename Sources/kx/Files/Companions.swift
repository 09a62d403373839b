// SPDX-License-Identifier: Apache-2.0
import BootPlanning

/// The files that go with a kernel, for as many plans as there are pairs.
struct Companions: Sendable {
  let initrds: [InputFile]
  /// The ramdisks, identified.
  let gathered: GatheredInitrds
  var tree: InputFile?
  let overlays: [InputFile]

  /// Reads what the options name.
  init(_ options: BootArguments, digest: Bool) throws(Stop) {
    var initrds: [InputFile] = []
    for path in options.initrd { initrds.append(try InputFile(path, digest: digest)) }
    self.initrds = initrds
    if !options.atags, let path = options.dtb { tree = try InputFile(path, digest: digest) }
    var overlays: [InputFile] = []
    for path in options.dtbo { overlays.append(try InputFile(path, digest: digest)) }
    self.overlays = overlays
    gathered = GatheredInitrds(initrds)
  }
}
