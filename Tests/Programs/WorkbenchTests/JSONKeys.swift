// SPDX-License-Identifier: Apache-2.0

/// The keys of a JSON text in the order in which they stand; Foundation forgets it.
struct JSONKeys {
  /// By the path of an object (`kernel`, `machine.ram[]`), the keys of each such object.
  private(set) var objects: [String: [[String]]] = [:]

  private var text: Substring

  init(_ text: String) {
    self.text = text[...]
    value("")
  }

  private mutating func skipSpace() {
    text = text.drop { $0.isWhitespace || $0 == "," || $0 == ":" }
  }

  private mutating func value(_ path: String) {
    skipSpace()
    switch text.first {
    case "{":
      text.removeFirst()
      var keys: [String] = []
      skipSpace()
      while text.first == "\"" {
        let key = string()
        keys.append(key)
        value(path.isEmpty ? key : path + "." + key)
        skipSpace()
      }
      text = text.dropFirst()
      objects[path, default: []].append(keys)
    case "[":
      text.removeFirst()
      skipSpace()
      while let next = text.first, next != "]" {
        value(path + "[]")
        skipSpace()
      }
      text = text.dropFirst()
    case "\"": _ = string()
    default: text = text.drop { !",]}".contains($0) && !$0.isWhitespace }
    }
  }

  private mutating func string() -> String {
    var result = ""
    text = text.dropFirst()
    while let letter = text.popFirst(), letter != "\"" {
      if letter == "\\", let escaped = text.popFirst() {
        result.append(escaped)
      } else {
        result.append(letter)
      }
    }
    return result
  }
}
