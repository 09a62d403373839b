// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory
import Testing

@testable import BootPlanning

@Suite("What a kernel needs of a processor")
struct ProcessorTests {
  static func tree(_ cores: [String]...) -> DeviceTree {
    let nodes = cores.enumerated().map { number, names in
      Node(
        "cpu@\(number)",
        properties: [
          Property("compatible", names.flatMap { Array($0.utf8) + [0] })
        ])
    }
    return DeviceTree(
      root: Node(children: [Node("cpus", children: nodes + [Node("cpu-map"), Node("idle-states")])])
    )
  }

  static func kernel(
    lpae: Bool = false, thumb: Bool = false, least: ARMVersion? = nil, latest: ARMVersion? = nil,
    _ source: FigureSource = .inflatedImage
  ) -> ARMKernel {
    let count = Figure(ByteCount(UInt64(1 << 20)), .file, "")
    var kernel = ARMKernel(
      zImage: nil, inflatedBytes: count, bssBytes: count, textOffset: count,
      pageOffset: Figure(0xc000_0000, .estimate, ""), isLPAE: Figure(lpae, source, ""),
      isThumb2: Figure(thumb, source, ""))
    kernel.leastVersion = least.map { Figure($0, source, "") }
    kernel.latestVersion = latest.map { Figure($0, source, "") }
    return kernel
  }

  @Test(
    "The names of cores in device trees tell their version, and whether they have LPAE",
    arguments: [
      ("arm,cortex-a5", .v7, false), ("arm,cortex-a7", .v7, true), ("arm,cortex-a8", .v7, false),
      ("arm,cortex-a9", .v7, false), ("arm,cortex-a12", .v7, true), ("arm,cortex-a15", .v7, true),
      ("arm,cortex-a17", .v7, true), ("arm,cortex-a32", .v8, true), ("arm,cortex-a53", .v8, true),
      ("arm,cortex-a72", .v8, true), ("arm,arm1176jzf-s", .v6, false),
      ("arm,arm1176jzf", .v6, false), ("arm,arm1136jf-s", .v6, false),
      ("arm,arm11mpcore", .v6, false), ("arm,arm926ej-s", .v5, false),
      ("arm,926ej-s", .v5, false), ("arm,arm926", .v5, false), ("arm,arm920t", .v4, false),
      ("arm,arm7tdmi", .v4, false), ("marvell,feroceon", .v5, false), ("marvell,pj4b", .v7, nil),
      ("marvell,sheeva-v7", .v7, nil), ("qcom,krait", .v7, nil), ("qcom,scorpion", .v7, false),
      ("brcm,brahma-b15", .v7, true), ("arm,armv7", .v7, nil), ("arm,armv8", .v8, true),
      ("arm,cortex-a6", nil, nil), ("arm,", nil, nil), ("cortex-a8", nil, nil), ("", nil, nil),
      ("acme,cortex-a8", nil, nil),
    ] as [(String, ARMVersion?, Bool?)])
  func cores(name: String, version: ARMVersion?, hasLPAE: Bool?) {
    let core = Processor(core: name)
    #expect(core?.version == version && core?.hasLPAE == hasLPAE)
    var processor = Processor()
    processor.take(Self.tree(["acme,new-core", name]))
    #expect(processor.version == version && processor.hasLPAE == hasLPAE)
  }

  @Test("Of several kinds of cores what all have counts; one that is not known leaves all open")
  func several() {
    var processor = Processor()
    processor.take(Self.tree(["arm,cortex-a15"], ["arm,cortex-a8"], ["arm,cortex-a7"]))
    #expect(processor.hasLPAE == false && processor.name == "arm,cortex-a8")
    processor = Processor()
    processor.take(Self.tree(["arm,cortex-a15"], ["acme,core"]))
    #expect(processor == Processor())
    processor.take(DeviceTree(root: Node("")))
    #expect(processor == Processor())
  }

  @Test(
    "uname tells the version; before ARMv7 there is no LPAE",
    arguments: [
      ("armv7l", .v7, nil), ("armv7b", .v7, nil), ("armv6l", .v6, false), ("armv5tel", .v5, false),
      ("armv5tejl", .v5, false), ("armv4l", .v4, false), ("armv8l", .v8, nil),
      ("aarch64", nil, nil), ("x86_64", nil, nil), ("", nil, nil), ("armv", nil, nil),
    ] as [(String, ARMVersion?, Bool?)])
  func machines(name: String, version: ARMVersion?, hasLPAE: Bool?) {
    let processor = Processor(machine: name)
    #expect(processor.version == version && processor.hasLPAE == hasLPAE)
  }

