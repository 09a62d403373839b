// SPDX-License-Identifier: Apache-2.0

/// Runs independent pieces of work on all cores and takes their results in order.
enum OrderedWork {
  /// The most pieces that are begun ahead of the next result. It bounds the number of waiting
  /// results.
  private static let ahead = 64

  /// Does all pieces. As many run at once as there are cores: tasks have that many threads.
  ///
  /// - Parameters:
  ///   - count: The number of pieces.
  ///   - work: Does the piece with a number.
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
