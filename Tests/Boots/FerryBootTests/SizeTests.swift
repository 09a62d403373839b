// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

@Suite(.enabled(if: FerryLab.isWanted, "needs the lab's kernels and dist/ferry/ferry.elf"))
struct SizeTests {
  @Test("Ferry without payload has at most 128 KiB")
  func size() async throws {
    let bundle = try BundleFile(
      try await FerryLab.bundle(try await FerryLab.virt(LabKernel("tiny-gzip"))))
    #expect(bundle.ferryBytes <= 128 << 10)
    #expect(bundle.ferryBytes > 0)
  }
}
