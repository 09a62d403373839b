// SPDX-License-Identifier: Apache-2.0

/// The subject of a diagnostic, one case for each meaning. The raw value is the number of its code,
/// which never changes.
///
/// Codes below 100 are about a file, from 100 on about a plan, from 200 on they are lines of
/// `kexec --check`. `kx explain` explains each.
public enum DiagnosticCode: UInt16, Sendable, Hashable, CaseIterable {
  // The contents of a file.

  /// The word behind the payload differs from the inflated size.
  case sizeWordDisagrees = 1
  /// The size table is damaged and was not used.
  case sizeTableDamaged = 2
  /// The pairs `__bss_start, __bss_stop` in the inflated image disagree.
  case pairsDisagree = 3
  /// The size of the kernel's BSS is an estimate.
  case bssEstimated = 4
  /// TEXT_OFFSET is an assumption.
  case textOffsetAssumed = 5
  /// PAGE_OFFSET is an assumption.
  case pageOffsetAssumed = 6
  /// An option contradicts the image, and was not used.
  case optionContradicted = 7
  /// The size table and another source disagree.
  case tableContradicted = 8
  /// Device trees stand behind the zImage.
  case appendedDeviceTree = 9
  /// Unknown bytes stand behind the image.
  case trailingBytes = 10
  /// A checksum or signature could not be checked.
  case notVerified = 11
  /// The header of a wrapper contradicts its content.
  case wrapperContradicted = 12
  /// A fact about the decompressor could not be read and is bounded from above.
  case decompressorBounded = 13
  /// The image is of another architecture.
  case otherArchitecture = 14
  /// The kernel in a zImage could not be inflated; its figures are those of the size table.
  case notInflated = 15
  /// The header of a zImage contradicts its code.
  case headerContradicted = 17
  /// Of several trees in a file, it is not certain which is for this machine.
  case treeUncertain = 23
  /// Of several trees in a file, the one that fits the machine best was chosen.
  case treeChosen = 24
  /// The tree is for another board than the machine.
  case treeOfAnotherBoard = 25
  /// A configuration of a FIT was chosen among several.
  case configurationChosen = 26
  /// The kernel's file has a command line of its own.
  case ownCommandLine = 27
  /// A part of a known wrapper is not used.
  case partUnused = 28
  /// A vendor's mark, which the kernel ignores, was found.
  case vendorMark = 29
  /// The initrd has a part that only newer kernels unpack.
  case initrdNeedsNewerKernel = 35
  /// The initrd is packed with a filter that not every kernel has.
  case initrdNeedsFilter = 36
  /// The initrd, or a part of it, has a form that no kernel unpacks.
  case initrdNotUnpacked = 37

  // Whether a plan can be executed, and its reasons.

