// SPDX-License-Identifier: Apache-2.0

extension PlanDocumentError {
  /// What to try next.
  public var hint: String {
    switch self {
    case .json: "save a plan with kx plan --json >FILE"
    case .schemaVersion: "make the plan anew with kx plan --json of this version"
    case .missingKey, .repeatedKey, .wrongKind, .badValue, .tooMany:
      "was it edited? make the plan anew with kx plan --json"
    }
  }
}
