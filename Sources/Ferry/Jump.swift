// SPDX-License-Identifier: Apache-2.0
import CFerry
import Handover
import PhysicalMemory

/// The jump into a staged kernel: the reboot code buffer, and the chain that leads to it.
///
/// The control page begins with the code that switches the MMU off. Behind it stands the relocation
/// code with its parameters, as its strategy needs them.
struct Jump {
  let image: KImage
  let parameters: HandoverParameters
  /// The first store into the text that is made.
  let firstStore: UInt32
  let throughHYP: Bool

  /// Jumps; it does not return.
  func leave(_ strategy: RebootCodeStrategy, _ tables: PageTables) throws(RebootCodeError) {
    let page = image.controlPage
    let start = ferry_mmu_off_address()
    let length = ferry_mmu_off_end_address() - start
    guard let control = UInt32(exactly: page.rawValue), let room = Placed.virtual(control),
      let behind = page.advanced(by: ByteCount(UInt64(length)))
    else { throw .beyondAddresses(page) }
    var offset: UInt32 = 0
    while offset < length {
      ferry_write32(UInt(room + offset), ferry_read32(UInt(start + offset)))
      offset += 4
    }

    var buffer = try RebootCodeBuffer(strategy, at: behind)
    let code = room + length
    let text = handover_relocate_in_text_address()
    let firstWord = buffer.layout.parametersOffset ?? 0
    try buffer.setParameters(parameters) { offset, word in
      guard strategy == .inText else {
        ferry_write32(UInt(code + offset), word)
        return
      }
      let index = (offset - firstWord) / 4
      if index >= firstStore { ferry_store_parameter(index, word) }
    }
    let store = { (offset: UInt32, word: UInt32) in ferry_write32(UInt(code + offset), word) }
    if strategy == .inText {
      try buffer.copyCode(load: { ferry_read32(UInt(text + $0)) }, store: store)
    } else {
      try buffer.copyCode(load: nil, store: store)
    }
    let identity = tables.identityTable(control)
    tell()
    let ready = try buffer.flushed { _, _ in ferry_clean_caches() }
    // If a strategy has its parameters in memory, it gets none in registers.
    let values = ready.registers
    let nothing: UInt32 = 0xdead_dead
    ferry_soft_restart(
      values?.startAddress ?? nothing, values?.indirectionPage ?? nothing,
      values?.registers.r1 ?? nothing, values?.registers.r2 ?? nothing, control,
      control + length, identity, throughHYP ? 1 : 0)
  }

  /// Prints Ferry's last lines.
  private func tell() {
    let console = Ferry.console
    console.begin("entering ")
    console.say(hex: parameters.startAddress)
    console.say(" r1 ")
    console.say(hex: parameters.registers.r1)
    console.say(" r2 ")
    console.say(hex: parameters.registers.r2)
    console.end(throughHYP ? ", HYP" : ", SVC")
  }
}
