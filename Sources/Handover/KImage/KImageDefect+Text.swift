// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension KImageDefect {
  /// The defect, without the values, for programs that have no strings.
  public var reason: StaticString {
    switch self {
    case .wrongHead: "the head of the list is neither a link nor the end"
    case .listAtZero: "the list begins at page 0, which means that there is none"
    case .unknownEntry: "a word of the list is no entry"
    case .outsideRAM: "the list leads out of RAM"
    case .cycle: "the list goes round and round"
    case .notDone: "a page of the list has neither a link nor the end"
    case .noDestination: "a source comes before any destination"
    case .sourceOverwritten: "a source has been overwritten by an earlier copy"
    case .writtenTwice: "a destination is written twice"
    case .codeOverwritten: "a copy goes to the code that copies"
    case .listOverwritten: "a copy goes to a page of the list"
    }
  }
}

extension KImageDefect: CustomStringConvertible {
  /// A sentence without its final stop: the defect, the value, and the entry at fault.
  public var description: String {
    let text = reason.description
    switch self {
    case .listAtZero: return text
    case .wrongHead(let entry): return text + ": " + entry.description
    case .cycle(let page), .notDone(let page), .listOverwritten(let page):
      return text + ": " + page.description
    case .noDestination(let place): return text + ", at " + place.description
    case .unknownEntry(let entry, let place):
      return text + ": " + entry.description + ", at " + place.description
    case .outsideRAM(let address, let place), .sourceOverwritten(let address, let place),
      .writtenTwice(let address, let place), .codeOverwritten(let address, let place):
      return text + ": " + address.description + ", at " + place.description
    }
  }
}

extension KImageEntry: CustomStringConvertible {
  /// The word in hexadecimal.
  public var description: String { hexadecimal(UInt64(rawValue), digits: 8) }
}
