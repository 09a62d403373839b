// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import QEMULab

@Suite struct ConsoleLogTests {
  @Test("Lines are the same however the stream is cut", arguments: 1...9)
  func cuts(size: Int) {
    let stream = Array("one\r\n\r\n  two \nthr\u{e9}\nlogin: ".utf8)
    var log = ConsoleLog()
    var lines: [String] = []
    for start in stride(from: 0, to: stream.count, by: size) {
      lines += log.add(Array(stream[start..<min(start + size, stream.count)]))
    }
    #expect(lines == ["one", "two", "thr\u{e9}"])
    #expect(log.unfinished == "login:")
    #expect(log.lastLine == "login:")
    #expect(log.bytes == stream)
  }

  @Test("A line without an end is cut, and the log stops growing at its limit")
  func bounds() {
    var log = ConsoleLog()
    let lines = log.add([UInt8](repeating: 0x61, count: ConsoleLog.lineLimit * 2 + 1))
    #expect(lines.map(\.utf8.count) == [ConsoleLog.lineLimit, ConsoleLog.lineLimit])
    #expect(log.unfinished == "a")
    _ = log.add([UInt8](repeating: 0x0a, count: ConsoleLog.limit))
    #expect(log.bytes.count == ConsoleLog.limit)
  }

  @Test("The last lines are kept, and bytes that are no UTF-8 are replaced")
  func tail() {
    var log = ConsoleLog()
    for index in 0..<20 { _ = log.add(Array("line \(index)\n".utf8)) }
    #expect(log.tail.first == "line 10")
    #expect(log.tail.count == 10)
    #expect(log.add([0xff, 0x0a]) == ["\u{fffd}"])
  }
}
