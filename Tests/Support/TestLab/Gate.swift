// SPDX-License-Identifier: Apache-2.0

/// Lets few in at a time: the tests start hundreds of programs and machines, on two cores.
package actor Gate {
  package static let programs = Gate(2)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  package init(_ places: Int) { free = places }

  package func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  /// Does something when there is a place for it.
  package nonisolated func passing<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    await enter()
    do {
      let result = try await body()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  package func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
