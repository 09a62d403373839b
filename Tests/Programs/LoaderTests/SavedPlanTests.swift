// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("A saved plan loads again")
struct SavedPlanTests {
  /// Options that a plan may be saved with, by what they are about; each column is tried with every
  /// value of every other.
  static let columns: [[String]] = [
    [
      "/boot/zImage", "--type=Image /boot/Image", "/boot/mute", "/boot/fit --fit-config=second",
      "/boot/trees --dtb-index=1",
    ],
    ["", "--handover=image", "--handover=zimage"],
    ["", "--initrd=/boot/initrd", "--initrd=/boot/initrd --initrd=/boot/initrd"],
    [
      "", "--dtb=/boot/board.dtb", "--dtb=/boot/board.dtb --dtbo=/boot/overlay",
      "--dtbo=/boot/overlay", "--atags", "--atags --machine-number=2272", "--dtb=/boot/bare.dtb",
    ],
    [
      "", "--mem-min=0x44000000", "--mem-max=0x4fffffff",
      "--mem-min=0x42000000 --mem-max=0x5effffff",
    ],
    [
      "", "--append=quiet", "--append=", "--reuse-cmdline", "--reuse-cmdline --append=debug",
      "--dt-no-old-root",
    ],
    ["", "--image-size=0x2000000", "--page-offset=0x80000000"],
  ]

  /// Rows in which every pair of values of any two columns stands: greedily, so that the same rows
  /// come each time.
  static let rows: [[Int]] = {
    struct Pair: Hashable { let columns: [Int], values: [Int] }
    func pairs(_ row: [Int]) -> [Pair] {
      row.indices.flatMap { one in
        row.indices.dropFirst(one + 1).map {
          Pair(columns: [one, $0], values: [row[one], row[$0]])
        }
      }
    }
    var left: Set<Pair> = []
    for one in columns.indices {
      for other in columns.indices where one < other {
        for value in columns[one].indices {
          for second in columns[other].indices {
            left.insert(Pair(columns: [one, other], values: [value, second]))
          }
        }
      }
    }
    var rows: [[Int]] = []
    var turn = 0
    while !left.isEmpty {
      var best: ([Int], Int) = ([], -1)
      for try_ in 0..<200 {
        var state = UInt64(truncatingIfNeeded: turn &* 7919 &+ try_ &* 104_729 &+ 1)
        let row = columns.map { column in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Int(state >> 33) % column.count
        }
        let covers = pairs(row).count { left.contains($0) }
        if covers > best.1 { best = (row, covers) }
      }
      turn += 1
      if best.1 == 0 { continue }
      rows.append(best.0)
      left.subtract(pairs(best.0))
    }
    return rows
  }()

