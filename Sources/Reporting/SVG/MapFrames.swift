// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The places of the windows of a map. All windows have one scale, except those that are too small
/// for it: they are enlarged and labelled so.
struct MapFrames {
  /// One window.
  struct Frame {
    let window: PhysicalRange
    let top: Int
    let height: Int
    /// The factor of enlargement; 1 for none.
    let enlargement: UInt64

    var bottom: Int { top + height }

    /// The drawn box of a range, never too thin to see; nil when the range lies outside.
    func box(_ range: PhysicalRange) -> (top: Int, height: Int)? {
      guard let shared = window.intersection(range) else { return nil }
      let scale = MapScale(window, cells: height)
      let from = scale.edge(below: shared.first)
      let size = max(scale.edge(above: shared) - from, MapFrames.thinnest)
      return (top + min(from, scale.cells - size), size)
    }

    /// Whether a range is drawn thicker than its size.
    func thickens(_ range: PhysicalRange) -> Bool {
      guard let shared = window.intersection(range) else { return false }
      let scale = MapScale(window, cells: height)
      return scale.edge(above: shared) - scale.edge(below: shared.first) < MapFrames.thinnest
    }
  }

  static let thinnest = 30
  static let least = 400
  /// The room between two windows, for the text about the omission.
  static let gap = 360

  let all: [Frame]
  /// The number of bytes in a pixel, in windows that are not enlarged.
  let bytesPerPixel: UInt64

  init(_ windows: [PhysicalRange], top: Int, height: Int) {
    let room = height - max(windows.count - 1, 0) * Self.gap
    let heights = Self.heights(windows, room: room)
    var perTenth: UInt64 = 0
    for (window, height) in zip(windows, heights) {
      perTenth = max(perTenth, MapScale(window, cells: height).bytesPerCell.rawValue)
    }
    var y = top
    var frames: [Frame] = []
    for (window, height) in zip(windows, heights) {
      let own = max(MapScale(window, cells: height).bytesPerCell.rawValue, 1)
      // Rounding to whole bytes and tenths of a pixel is no enlargement.
      let ratio = (perTenth + own / 2) / own
      frames.append(Frame(window: window, top: y, height: height, enlargement: max(ratio, 1)))
      y += height + Self.gap
    }
    all = frames
    bytesPerPixel = perTenth > UInt64.max / 10 ? .max : perTenth * 10
  }

  /// The box of a range in the window that holds it.
  func box(_ range: PhysicalRange) -> (top: Int, height: Int)? {
    for frame in all {
      if let box = frame.box(range) { return box }
    }
    return nil
  }

  func thickens(_ range: PhysicalRange) -> Bool {
    all.contains { $0.thickens(range) }
  }

  /// Shares the height by size; a window whose share is too small gets the minimum.
  private static func heights(_ windows: [PhysicalRange], room: Int) -> [Int] {
    var small = [Bool](repeating: false, count: windows.count)
    while true {
      var total = ByteCount.zero
      for (index, window) in windows.enumerated() where !small[index] {
        total = total.adding(window.count) ?? ByteCount(UInt64.max)
      }
      let left = room - small.count { $0 } * least
      guard let whole = PhysicalRange(start: PhysicalAddress(0), count: total), left > 0 else {
        return [Int](repeating: max(room / max(windows.count, 1), least / 2), count: windows.count)
      }
      let scale = MapScale(whole, cells: left)
      var heights: [Int] = []
      var changed = false
      for (index, window) in windows.enumerated() {
        let height =
          small[index] ? least : scale.edge(above: window.movedToZero)
        if height < least {
          small[index] = true
          changed = true
        }
        heights.append(height)
      }
      if !changed { return heights }
    }
  }
}

extension PhysicalRange {
  /// A range of the same size that begins at address 0.
  fileprivate var movedToZero: PhysicalRange {
    PhysicalRange(
      first: PhysicalAddress(0), last: PhysicalAddress(last.rawValue - first.rawValue)) ?? self
  }
}
