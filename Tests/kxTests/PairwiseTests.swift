// SPDX-License-Identifier: Apache-2.0
import Testing

/// The file of boots that stands in for the whole matrix.
struct PairwiseTests {
  @Test("Every line of the file is a boot of the matrix, and none stands twice")
  func known() {
    #expect(MatrixBoot.pairwise.count == MatrixBoot.lines.count)
    #expect(Set(MatrixBoot.pairwise).count == MatrixBoot.pairwise.count)
  }

  @Test("Every pair of values of any two columns of the matrix stands in a line of the file")
  func covered() {
    func pairs(_ boots: [MatrixBoot]) -> Set<[String]> {
      var result: Set<[String]> = []
      for boot in boots {
        for one in boot.columns.indices {
          for other in boot.columns.indices where one < other {
            result.insert(["\(one),\(other)", boot.columns[one], boot.columns[other]])
          }
        }
      }
      return result
    }
    #expect(MatrixBoot.full.count == 7 * 2 * 2 * 4)
    #expect(pairs(MatrixBoot.pairwise) == pairs(MatrixBoot.full))
  }
}
