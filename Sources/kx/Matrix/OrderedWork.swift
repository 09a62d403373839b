// SPDX-License-Identifier: Apache-2.0

/// Independent pieces of work done on all cores, whose results are taken one by one in their order.
enum OrderedWork {
  /// The most pieces that are begun ahead of the one whose result is taken next: so many results may
  /// be waiting, however many pieces there are.
  private static let ahead = 64

  /// Does all pieces; at once so many as there are cores, which is how many threads tasks have.
  ///
  /// - Parameters:
  ///   - count: How many pieces there are.
  ///   - work: Does one, by its number.
  ///   - take: Takes a result.
  static func run<Result: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) -> Result, take: (Result) -> Void
  ) async {
    await withTaskGroup(of: (Int, Result).self) { group in
      var begun = 0
      var taken = 0
      var waiting: [Int: Result] = [:]
      while taken < count {
        while begun < count, begun - taken < ahead {
          let number = begun
          group.addTask { (number, work(number)) }
          begun += 1
        }
        guard let (number, result) = await group.next() else { return }
        waiting[number] = result
        while let next = waiting.removeValue(forKey: taken) {
          take(next)
          taken += 1
        }
      }
    }
  }
}
