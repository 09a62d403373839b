// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// One set of rules for every module: strict memory safety, warnings are errors.
let rules: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Modules of which scripts/build/build-device and scripts/build/build-ferry want code of 16-bit instructions: it
/// is smaller, and does more of them.
let small = (Context.environment["SWIFT_KEXEC_THUMB"] ?? "").split { $0.isWhitespace }
  .map(String.init)

/// The rules of a Swift module.
func rules(of name: String) -> [SwiftSetting] {
  rules + (small.contains(name) ? [.unsafeFlags(["-Xcc", "-mthumb"])] : [])
}

/// The same for C.
func thumb(_ name: String) -> [CSetting] {
  small.contains(name) ? [.unsafeFlags(["-mthumb"])] : []
}

/// A core module: compiles unchanged as full Swift and as Embedded Swift.
func core(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: rules(of: name))
}

/// The rules for C and assembly. No unsafe flags: a package that has some cannot be depended on.
let cRules: [CSetting] = [
  .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "SeededRandom"] + dependencies,
    path: "Tests/Core/\(name)Tests", swiftSettings: rules)
}

/// Ferry is for a machine without an operating system: only scripts/build/build-ferry sees it.
let ferry: [Target] =
  Context.environment["SWIFT_KEXEC_BARE_METAL"] == nil
  ? []
  : [
    .target(name: "CFerry", exclude: ["ferry.lds"], cSettings: thumb("CFerry")),
    .executableTarget(
      name: "Ferry",
      dependencies: [
        "CFerry", "HandoverCode", "PhysicalMemory", "Digests", "Handover", "Bundles",
      ], swiftSettings: rules(of: "Ferry")),
  ]

/// Readers for libFuzzer, without the two programs' own `main`: only scripts/check/fuzz builds it.
let isFuzzed = Context.environment["SWIFT_KEXEC_FUZZ"] != nil
let fuzz: [Target] =
  isFuzzed
  ? [
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "PhysicalMemory", "Digests", "Bundles", "DeviceTree", "Handover", "Inflation",
        "KernelImages", "BootPlanning", "LinuxInterface", "Reporting", "BootEntries", "kexec",
        "SeededRandom", "Samples",
      ], path: "Tests/Hostile/Fuzz", exclude: ["make-seeds", "dictionaries"],
      swiftSettings: rules + [.enableExperimentalFeature("Extern")],
      // The usual one breaks off on what the address sanitizer adds.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])])
  ] : []

/// For C; Swift is told by scripts/build/build-fuzz.
let sanitizers: [CSetting] =
  isFuzzed ? [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])] : []

/// The loader: a program, and for libFuzzer a module like any other.
let loaderModules: [Target.Dependency] = [
  "PhysicalMemory", "Digests", "DeviceTree", "Handover", "KernelImages", "BootPlanning",
  "BootEntries", "LinuxInterface", "Reporting",
]
let loader: Target =
  isFuzzed
  ? .target(name: "kexec", dependencies: loaderModules, swiftSettings: rules)
  : .executableTarget(
    name: "kexec", dependencies: loaderModules, swiftSettings: rules(of: "kexec"))

