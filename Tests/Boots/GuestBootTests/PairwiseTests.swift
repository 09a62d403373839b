// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// The file of boots that stands in for the whole matrix.
struct PairwiseTests {
  @Test("Every line of the file is a boot of the device's matrix, and none stands twice")
  func known() {
    #expect(DeviceBoot.pairwise.count == DeviceBoot.rows.count)
    #expect(Set(DeviceBoot.pairwise).count == DeviceBoot.pairwise.count)
  }

  @Test("Every pair of values of any two columns of the device's matrix stands in a line")
  func covered() {
    #expect(DeviceBoot.full.count == 7 * 2 * 2 * 3 * 2)
    #expect(
      PairwiseFile.pairs(DeviceBoot.pairwise.map(\.columns))
        == PairwiseFile.pairs(DeviceBoot.full.map(\.columns)))
  }

  @Test(
    "Every boot of the matrix is in one run of QEMU",
    arguments: [DeviceBoot.pairwise, DeviceBoot.full])
  func grouped(boots: [DeviceBoot]) {
    let runs = DeviceRun.runs(boots)
    #expect(runs.reduce(0) { $0 + $1.boots.count } == boots.count)
    #expect(Set(runs.flatMap(\.boots)) == Set(boots))
  }
}
