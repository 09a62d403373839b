// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BootPlanning

@Suite("Parts of the footprint")
struct FootprintPartTests {
  @Test("Every part is read back as it is written, and no two are written alike")
  func roundTrip() {
    let named: [FootprintPart] = [
      .bundleSegment("initrd"), .bundleSegment("kernel"), .unknown("purgatory"), .unknown(""),
    ]
    let all = FootprintPart.plain + named
    for part in all { #expect(FootprintPart(part.description) == part) }
    #expect(Set(all.map(\.description)).count == all.count)
  }

  @Test("A text is kept as it is, whatever it says")
  func texts() {
    for text in [
      "", "x", " of the bundle", "moved", "Inflated kernel", "a of the bundle of the bundle",
    ] {
      #expect(FootprintPart(text).description == text)
    }
    #expect(FootprintPart(" of the bundle") == .unknown(" of the bundle"))
    #expect(FootprintPart("moved") == .unknown("moved") && !FootprintPart("moved").isMoved)
  }

  @Test("What a decompressor writes behind the kernel is moved, and nothing else is")
  func moved() {
    for part in FootprintPart.plain {
      #expect(part.isMoved == part.description.hasPrefix("moved "))
    }
  }
}
