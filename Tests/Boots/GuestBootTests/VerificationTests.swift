// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

@Suite("After the jump, in a guest", .enabled(if: DeviceLab.isWanted))
struct VerificationTests {
  @Test("A boot that lost nothing is told, and then one by mem= what it lost to the byte")
  func memory() async throws {
    let lines = "tiny-gzip quiet\ntiny-gzip mem=256M\n"
    var guest = Guest(first: "tiny-gzip", commands: "verify.sh")
    guest.files = [
      Guest.File("tiny-gzip", try LabKernel("tiny-gzip").path),
      Guest.File("chain", try Scratch.file("chain", lines.utf8)),
    ]
    let generations = Generation.read(try await guest.run().console)
    try #require(generations.count == 3)
    for generation in generations.dropLast() {
      #expect(generation.first("logged") == "0" && generation.first("load") == "0")
    }
    let whole = generations[1].told["verify"] ?? []
    #expect(generations[1].first("status") == "0")
    #expect(whole.first?.hasPrefix("boot generation-1, recorded at ") == true)
    #expect(whole.contains("ok       memory: 536 870 912 B of RAM before, 536 870 912 B now"))
    #expect(whole.contains { $0.hasPrefix("ok       initrd: ") })
    #expect(whole.allSatisfy { !$0.hasPrefix("lost") && !$0.hasPrefix("changed") }, "\(whole)")
    let less = generations[2].told["verify"] ?? []
    #expect(generations[2].first("status") == "2")
    #expect(
      less.filter { $0.hasPrefix("lost") || $0.hasPrefix("changed") } == [
        "lost     memory: 268 435 456 B lost: 536 870 912 B of RAM before, 268 435 456 B now"
      ], "\(less)")
  }
}
