// SPDX-License-Identifier: Apache-2.0
import Inflation

/// A reader that gets input made up by libFuzzer; `FUZZ_TARGET` names it by its raw value.
///
/// A trap, a hang, a leak of memory beyond the limit and a broken rule are findings; an error is not.
enum FuzzTarget: String, CaseIterable {
  case zimage, uimage, android, fit, elf, image
  case gzip, xz, lzma, lzo, lzo1x, lz4, zstd, bzip2
  case cpio, dtb, overlay, merge, atags, iomem, plan, snapshot, bundle, retagged
  case commandLine = "command-line"
  case options, bls, extlinux, petitboot, entries, journal
  case fileNames = "file-names"

  func read(_ bytes: [UInt8]) {
    switch self {
    case .zimage, .uimage, .android, .fit, .elf, .image: KernelFile.read(bytes, as: self)
    case .gzip: PackedFile.read(bytes, .gzip)
    case .xz: PackedFile.read(bytes, .xz)
    case .lzma: PackedFile.read(bytes, .lzma)
    case .lzo: PackedFile.read(bytes, .lzo)
    case .lzo1x: PackedFile.readLZOBlock(bytes)
    case .lz4: PackedFile.read(bytes, .lz4)
    case .zstd: PackedFile.read(bytes, .zstd)
    case .bzip2: PackedFile.read(bytes, .bzip2)
    case .cpio: InitrdFile.read(bytes)
    case .dtb: TreeFile.read(bytes)
    case .overlay: TreeFile.readOverlay(bytes)
    case .atags: ATAGFile.read(bytes)
    case .iomem: MachineText.readIomem(bytes)
    case .snapshot: MachineText.readSnapshot(bytes)
    case .commandLine: MachineText.readCommandLine(bytes)
    case .plan: PlanFile.read(bytes)
    case .bundle: BundleFile.read(bytes)
    case .retagged: BundleFile.readRetagged(bytes)
    case .merge: BundleFile.mergeTrees(bytes)
    case .options: OptionWords.read(bytes)
    case .bls: EntryFile.readSpecification(bytes)
    case .extlinux: EntryFile.readExtlinux(bytes)
    case .petitboot: EntryFile.readPetitboot(bytes)
    case .fileNames: EntryFile.readNames(bytes)
    case .entries: DiskFiles.readEntries(bytes)
    case .journal: DiskFiles.readJournal(bytes)
    }
  }
}

/// Ends the process, which libFuzzer takes for a finding, when a rule does not hold.
func hold(_ condition: Bool, _ rule: String) {
  if !condition { fatalError("broken rule: " + rule) }
}
