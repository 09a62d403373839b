// SPDX-License-Identifier: Apache-2.0
import TestLab

/// One boot of the device's matrix.
struct DeviceBoot: Hashable, Sendable {
  static let handovers = ["image", "zimage"]
  static let memories = [256, 512, 1024]
  /// Whether memory is reserved where kexec-tools would put the initrd.
  static let places = ["free", "reserved"]

  let kernel: LabKernel
  let handover: String
  let mebibytes: Int
  let place: String

  /// The value in each column of the file.
  var columns: [String] {
    [kernel.name, kernel.table.rawValue, handover, "\(mebibytes)", place]
  }

  /// Every boot there is.
  static let full = LabKernel.names.flatMap { name in
    [LabKernel.Table.intact, .erased].flatMap { table in
      handovers.flatMap { handover in
        memories.flatMap { mebibytes in
          places.map {
            DeviceBoot(
              kernel: LabKernel(name, table), handover: handover, mebibytes: mebibytes, place: $0)
          }
        }
      }
    }
  }

  static let rows = PairwiseFile("boots.pairwise.txt", beside: #filePath).rows

  /// The boots of the file; a line that is none of the matrix is left out, and the test of the file
  /// sees that.
  static let pairwise: [DeviceBoot] = rows.compactMap { row in
    full.first { $0.columns == row }
  }

  /// What is booted: everything only when all is asked for.
  static let asked = Lab.matrix == "full" ? full : pairwise
}

/// The boots that one run of QEMU can do one after the other: of the same memory.
struct DeviceRun: Hashable, Sendable, CustomStringConvertible {
  let mebibytes: Int
  /// What is reserved; nil for nothing.
  let reserved: Range<UInt64>?
  /// The kernel that QEMU starts.
  let first: String
  /// The only kernel of the run; nil for any.
  let only: String?
  var boots: [DeviceBoot] = []

  var description: String {
    "\(boots.count) boots\(only.map { " of " + $0 } ?? ""), \(mebibytes) MiB"
      + (reserved.map { ", reserved from 0x" + String($0.lowerBound, radix: 16) } ?? "")
  }

  /// Where kexec-tools would put the initrd depends on the kernel's size. Where that is for a tiny
  /// one, Debian's kernel lies itself: the tiny one is started from another of its kind.
  private init(_ boot: DeviceBoot) {
    mebibytes = boot.mebibytes
    let isTiny = boot.kernel.isTiny
    // A zImage of Debian's larger kernel goes above the first 128 MiB, which are lost to those that
    // follow: the initrd, in which all kernels of a run are, must fit what is left.
    only =
      boot.place == "reserved" && boot.mebibytes == 256 && !isTiny ? boot.kernel.name : nil
    switch boot.place {
    case "reserved":
      reserved = isTiny ? 0x404c_0000..<0x4080_0000 : 0x4180_0000..<0x4200_0000
      first = isTiny ? "tiny-gzip" : "armmp"
    default:
      reserved = nil
      first = "armmp"
    }
  }

  /// Puts boots together; none is left out. Of one kernel those by zimage come last, since they may
  /// cost the RAM that others need.
  static func runs(_ boots: [DeviceBoot]) -> [DeviceRun] {
    var runs: [DeviceRun] = []
    let sorted = LabKernel.names.flatMap { name in
      DeviceBoot.handovers.flatMap { handover in
        boots.filter { $0.kernel.name == name && $0.handover == handover }
      }
    }
    for boot in sorted {
      var run = DeviceRun(boot)
      let index = runs.firstIndex {
        $0.mebibytes == run.mebibytes && $0.reserved == run.reserved && $0.first == run.first
          && $0.only == run.only
      }
      if let index {
        runs[index].boots.append(boot)
      } else {
        run.boots = [boot]
        runs.append(run)
      }
    }
    return runs
  }

  static let asked = runs(DeviceBoot.asked)
}
