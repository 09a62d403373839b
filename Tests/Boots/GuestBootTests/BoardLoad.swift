// SPDX-License-Identifier: Apache-2.0
import Testing

/// What the loader told of a load on the console, by `-d` and by `-S`.
struct BoardLoad {
  /// Where the kernel begins, by the plan.
  let entry: UInt64
  /// Where the running kernel jumps to.
  let calledEntry: UInt64
  /// The addresses of the segments, by their names.
  let segments: [String: UInt64]

  init(_ console: String) throws {
    func address(_ digits: Substring) throws -> UInt64 {
      try #require(UInt64(digits.dropFirst(2), radix: 16))
    }
    let planned = #/\n  entry: (0x[0-9a-f]+)\n/#
    let called = #/kexec_load\((0x[0-9a-f]+), /#
    entry = try address(#require(console.firstMatch(of: planned), "\(console)").1)
    calledEntry = try address(#require(console.firstMatch(of: called), "\(console)").1)
    var segments: [String: UInt64] = [:]
    for found in console.matches(of: #/\{buf=<([a-z]+)>, bufsz=\d+, mem=(0x[0-9a-f]+),/#) {
      let name = String(found.1)
      if segments[name] == nil { segments[name] = try address(found.2) }
    }
    self.segments = segments
  }
}
