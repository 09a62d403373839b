// SPDX-License-Identifier: Apache-2.0
import CFerry

/// Reports a fault, and ends.
///
/// Source of the status: ARM Architecture Reference Manual ARMv7-A (DDI 0406C), B3.13.3.
@c(ferry_exception)
func ferryException(_ exception: UnsafePointer<ferry_exception>) {
  let fault = unsafe exception.pointee
  let console = Ferry.console
  console.begin("")
  switch fault.kind {
  case 0: console.say("undefined instruction")
  case 1: console.say("supervisor call")
  case 2: console.say("prefetch abort: ")
  case 3: console.say("data abort: ")
  default: console.say("interrupt")
  }
  if fault.kind == 2 || fault.kind == 3 { console.say(reason(fault.status)) }
  if fault.kind == 3, Ferry.core != .v5 {
    console.say(fault.status & 1 << 11 != 0 ? ", write" : ", read")
  }
  console.say("; pc ")
  tell(fault.pc, console)
  if fault.kind == 2 || fault.kind == 3 {
    console.say(", address ")
    tell(fault.address, console)
    console.say(", fsr ")
    console.say(hex: fault.status)
  }
  console.end()
  Ferry.stop()
}

private func tell(_ address: UInt32, _ console: Console) {
  console.say(hex: address)
  if let symbol = unsafe ferry_symbol(address) {
    console.say(" ")
    unsafe console.say(c: symbol)
  }
  if let section = unsafe ferry_section(address) {
    console.say(" in ")
    unsafe console.say(c: section)
  }
}

private func reason(_ status: UInt32) -> StaticString {
  // ARMv5 has no access flag: both numbers mean alignment there.
  if Ferry.core == .v5, status & 13 == 1 { return "alignment fault" }
  return switch status & 15 | status >> 6 & 16 {
  case 0b00001: "alignment fault"
  case 0b00011: "access flag fault (section)"
  case 0b00101: "translation fault (section)"
  case 0b00110: "access flag fault (page)"
  case 0b00111: "translation fault (page)"
  case 0b01001: "domain fault (section)"
  case 0b01011: "domain fault (page)"
  case 0b01101: "permission fault (section)"
  case 0b01111: "permission fault (page)"
  case 0b01000, 0b10110: "external abort"
  case 0b01100, 0b01110: "external abort on a table walk"
  default: "fault"
  }
}

/// Reports that a bundle has more ranges of memory than Ferry can keep, and ends.
@c(ferry_exhausted)
func ferryExhausted() {
  Ferry.console.line("error: the bundle names more ranges of memory than there is room for")
  Ferry.stop()
}
