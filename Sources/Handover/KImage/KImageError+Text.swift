// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension KImageError {
  /// The problem, without the values, for programs that have no strings.
  public var reason: StaticString {
    switch self {
    case .pageSize: "a page has from 16 bytes to 2 GiB"
    case .nothingToLoad: "there is no segment"
    case .empty: "a segment takes no memory"
    case .unaligned: "a segment does not begin and end with a page"
    case .beyondAddresses: "a segment does not end below 4 GiB"
    case .fileExceedsMemory: "a segment's file is larger than its memory"
    case .overlap: "two segments overlap"
    case .outsideReservation: "a segment is outside of the memory reserved for a crash kernel"
    case .outOfPages: "no free page is left"
    case .unusablePage: "what the pool hands out is no page below 4 GiB"
    case .handedOutTwice: "the pool hands out a page twice"
    case .noSegment: "there is no such segment"
    case .stagedTwice: "a segment is staged twice"
    case .notStaged: "a segment is not staged"
    }
  }
}

extension KImageError: CustomStringConvertible {
  /// A sentence without its final stop: the problem and the values.
  public var description: String {
    let text = reason.description
    switch self {
    case .nothingToLoad: return text
    case .pageSize(let bytes): return text + ", and not " + bytes.description
    case .empty(let segment), .noSegment(let segment), .stagedTwice(let segment),
      .notStaged(let segment):
      return text + ": " + String(segment)
    case .unaligned(let segment, let first, let bytes),
      .beyondAddresses(let segment, let first, let bytes):
      return text + ": " + String(segment) + ", " + bytes.description + " at " + first.description
    case .fileExceedsMemory(let segment, let file, let memory):
      return text + ": " + String(segment) + ", " + file.description + " in " + memory.description
    case .overlap(let segment, let other, let address):
      return text + ": " + String(other) + " and " + String(segment) + ", at " + address.description
    case .outsideReservation(let segment, let reserved):
      return text + ", " + reserved.description + ": " + String(segment)
    case .outOfPages(let staged, let all):
      return text + ": " + String(staged) + " of " + String(all) + " are staged"
    case .unusablePage(let page), .handedOutTwice(let page):
      return text + ": " + page.description
    }
  }
}
