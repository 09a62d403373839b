// SPDX-License-Identifier: Apache-2.0
import Foundation
import Reporting
import Testing
@Test("tmp") func tmp() throws {
  try PlanText.render(PlanSamples.exact).write(toFile: "/tmp/rep-exact.txt", atomically: true, encoding: .utf8)
  try PlanText.render(PlanSamples.kexecTools, style: .ansi).write(toFile: "/tmp/rep-kt.ansi", atomically: true, encoding: .utf8)
  try PlanText.render(PlanSamples.kexecTools).write(toFile: "/tmp/rep-kt.txt", atomically: true, encoding: .utf8)
  try PlanText.render(PlanSamples.nothingFits, width: 80).write(toFile: "/tmp/rep-none.txt", atomically: true, encoding: .utf8)
  try PlanSVG.draw(PlanSamples.exact).write(toFile: "/tmp/rep-exact.svg", atomically: true, encoding: .utf8)
  try PlanSVG.draw(PlanSamples.nothingFits).write(toFile: "/tmp/rep-none.svg", atomically: true, encoding: .utf8)
  try PlanSVG.draw(PlanSamples.exact, beside: PlanSamples.kexecTools).write(toFile: "/tmp/rep-both.svg", atomically: true, encoding: .utf8)
}
