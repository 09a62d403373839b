// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The environment says what to do: `FUZZ_TARGET` names the reader, `FUZZ_FAULT` plants a fault
/// (`trap`, `overflow`, `hang` or `hoard`) to see that it is found.
private func variable(_ name: String) -> String {
  unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
}

private let target: FuzzTarget? = FuzzTarget(rawValue: variable("FUZZ_TARGET"))
private let fault = variable("FUZZ_FAULT")

/// Source: LLVM 21, compiler-rt/include/fuzzer/FuzzerInterface.h.
@_extern(c, "LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ list: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// C's `main`, under the name by which SwiftPM links it.
@c(Fuzz_main)
public func fuzzMain(
  _ count: CInt, _ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  if variable("FUZZ_TARGET") == "list" {
    for target in FuzzTarget.allCases { print(target.rawValue) }
    return 0
  }
  let seeds = variable("FUZZ_SEEDS")
  if !seeds.isEmpty { return Seeds.write(to: seeds) ? 0 : 74 }
  guard target != nil else {
    print("FUZZ_TARGET is none of", FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
    return 64
  }
  var (count, list) = unsafe (count, list)
  return unsafe runDriver(&count, &list, testOneInput)
}

private func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
  if !fault.isEmpty { plantFault(bytes) }
  target?.read(bytes)
  return 0
}

/// Three bytes that only coverage leads to, and behind them a fault.
private func plantFault(_ bytes: [UInt8]) {
  guard bytes.count > 2, bytes[0] == 0x6b, bytes[1] == 0x65, bytes[2] == 0x78 else { return }
  switch fault {
  case "overflow":
    // Swift checks nothing here: only the address sanitizer notices the byte behind the last.
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
    unsafe copy.initialize(repeating: 0, count: bytes.count)
    hold(unsafe copy[bytes.count] < 255, "never mind which")
    unsafe copy.deallocate()
  case "hang":
    while unsafe getenv("FUZZ_FAULT") != nil {}
  case "hoard":
    var hoard: [[UInt8]] = []
    for _ in 0..<1024 { hoard.append([UInt8](repeating: 1, count: 1 << 20)) }
    // libFuzzer looks at the memory once a second.
    sleep(3)
    hold(hoard.count == 1024, "kept until here")
  default: hold(false, "planted")
  }
}
