// SPDX-License-Identifier: Apache-2.0

/// What the judge found in a group of cases.
struct HostileVerdict: Decodable {
  let group: String
  let cases: Int
  /// Cases that were refused.
  let errors: Int
  /// Cases in which an independent reader gives the same.
  let equal: Int
  /// Cases among them for which mkimage and dtc were asked, too.
  let mkimage: Int
  let dtc: Int
  let slowestMicroseconds: Int
  /// The numbers of the cases that took a second of CPU time or more.
  let slow: [Int]
  let peakKiB: Int
  let violationCount: Int
  let violations: [String]

  var summary: String {
    "\(group): \(cases) cases, \(errors) errors, \(equal) equal (mkimage \(mkimage), dtc \(dtc)), "
      + "slowest \(slowestMicroseconds / 1000) ms of CPU, peak \(peakKiB / 1024) MiB, "
      + "\(violationCount) violations"
  }
}