  static let lines = rows.map { row in
    zip(columns, row).map { $0[$1] }.filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// A machine with one more of each file.
  static func loader() -> Loader {
    let loader = Loader([
      "/proc/cmdline": "BOOT_IMAGE=/vmlinuz console=ttyAMA0 root=/dev/vda\n"
    ])
    var bare = Loader.tree
    bare.root.children.removeAll { $0.name == "chosen" }
    loader.kernel.files["/boot/bare.dtb"] = bare.flattened()
    var second = Loader.tree
    second.root.set("note", string: "the second tree of the file")
    loader.kernel.files["/boot/trees"] =
      Loader.zImage.bytes() + Loader.tree.flattened() + second.flattened()
    loader.kernel.files["/boot/mute"] =
      SyntheticZImage(tagWords: nil, image: SyntheticImage(hasPair: false, hasEndAddress: false))
      .bytes()
    func text(_ words: String) -> [UInt8] { Array((words + "\0").utf8) }
    func image(_ kernel: SyntheticZImage) -> [Property] {
      [
        Property("type", text("kernel")), Property("arch", text("arm")),
        Property("os", text("linux")), Property("compression", text("none")),
        Property("data", kernel.bytes()),
      ]
    }
    let other = SyntheticZImage(
      image: SyntheticImage(byteCount: 0x20_0100, texts: ["linux,dummy-virt", "arm,pl011"]))
    loader.kernel.files["/boot/fit"] = DeviceTree(
      root: Node(children: [
        Node(
          "images",
          children: [
            Node("one", properties: image(Loader.zImage)), Node("two", properties: image(other)),
          ]),
        Node(
          "configurations", properties: [Property("default", text("first"))],
          children: [
            Node("first", properties: [Property("kernel", text("one"))]),
            Node("second", properties: [Property("kernel", text("two"))]),
          ]),
      ])
    ).flattened()
    loader.kernel.files["/boot/overlay"] = DeviceTree(
      root: Node(children: [
        Node(
          "fragment@0", properties: [Property("target-path", text("/"))],
          children: [Node("__overlay__", properties: [Property("note", text("overlaid"))])])
      ])
    ).flattened()
    return loader
  }

  @Test("With every pair of options that make it", arguments: lines)
  func again(line: String) throws {
    let loader = Self.loader()
    let saved = loader.run("-l --dry-run --json " + line)
    guard saved.exit == .done else {
      // What makes no plan cannot be saved: overlays without a tree, ATAGs with one.
      #expect(saved.exit == .usage || saved.exit == .nothingFits, "\(line)\n\(saved.complaints)")
      return
    }
    let other = Self.loader()
    other.kernel.files["/tmp/plan.json"] = Array(saved.output.utf8)
    let loaded = other.run("--load-plan=/tmp/plan.json")
    #expect(loaded.exit == .done, "\(line)\n\(loaded.complaints)")
    // It is the same plan, but for its notes: that the load address was stated is one.
    let shown = Self.loader()
    shown.kernel.files["/tmp/plan.json"] = Array(saved.output.utf8)
    let again = shown.run("--load-plan=/tmp/plan.json --dry-run --json")
    func head(_ text: String) -> Substring {
      text.prefix { $0 != "!" }.split(separator: "diagnostics").first ?? ""
    }
    #expect(head(again.output) == head(saved.output), "\(line)")
  }

  @Test("Most rows make a plan, and every option is in one of them")
  func rowsMakePlans() {
    let made = Self.lines.filter { Self.loader().run("-l --dry-run --json " + $0).exit == .done }
    #expect(made.count * 10 >= Self.lines.count * 8)
    for value in Self.columns.joined() where !value.isEmpty {
      #expect(made.contains { $0.contains(value) }, "\(value)")
    }
  }

  @Test("What differs is named: register, segment, RAM, reservation, with both values")
  func refusals() {
    let line = "-l --dry-run --json /boot/zImage --initrd=/boot/initrd --handover=zimage"
    let saved = Self.loader().run(line).output
    for (old, new, words) in [
      (#""r1": "0xffffffff""#, #""r1": "0x8e0""#, "r1 would be 0xffffffff, the plan says 0x8e0"),
      (#""r0": "0x0""#, #""r0": "0x1""#, "$.registers.r0 is 0x1, not a number from 0x0"),
    ] {
      let loader = Self.loader()
      let changed = saved.replacing(old, with: new)
      #expect(changed != saved)
      loader.kernel.files["/tmp/plan.json"] = Array(changed.utf8)
      let found = loader.run("--load-plan=/tmp/plan.json")
      #expect(found.exit == .badFile && found.complaints.contains(words), "\(found.complaints)")
    }
    let other = Self.loader()
    other.kernel.files["/tmp/plan.json"] = Array(saved.utf8)
    let map = String(decoding: other.kernel.files["/proc/iomem"] ?? [], as: UTF8.self)
    other.kernel.files["/proc/iomem"] = Array(
      (map + "70000000-7fffffff : System RAM\n").utf8)
    #expect(
      other.run("--load-plan=/tmp/plan.json").complaints
        .contains("RAM 0x70000000-0x7fffffff is not in the plan"))
    let taken = Self.loader()
    taken.kernel.files["/tmp/plan.json"] = Array(saved.utf8)
    taken.kernel.files["/proc/iomem"] = Array(
      map.replacing(
        "System RAM\n", with: "System RAM\n  4f000000-4fffffff : reserved\n", maxReplacements: 1
      ).utf8)
    let found = taken.run("--load-plan=/tmp/plan.json").complaints
    #expect(found.contains("0x4f000000-0x4fffffff is taken here ("), "\(found)")
  }
}