let package = Package(
  name: "swift-kexec",
  products: isFuzzed
    ? [.executable(name: "Fuzz", targets: ["Fuzz"])]
    : [
      // Everything that knows about kernels, for other packages: examples/plan-a-boot.
      .library(
        name: "SwiftKexec",
        targets: [
          "PhysicalMemory", "Digests", "DeviceTree", "Handover", "Bundles", "Inflation",
          "KernelImages", "BootPlanning", "LinuxInterface", "Reporting",
        ]),
      .executable(name: "kexec", targets: ["kexec"]),
      .executable(name: "kx", targets: ["kx"]),
    ],
  // Architectures that are built in. Programs for devices have their own alone.
  traits: [
    .default(enabledTraits: ["PlanARM", "PlanARM64", "PlanRISCV64", "PlanX86"]),
    .trait(name: "PlanARM", description: "kernels for 32-bit ARM"),
    .trait(name: "PlanARM64", description: "kernels for arm64; none are planned for yet"),
    .trait(name: "PlanRISCV64", description: "kernels for riscv64; none are planned for yet"),
    .trait(name: "PlanX86", description: "kernels for x86_64; none are planned for yet"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    core("PhysicalMemory"),
    core("Digests"),
    core("DeviceTree", ["PhysicalMemory"]),
    // The source of the words in Handover, for programs that link it; nothing at all but on ARM.
    .target(name: "HandoverCode", cSettings: cRules),
    core("Handover", ["PhysicalMemory"], exclude: ["README.md"]),
    core("Bundles", ["PhysicalMemory", "Digests", "Handover"]),
    .target(
      name: "CInflation",
      cSettings: cRules + sanitizers + thumb("CInflation"),
      linkerSettings: ["z", "lzma", "lz4", "zstd", "bz2"].map { .linkedLibrary($0) }),
    core("Inflation", ["CInflation", "PhysicalMemory", "Digests"]),
    core(
      "KernelImages",
      ["PhysicalMemory", "Digests", "Handover", "Bundles", "DeviceTree", "Inflation"]),
    core(
      "BootPlanning",
      [
        "PhysicalMemory", "Bundles", "DeviceTree", "Digests", "Handover", "Inflation",
        "KernelImages",
      ]),
    core("BootEntries", ["PhysicalMemory"]),
    .target(name: "CLinux", cSettings: cRules + sanitizers),
    core(
      "LinuxInterface",
      [
        "CLinux", "PhysicalMemory", "DeviceTree", "Handover", "Inflation", "KernelImages",
        "BootPlanning",
      ]),
    core(
      "Reporting",
      [
        "PhysicalMemory", "Digests", "Bundles", "DeviceTree", "Handover", "Inflation",
        "KernelImages", "BootPlanning",
      ]),
    loader,
    .target(
      name: "QEMULab",
      dependencies: [
        "PhysicalMemory", "Handover",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ], swiftSettings: rules),
    .executableTarget(
      name: "kx",
      dependencies: [
        "PhysicalMemory", "Digests", "Bundles", "DeviceTree", "Handover", "Inflation",
        "KernelImages", "BootPlanning", "LinuxInterface", "Reporting", "QEMULab",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: rules),
    .target(name: "SeededRandom", path: "Tests/Support/SeededRandom", swiftSettings: rules),
    tests("PhysicalMemory", []),
    tests("Digests", []),
    tests("DeviceTree", ["PhysicalMemory"]),
    tests("Handover", ["PhysicalMemory", "TestLab"]),
    tests("Bundles", ["PhysicalMemory", "Digests", "Handover", "Samples", "TestLab"]),
    tests("Inflation", []),
    // Kernels and machines that are made up, for several tests.
    .target(
      name: "Samples",
      dependencies: ["PhysicalMemory", "Digests", "Bundles", "DeviceTree", "LinuxInterface"],
      path: "Tests/Support/Samples", swiftSettings: rules),
    tests(
      "KernelImages",
      ["PhysicalMemory", "Digests", "Bundles", "DeviceTree", "Inflation", "Samples"]),
    tests(
      "BootPlanning",
      [
        "PhysicalMemory", "Bundles", "DeviceTree", "Handover", "KernelImages", "Inflation",
        "Samples",
      ]),
    tests(
      "Reporting",
      [
        "PhysicalMemory", "DeviceTree", "Handover", "Inflation", "KernelImages", "BootPlanning",
        "Samples",
      ]),
    tests(
      "LinuxInterface",
      ["PhysicalMemory", "DeviceTree", "Inflation", "KernelImages", "BootPlanning", "Samples"]),
    // The loader's own logic, against a Linux that is not there.
    .testTarget(
      name: "LoaderTests",
      dependencies: [
        "kexec", "PhysicalMemory", "Bundles", "DeviceTree", "KernelImages", "BootPlanning",
        "LinuxInterface", "Reporting", "Samples",
      ], path: "Tests/Programs/LoaderTests", swiftSettings: rules),
    tests("BootEntries", []),
    tests("QEMULab", ["PhysicalMemory", "Handover"]),
    // Kernels, trees, folders and programs, for the tests that start machines.
    .target(name: "TestLab", path: "Tests/Support/TestLab", swiftSettings: rules),
    // The example by the rules of other packages, so that it is built and run with the tests.
    .executableTarget(
      name: "PlanABootExample", dependencies: ["KernelImages", "BootPlanning"],
      path: "examples/plan-a-boot/Sources/PlanABoot"),
    // They run the programs, which are built beside them.
    .testTarget(
      name: "WorkbenchTests",
      dependencies: [
        "kx", "PlanABootExample", "TestLab", "PhysicalMemory", "Bundles", "DeviceTree", "Inflation",
        "KernelImages",
        "BootPlanning", "LinuxInterface", "Reporting", "QEMULab",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Programs/WorkbenchTests", swiftSettings: rules),
    // They try plans in QEMU, by kx and by its lab.
    .testTarget(
      name: "LabBootTests",
      dependencies: ["kx", "TestLab", "PhysicalMemory", "Handover", "QEMULab"],
      path: "Tests/Boots/LabBootTests", exclude: ["boots.pairwise.txt"], swiftSettings: rules),
    // They run dist/ARCH/kexec in guests of QEMU.
    .testTarget(
      name: "GuestBootTests", dependencies: ["kx", "TestLab"], path: "Tests/Boots/GuestBootTests",
      exclude: ["guest", "programs", "boots.pairwise.txt"], swiftSettings: rules),
    // What the Debian packages install, and a Debian that has it.
    .testTarget(
      name: "PackageTests", dependencies: ["TestLab"], path: "Tests/Boots/PackageTests",
      exclude: ["guest"], swiftSettings: rules),
    // The script around libFuzzer, with a program that stands in for the fuzzed one.
    .testTarget(
      name: "FuzzScriptTests", dependencies: ["TestLab"], path: "Tests/Programs/FuzzScriptTests",
      swiftSettings: rules),
    // They start bundles on QEMU's boards.
    .testTarget(
      name: "FerryBootTests", dependencies: ["kx", "TestLab"], path: "Tests/Boots/FerryBootTests",
      swiftSettings: rules),
    // Reads hostile files in a process of its own, which a trap may end.
    .executableTarget(
      name: "HostileProbe",
      dependencies: [
        "PhysicalMemory", "Digests", "DeviceTree", "Inflation", "KernelImages", "BootPlanning",
      ], path: "Tests/Hostile/HostileProbe", swiftSettings: rules),
    .testTarget(
      name: "HostileInputTests",
      dependencies: [
        "HostileProbe", "kx", "kexec", "TestLab", "Samples", "LinuxInterface", "DeviceTree",
      ],
      path: "Tests/Hostile/HostileInputTests", exclude: ["reference"], swiftSettings: rules),
  ] + ferry + fuzz
)
