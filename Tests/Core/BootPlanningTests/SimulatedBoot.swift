// SPDX-License-Identifier: Apache-2.0
import BootPlanning

/// What is put into memory before a jump, as the judge sees it.
struct LoadedMemory: Hashable {
  var handover: HandoverKind
  /// L, or K when the plain Image is entered.
  var kernel: UInt64
  /// The bytes of the kernel's segment, zeroes behind the file included.
  var kernelMemory: UInt64
  /// The initrd's first byte and its length.
  var initrd: Bytes?
  /// What r2 points to.
  var parameters: Bytes?
}

/// A boot from the jump to `start_kernel`.
struct SimulatedBoot {
  let kernel: TrueKernel
  let handover: TrueHandover
  let ram: [Bytes]
  let reserved: [Bytes]

  /// Boots, and throws where that would hang.
  ///
  /// - Returns: Everything that was written, in order of time, and K.
  func run(
    _ loaded: LoadedMemory
  ) throws(Hang) -> (written: [(Owner, Bytes)], final: UInt64) {
    var memory = SimulatedMemory(ram: ram, reserved: reserved)
    let isZImage = loaded.handover == .zimage
    let fileBytes = isZImage ? kernel.zImage : kernel.inflated
    let file = Bytes(loaded.kernel, loaded.kernel + fileBytes)
    try memory.load(isZImage ? .zImage : .image, file)
    try memory.load(.zeroes, Bytes(file.high, loaded.kernel + loaded.kernelMemory))
    if let initrd = loaded.initrd { try memory.load(.initrd, initrd) }
    if let parameters = loaded.parameters { try memory.load(.parameters, parameters) }

    var final = loaded.kernel
    if isZImage {
      var decompressor = DecompressorSimulation(
        kernel: kernel, handover: handover, load: loaded.kernel, memory: memory)
      final = try decompressor.run()
      memory = decompressor.memory
    }
    var entered = KernelEntrySimulation(
      kernel: kernel, handover: handover, final: final, memory: memory)
    try entered.enter(image: isZImage ? .inflated : .image)
    if let parameters = loaded.parameters {
      var isDeviceTree = false
      if case .deviceTree = handover.parameters { isDeviceTree = true }
      try entered.readParameters(parameters, isDeviceTree: isDeviceTree)
    }
    if let initrd = loaded.initrd { try entered.readInitrd(initrd) }
    return (entered.memory.written, final)
  }
}
