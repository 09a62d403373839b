// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory
import QEMULab
import Reporting

/// Compares the predicted writes before the kernel's first instruction with the observed ones.
struct FootprintComparison {
  let plan: BootPlan
  let predicted: RangeSet
  /// The bytes that changed.
  let observed: RangeSet
  /// The same, joined over bytes that were overwritten with their own value: of a segment that
  /// something else is written over, at least one byte in 256.
  let spans: RangeSet
  /// The bytes that were written outside the footprint.
  let outside: RangeSet

  init(_ plan: BootPlan, _ measurement: LabMeasurement) {
    self.plan = plan
    predicted = RangeSet(plan.footprint.filter { $0.phase == .decompress }.map(\.range))
    observed = measurement.written
    spans = measurement.spans
    outside = observed.subtracting(predicted)
  }

  /// Whether no byte was written outside the prediction.
  var holds: Bool { outside.isEmpty && !observed.isEmpty }

  /// The predicted bytes that were not written.
  var excess: ByteCount { predicted.subtracting(spans).count }

  /// The comparison range by range, and a verdict.
  func text(style: TextStyle) -> String {
    var table = TextTable([.left, .left, .right, .right])
    table.add(
      ["predicted", "range", "size", "written"].map { TextTable.Cell($0, .heading) })
    for entry in plan.footprint where entry.phase == .decompress {
      let seen = spans.intersection(entry.range).count
      table.add([
        TextTable.Cell(entry.name), TextTable.Cell(entry.range.description),
        TextTable.Cell(entry.range.count.description), TextTable.Cell(seen.description),
      ])
    }
    var text = table.render(style)
    text += "observed\n"
    for range in joined(spans) { text += "  \(range)  \(range.count)\n" }
    for range in outside.ranges.prefix(20) {
      text += style.paint("outside the prediction:", .error) + " \(range) (\(range.count))\n"
    }
    if outside.ranges.count > 20 {
      text += "  and \(outside.ranges.count - 20) more ranges\n"
    }
    text += style.paint("verdict:", .heading) + " "
    if holds {
      text += style.paint("no byte outside the prediction", .good)
    } else if observed.isEmpty {
      text += style.paint("nothing was seen to be written", .error)
    } else {
      text += style.paint("\(outside.count) outside the prediction", .error)
    }
    return text + "; predicted \(predicted.count), observed \(spans.count), unused "
      + "\(excess)\n"
  }

  /// Joins ranges with small gaps, for the eye only.
  private func joined(_ set: RangeSet) -> [PhysicalRange] {
    var result: [PhysicalRange] = []
    for range in set.ranges {
      if let last = result.last, range.first.rawValue - last.last.rawValue <= 4096,
        let both = PhysicalRange(first: last.first, last: range.last)
      {
        result[result.count - 1] = both
      } else {
        result.append(range)
      }
    }
    return result
  }
}
