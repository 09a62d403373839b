// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// What one kernel of a chain told on the console, by guest/generation.sh.
struct Generation: Sendable {
  /// What `kexec --status --json` tells, of which the tests read a part.
  struct Status: Decodable, Sendable {
    struct File: Decodable, Sendable {
      let role: String
      let path: String
    }
    struct Segment: Decodable, Sendable {
      let name: String
      let first: String
      let memoryBytes: UInt64

      var range: Range<UInt64> { number(first)..<(number(first) + memoryBytes) }
    }
    struct Record: Decodable, Sendable {
      let handover: String
      let calledEntry: String
      let files: [File]
      let segments: [Segment]
    }
    let loaded: Bool
    let record: Record?
  }

  /// What the kernel itself wrote before its init.
  var boot: [String] = []
  /// What our commands told.
  var told: [String: [String]] = [:]
  /// Everything between the load and the jump.
  var loading: [String] = []
  var status: Status?

  func first(_ key: String) -> String? { told[key]?.first }
  var isIntact: Bool { told["initrd"] == ["intact"] }

  /// Where the loader said that the next kernel takes RAM to start, when that costs RAM (KX145).
  var costlyStart: UInt64? {
    // The lines of a message are broken to fit the console.
    let words = loading.joined(separator: " ").split(separator: " ").joined(separator: " ")
    return words.firstMatch(of: /KX145: [^:]*: it takes RAM to start at (0x[0-9a-f]+)/)
      .map { number(String($0.1)) }
  }

  /// Reads a console, one generation after the other.
  static func read(_ console: [String]) -> [Generation] {
    var all: [Generation] = []
    var boot: [String] = []
    var json: [String] = []
    for line in console {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      guard words.count >= 3, words[0] == "swift-kexec", let number = Int(words[1]),
        words[2].hasSuffix(":")
      else {
        boot.append(line)
        if let last = all.indices.last {
          all[last].loading.append(line)
          if line == "{" { json = [] }
          json.append(line)
          if line == "}" {
            all[last].status = try? JSONDecoder().decode(
              Status.self, from: Data(json.joined(separator: "\n").utf8))
          }
        }
        continue
      }
      if number == all.count {
        all.append(Generation(boot: boot))
        boot = []
      }
      guard number == all.count - 1 else { continue }
      all[number].told[String(words[2].dropLast()), default: []]
        .append(words.count > 3 ? words[3] : "")
      if words[2] == "status:" { boot = [] }
    }
    return all
  }
}
