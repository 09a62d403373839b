// SPDX-License-Identifier: Apache-2.0

/// Lets few in at a time: the tests start hundreds of programs and machines, on two cores.
actor Gate {
  static let programs = Gate(2)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ places: Int) { free = places }

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
