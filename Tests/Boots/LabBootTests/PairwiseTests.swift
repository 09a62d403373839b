// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// The file of boots that stands in for the whole matrix.
struct PairwiseTests {
  @Test("Every line of the file is a boot of the matrix, and none stands twice")
  func known() {
    #expect(MatrixBoot.pairwise.count == MatrixBoot.rows.count)
    #expect(Set(MatrixBoot.pairwise).count == MatrixBoot.pairwise.count)
  }

  @Test("Every pair of values of any two columns of the matrix stands in a line of the file")
  func covered() {
    #expect(MatrixBoot.full.count == 7 * 2 * 2 * 4)
    #expect(
      PairwiseFile.pairs(MatrixBoot.pairwise.map(\.columns))
        == PairwiseFile.pairs(MatrixBoot.full.map(\.columns)))
  }
}
