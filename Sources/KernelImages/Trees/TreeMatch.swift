// SPDX-License-Identifier: Apache-2.0

/// How well a tree, or a FIT's configuration, fits a machine.
public struct TreeMatch: Sendable, Hashable {
  /// The reason for a match.
  public enum Reason: Sendable, Hashable {
    /// By the numbers of chip and board.
    case numbers
    /// By a string of the machine's `compatible`. Its place there is 0 for the machine itself, and
    /// higher for less specific strings.
    case compatible(String, place: Int)
  }

  /// The reason for the match.
  public let reason: Reason
  /// The place of the same string in the candidate's list.
  private let ownPlace: Int
  /// Whether the names of the boards are the same.
  private let hasSameModel: Bool

  /// Compares a candidate with a machine; nil when they have nothing in common.
  ///
  /// The machine's strings are compared from the most specific on. The first that the candidate
  /// has, too, decides.
  ///
  /// Source: U-Boot boot/image-fit.c (v2023.01), fit_conf_find_compat.
  ///
  /// - Parameters:
  ///   - candidate: The identity in a tree or a configuration.
  ///   - machine: The identity in the machine's own tree.
  public init?(_ candidate: TreeIdentity, on machine: TreeIdentity) {
    hasSameModel = candidate.model != nil && candidate.model == machine.model
    if let numbers = candidate.qualcomm, let own = machine.qualcomm, numbers.meets(own) {
      reason = .numbers
      ownPlace = 0
      return
    }
    for (place, name) in machine.compatible.enumerated() {
      guard let found = candidate.compatible.firstIndex(of: name) else { continue }
      reason = .compatible(name, place: place)
      ownPlace = found
      return
    }
    return nil
  }

  /// Whether it is for this machine, not for another one of its family.
  public var isForMachine: Bool {
    switch reason {
    case .numbers: true
    case .compatible(_, let place): place == 0
    }
  }

  /// Finds the candidate that fits a machine best. Of several equal ones the first is taken, as in
  /// U-Boot.
  ///
  /// Numbers count more than strings. Of two candidates with the same string of the machine, the
  /// better one has it earlier in its own list: a tree of a derived board also names the board it
  /// was derived from.
  ///
  /// - Parameters:
  ///   - candidates: The identities in trees or configurations; nil for those without one.
  ///   - machine: The identity in the machine's own tree.
  /// - Returns: The index of the best one, its match, and the indices of others that fit equally
  ///   well; nil when none has anything in common with the machine.
  public static func best(
    of candidates: [TreeIdentity?], on machine: TreeIdentity
  ) -> (index: Int, match: TreeMatch, rivals: [Int])? {
    var best: (index: Int, match: TreeMatch, rivals: [Int])?
    for (index, candidate) in candidates.enumerated() {
      guard let candidate, let match = TreeMatch(candidate, on: machine) else { continue }
      guard let known = best else {
        best = (index, match, [])
        continue
      }
      if match.rank == known.match.rank {
        best?.rivals.append(index)
      } else if match.isBetter(than: known.match) {
        best = (index, match, [])
      }
    }
    return best
  }

  /// The place in the machine's list, the place in the candidate's own, and whether the name
  /// differs. Small numbers mean a good match.
  private var rank: [Int] {
    let place =
      switch reason {
      case .numbers: -1
      case .compatible(_, let place): place
      }
    return [place, ownPlace, hasSameModel ? 0 : 1]
  }

  private func isBetter(than other: Self) -> Bool {
    rank.lexicographicallyPrecedes(other.rank)
  }
}
