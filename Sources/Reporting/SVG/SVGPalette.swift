// SPDX-License-Identifier: Apache-2.0
import BootPlanning

/// The colours of a picture, distinct also without red and green cones where it matters.
enum SVGPalette {
  static let ink = "#22272e"
  static let faint = "#667080"
  static let frame = "#aab2bd"
  static let ram = "#f1f3f6"
  static let lens = "#dfe5ee"
  static let good = "#1a7f37"
  static let bad = "#c81e1e"
  static let lost = "url(#lost)"
  static let reserved = "url(#reserved)"

  static func fill(_ name: PlannedSegment.Name) -> String {
    switch name {
    case .kernel: "#2f6fbf"
    case .initrd: "#e39a2d"
    case .dtb: "#3c9a5f"
    case .atags: "#2aa198"
    case .trampoline: "#8d57b0"
    }
  }

  static func fill(_ phase: FootprintRange.Phase) -> String {
    switch phase {
    case .decompress: "#7d74a8"
    case .kernel: "#4b6478"
    }
  }

  static func words(_ phase: FootprintRange.Phase) -> String {
    switch phase {
    case .decompress: "decompressor"
    case .kernel: "kernel"
    }
  }
}