  @Test(
    "/proc/cpuinfo tells LPAE by its features; a kernel before 3.12 does not tell that it lacks")
  func features() {
    func read(_ text: String, _ release: String) -> Bool? {
      var processor = Processor(machine: "armv7l")
      processor.take(cpuinfo: Array(text.utf8), release: release)
      return processor.hasLPAE
    }
    let cortexA8 = "model name\t: ARMv7\nFeatures\t: half thumb vfpd32 \nCPU part\t: 0xc08\n"
    let cortexA7 = "Features\t: half thumb fastmult vfpd32 lpae evtstrm\n"
    #expect(read(cortexA8, "6.1.0-50-armmp") == false)
    #expect(read(cortexA8, "3.4.113-sun8i") == nil && read(cortexA8, "") == nil)
    #expect(read(cortexA7, "6.1.0") == true && read(cortexA7, "3.4.0") == true)
    #expect(read("", "6.1.0") == nil && read("Features\n", "6.1.0") == nil)
    #expect(read("flags\t: lpae\n", "6.1.0") == nil)
  }

  static let obstacles: [(core: String, kernel: ARMKernel, obstacle: ProcessorObstacle?)] = [
    ("arm,cortex-a8", kernel(lpae: true, least: .v7), .noLPAE),
    ("arm,cortex-a7", kernel(lpae: true, least: .v7), nil),
    ("arm,cortex-a8", kernel(least: .v7), nil), ("arm,cortex-a53", kernel(least: .v7), nil),
    ("arm,arm1176jzf-s", kernel(least: .v7), .tooOld(needs: .v7)),
    ("arm,arm1176jzf-s", kernel(lpae: true), .noLPAE),
    ("arm,arm1176jzf-s", kernel(least: .v6, latest: .v6), nil),
    ("arm,arm926ej-s", kernel(least: .v6), .tooOld(needs: .v6)),
    ("arm,arm926ej-s", kernel(latest: .v5), nil),
    ("arm,cortex-a9", kernel(latest: .v5), .tooNew(knows: .v5, isCertain: true)),
    ("arm,cortex-a7", kernel(least: .v6, latest: .v6), .tooNew(knows: .v6, isCertain: true)),
    (
      "arm,cortex-a9", kernel(latest: .v5, .estimate), .tooNew(knows: .v5, isCertain: false)
    ),
    ("qcom,krait", kernel(lpae: true, least: .v7), nil), ("arm,cortex-m4", kernel(), .noARMState),
    ("arm,cortex-m4", kernel(thumb: true), nil),
  ]

  @Test("A kernel is held against its processor by all that is known of both", arguments: obstacles)
  func obstacle(core: String, kernel: ARMKernel, obstacle: ProcessorObstacle?) throws {
    let processor = try #require(Processor(core: core))
    #expect(processor.obstacle(to: kernel) == obstacle)
    guard let obstacle else { return }
    let diagnostic = Diagnostic(obstacle, on: processor)
    #expect(diagnostic.severity == (obstacle.isCertain ? .error : .warning))
    #expect(diagnostic.message.contains(core))
  }

  @Test("A big-endian kernel is held against the byte order of the running one")
  func byteOrder() {
    var old = Self.kernel(latest: .v5)
    old.isBigEndian = Figure(true, .decompressor, "")
    var new = Self.kernel(least: .v6)
    new.isBigEndian = Figure(true, .decompressor, "")
    func found(_ machine: String, _ kernel: ARMKernel) -> Diagnostic? {
      let processor = Processor(machine: machine)
      return processor.obstacle(to: kernel).map { Diagnostic($0, on: processor) }
    }
    #expect(found("armv5teb", old) == nil && found("armv7b", new) == nil)
    #expect(found("armv5tel", Self.kernel(latest: .v5)) == nil)
    #expect(found("armv5tel", old)?.code == .processorCannotRun)
    #expect(found("armv5tel", old)?.message.contains("armv5tel runs little-endian") == true)
    #expect(found("armv7l", new)?.code == .processorPerhapsCannotRun)
    #expect(found("armv7l", new)?.message.contains("must be big-endian, too") == true)
    #expect(found("armv5teb", new)?.message.contains("needs ARMv6 or later") == true)
    #expect(found("armv7b", old)?.message.contains("no later processors than ARMv5") == true)
  }

  @Test("Who knows nothing of a processor has nothing against any kernel")
  func unknown() {
    for kernel in Self.obstacles.map(\.kernel) {
      #expect(Processor().obstacle(to: kernel) == nil)
    }
  }
}