  /// A segment lies where the kernel or its decompressor writes before `start_kernel`.
  case segmentOverwritten = 101
  /// Two segments overlap.
  case segmentsOverlap = 102
  /// No placement was found.
  case nothingFits = 103
  /// A range of free memory was refused.
  case holeRefused = 104
  /// The size word, which the decompressor trusts, is wrong.
  case sizeWordWrong = 106
  /// A segment or a written range lies in reserved memory.
  case inReservedMemory = 108
  /// A segment or a written range lies outside RAM.
  case outsideRAM = 109
  /// The tree names no memory, and got the machine's.
  case memoryGrafted = 110
  /// The tree was changed.
  case treeEdited = 111
  /// A tree in the kernel's file is passed as the DTB.
  case heldTreeTaken = 113
  /// A tree in the kernel's file is not used.
  case heldTreeUnused = 114
  /// There is neither a DTB nor an ATAG list.
  case noParameters = 115
  /// The DTB names memory that the machine does not have.
  case absentMemoryNamed = 116
  /// The tree's memory was replaced by that of the board in QEMU.
  case boardMemoryTaken = 117
  /// The running tree has no memory reservation block.
  case reservationBlockUnknown = 118
  /// The running kernel dropped memory that its tree names.
  case droppedMemoryNamed = 119
  /// The initrd is damaged, or of a form that no kernel unpacks.
  case initrdDamaged = 120
  /// U-Boot's header was taken off the initrd.
  case initrdUnwrapped = 121
  /// The reason for the kernel's place.
  case kernelPlace = 130
  /// The reason for the zImage's place.
  case zImagePlace = 131
  /// The reason for the place of the DTB or ATAG list.
  case parametersPlace = 132
  /// The reason for the initrd's place.
  case initrdPlace = 133
  /// The assumption of another tool's rule, and the real outcome.
  case toolReckoning = 134
  /// The reason for the bundle's place.
  case bundlePlace = 135
  /// The reason for the trampoline and its place.
  case trampolinePlace = 136
  /// The inflated size of the kernel is an estimate.
  case inflatedSizeUnknown = 140
  /// The size of the kernel's BSS, which the plan uses, is an estimate.
  case bssSizeUnknown = 141
  /// TEXT_OFFSET, by which the plan places the kernel, is a guess.
  case textOffsetUnknown = 142
  /// It is unknown whether the decompressor looks for the start of RAM in the DTB.
  case destinationUncertain = 143
  /// The new kernel does not use the RAM below its start of RAM.
  case memoryBelowStart = 145
  /// The plain Image does not fit, so the zImage is handed over.
  case imageDoesNotFit = 146
  /// The kernel's start of RAM is one that old kernels cannot have.
  case startNeedsNewerKernel = 147
  /// Loading takes more memory than is available.
  case noMemoryToInflate = 148
  /// Loading takes more memory than can be had.
  case shortOfLoadMemory = 149
  /// The command line is longer than the kernel keeps.
  case commandLineTooLong = 150
  /// The segments take more than half of the machine's memory.
  case moreThanHalfOfMemory = 151
  /// A bundle brings its own kernel, initrd and command line.
  case bundleBringsItsOwn = 152
  /// An initrd was given for a bundle, which does not use it.
  case initrdForBundle = 153
  /// The tree names no serial port that Ferry knows.
  case ferryIsSilent = 154
  /// The code of the decompressor was not recognised.
  case decompressorUnknown = 155
  /// A word of the command line that names memory of another boot was left out.
  case wordLeftOut = 160
  /// `initrd=` names another place than that of the plan's initrd.
  case initrdWordMisleads = 161
  /// The kernel does not read a word of the command line.
  case wordWithoutEffect = 162
  /// The memory of `crashkernel=` cannot be set aside.
  case crashMemoryImpossible = 163
  /// The placement leaves the kernel little memory to work with.
  case shortOfWorkingMemory = 164
  /// The tree does not name all RAM of the machine.
  case memoryUnnamed = 165
  /// `mem=` names memory that the machine does not have.
  case absentMemoryStated = 166
  /// The root of the tree has no `compatible`.
  case treeNamesNoMachine = 167
  /// A file given as an initrd is of another known kind.
  case noInitrd = 168
  /// `initrd=` promises an initrd, and the plan has none.
  case initrdWordWithoutInitrd = 169
  /// A second tree stands behind the first.
  case secondTree = 170
  /// Kernels ignore a memory node of the tree.
  case memoryNodePassedOver = 171
  /// A part is used of a file that holds more than its option needs.
  case partUsed = 172
  /// The kernel cannot run on the machine's processor.
  case processorCannotRun = 175
  /// The kernel seems to be for older processors than the machine's.
  case processorPerhapsCannotRun = 176
  /// The kernel needs LPAE, and it is unknown whether the processor has it.
  case lpaeUnknown = 177
  /// A segment lies where the new kernel does not map memory.
  case notMapped = 185
  /// The tree ends beyond the sections by which the kernel maps it.
  case treeBeyondSections = 186
  /// An address is no multiple of the alignment that the boot protocol requires.
  case misaligned = 187
  /// The kernel would run where it does not map memory.
  case kernelNotMapped = 188
  /// A stated layout leaves the kernel little memory to work with.
  case layoutLeavesLittle = 189
  /// The nearest layout that works.
  case nearestLayout = 190
  /// No layout was found that works.
  case noLayout = 191
  /// U-Boot moves a part before the jump.
  case movedByUBoot = 192
  /// U-Boot loses a file before the jump.
  case lostInUBoot = 193
  /// The environment of U-Boot states no address for a file.
  case addressNotStated = 194
  /// The initrd shares a page with the kernel or with reserved memory.
  case pageShared = 195
  /// A plain Image does not lie at its text offset above a possible start of RAM.
  case imageMisplaced = 196
  /// The decompressor, or the tree that it reads, lies where it has no cached memory.
  case decompressorUncached = 197
  /// U-Boot finds no room for a file that it moves.
  case uBootHasNoRoom = 198
  /// U-Boot does not start a plain Image of 32-bit ARM.
  case uBootStartsNoImage = 199

  // Lines of a check.

  /// Whether the running kernel can load another.
  case kexecCall = 201
  /// Whether this process may load a kernel.
  case bootCapability = 202
  /// Whether loading is switched off.
  case loadingSwitch = 203
  /// Whether the running kernel is locked down.
  case lockdown = 204
  /// Whether all CPUs but the first can be parked.
  case cpuParking = 205
  /// A crash kernel is loaded.
  case crashKernelLoaded = 206
  /// Whether the machine could be read.
  case machineRead = 207
  /// The boot data of the running kernel.
  case runningParameters = 208
  /// Whether everything has a place.
  case everythingPlaced = 209
  /// Whether the console exists.
  case console = 210
  /// The running kernel's answer to the segments.
  case runningKernelAccepts = 211
  /// Whether the kernel holds the names in the tree.
  case treeWords = 213
  /// Whether the kernel is whole.
  case kernelWhole = 214
  /// Whether the kernel finds a root.
  case root = 215
  /// UEFI started the machine.
  case startedByUEFI = 216
  /// The running kernel is unknown.
  case runningKernelUnknown = 217
  /// Whether the processor has the features that the kernel needs.
  case processorSuffices = 218
}

extension DiagnosticCode: CustomStringConvertible {
  /// The code as people see it: `KX101`.
  public var description: String {
    let digits = String(rawValue)
    return (digits.utf8.count == 1 ? "KX00" : digits.utf8.count == 2 ? "KX0" : "KX") + digits
  }

  /// Reads a code in the form of ``description``; nil when no code has the number.
  public init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count == 5, bytes.starts(with: "KX".utf8) else { return nil }
    var number: UInt16 = 0
    for digit in bytes.dropFirst(2) {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + UInt16(digit - UInt8(ascii: "0"))
    }
    self.init(rawValue: number)
  }
}
