// SPDX-License-Identifier: Apache-2.0

/// The console of a guest: stored unchanged, and cut into lines.
struct ConsoleLog {
  /// The most bytes that are kept.
  static let limit = 8 << 20
  /// The most bytes of one line; a longer one is cut here, so that a guest cannot fill memory.
  static let lineLimit = 4096

  /// The output, at most ``limit`` bytes of it.
  private(set) var bytes: [UInt8] = []
  /// The last finished lines that are not empty, newest last, at most ten.
  private(set) var lastLines: [String] = []
  private var open: [UInt8] = []

  /// The line that has begun but not ended.
  var unfinished: String { Self.text(open) }

  /// The last line that is not empty, finished or not.
  var lastLine: String? { unfinished.isEmpty ? lastLines.last : unfinished }

  /// The last lines that are not empty, the unfinished one included.
  var tail: [String] { unfinished.isEmpty ? lastLines : lastLines + [unfinished] }

  /// Everything kept, as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Adds a part of the output.
  ///
  /// - Parameter chunk: Bytes, cut anywhere.
  /// - Returns: The lines that ended, without line ends; empty lines are left out.
  mutating func add(_ chunk: [UInt8]) -> [String] {
    bytes.append(contentsOf: chunk.prefix(max(0, Self.limit - bytes.count)))
    var lines: [String] = []
    for byte in chunk {
      if byte != UInt8(ascii: "\n") { open.append(byte) }
      guard byte == UInt8(ascii: "\n") || open.count >= Self.lineLimit else { continue }
      let line = unfinished
      open.removeAll(keepingCapacity: true)
      guard !line.isEmpty else { continue }
      lines.append(line)
      lastLines.append(line)
      if lastLines.count > 10 { lastLines.removeFirst() }
    }
    return lines
  }

  /// Decodes a line without the carriage returns and blanks around it.
  private static func text(_ line: [UInt8]) -> String {
    let blank: (UInt8) -> Bool = {
      $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
    }
    guard let first = line.firstIndex(where: { !blank($0) }),
      let last = line.lastIndex(where: { !blank($0) })
    else { return "" }
    return String(decoding: line[first...last], as: UTF8.self)
  }
}
