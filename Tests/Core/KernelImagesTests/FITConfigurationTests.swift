// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
@testable import Samples
import Testing

/// Cases 08, 09 and 12: the configurations of a FIT.
struct FITConfigurationTests {
  private func named(
    _ name: String?, _ fit: SampleFIT = SampleFIT(), machine: [String] = []
  ) throws -> (KernelImage, [UInt8]) {
    let bytes = fit.bytes()
    var options = IdentificationOptions(fitConfiguration: name)
    if !machine.isEmpty { options.machineRoot = SampleTree.board("machine", machine).root }
    return (try KernelImage.of(bytes, options), bytes)
  }

  private func overlays(_ image: KernelImage) -> [String] {
    image.deviceTrees.flatMap { $0.overlays.map(\.origin) }
  }

  @Test("All strings of fdt count: the first is the tree, the others are overlays in their order")
  func overlays() throws {
    let (image, bytes) = try named("conf-black")
    #expect(image.deviceTrees.count == 1)
    #expect(try image.deviceTrees[0].bytes.bytes(of: bytes) == SampleTree.black)
    #expect(overlays(image) == ["FIT image ov-1"])
    #expect(image.otherTrees.map(\.origin) == ["FIT image fdt-bone", "FIT image ov-2"])
  }

  @Test("A#B#C adds the trees of B and C as overlays, in this order")
  func joined() throws {
    let (image, _) = try named("conf-black#overlay-2#overlay-1")
    #expect(overlays(image) == ["FIT image ov-1", "FIT image ov-2", "FIT image ov-1"])
    #expect(
      image.layers[0].facts.contains(ImageFact("configuration", "conf-black#overlay-2#overlay-1")))
    #expect(
      image.configurations.filter(\.isTaken).map(\.name) == [
        "conf-black", "overlay-1", "overlay-2",
      ])
    let (other, _) = try named("conf-bone#conf-more")
    #expect(overlays(other) == ["FIT image fdt-black"])
    // What else the second one names is told.
    let told = other.diagnostics.filter { $0.code == .partUnused }.map(\.message)
    #expect(told.count == 2 && told.contains { $0.contains("kernel-1") })
  }

  @Test(
    "An unknown configuration is refused with the names of those that are there",
    arguments: ["conf", "conf-black#", "#", "conf-black#none", ""])
  func unknown(_ name: String) throws {
    let wrong =
      name.split(separator: "#", omittingEmptySubsequences: false)
      .first { $0 != "conf-black" }.map(String.init) ?? ""
    #expect(
      throws: KernelImageError.noConfiguration(
        name: wrong,
        known: ["conf-bone", "conf-black", "conf-more", "overlay-1", "overlay-2"])
    ) { try named(name) }
    let error = KernelImageError.noConfiguration(name: wrong, known: ["a", "b"])
    #expect(error.description.contains("it has a, b"))
    #expect(error.hint.contains("--fit-config"))
  }

  @Test("A chain of # without end is refused")
  func chain() {
    let name = Array(repeating: "conf-black", count: 100_000).joined(separator: "#")
    #expect(throws: KernelImageError.self) { try named(name) }
  }

  @Test("The machine's compatible chooses as U-Boot does; the user's word goes before it")
  func machine() throws {
    func taken(_ machine: [String], _ name: String? = nil) throws -> [String] {
      try named(name, machine: machine).0.configurations.filter(\.isTaken).map(\.name)
    }
    #expect(try taken(["ti,bone-black", "ti,bone", "ti,am33xx"]) == ["conf-black"])
    #expect(try taken(["ti,bone", "ti,am33xx"]) == ["conf-bone"])
    #expect(try taken(["other,board"]) == ["conf-bone"])
    #expect(try taken([]) == ["conf-bone"])
    #expect(try taken(["ti,bone-black"], "conf-bone") == ["conf-bone"])
    let note = try named(nil, machine: ["ti,bone-black"]).0.diagnostics
      .first { $0.code == .configurationChosen }
    #expect(note?.message.contains("conf-more fits as well") == true)
  }

  @Test("A configuration without compatible is judged by its tree")
  func byTree() throws {
    var fit = SampleFIT()
    for index in fit.configurations.indices { fit.configurations[index].compatible = [] }
    let (image, _) = try named(nil, fit, machine: ["ti,bone-black", "ti,bone"])
    #expect(image.configurations.filter(\.isTaken).map(\.name) == ["conf-black"])
  }

  @Test("A FIT of trees alone is one; a configuration without a kernel beside others is refused")
  func treesAlone() throws {
    var fit = SampleFIT()
    #expect(
      throws: KernelImageError.missing(
        what: "the configuration overlay-1 of the FIT", name: "kernel")
    ) { try named("overlay-1", fit) }
    fit.images.removeFirst()
    fit.configurations = [("a", ["ti,bone"], [("fdt", ["fdt-bone"])])]
    fit.preferred = nil
    let (image, bytes) = try named(nil, fit)
    #expect(image.chain == ["FIT"])
    #expect(image.kernel == nil)
    #expect(try image.deviceTrees.map { try $0.bytes.bytes(of: bytes) } == [SampleTree.bone])
  }

  @Test("Every image of the configuration that is not used is named")
  func unused() throws {
    let told = try named("conf-more").0.diagnostics.filter { $0.code == .partUnused }
    #expect(told.map { $0.message.contains("FIT image fpga-1, the fpga of") } == [true])
  }

  @Test("A FIT that says another architecture than its kernel is an error that says both")
  func architecture() {
    var fit = SampleFIT()
    fit.architecture = "arm64"
    #expect(
      throws: KernelImageError.otherArchitecture(
        wrapper: "FIT image kernel-1", claimed: "arm64", found: "arm")
    ) { try named(nil, fit) }
  }

  @Test("A kernel that a FIT labels wrongly is taken for what it is, and the label is told")
  func label() throws {
    var fit = SampleFIT()
    fit.compression = "lzma"
    let (image, _) = try named(nil, fit)
    #expect(image.chain == ["FIT", "zImage", "gzip", "Image"])
    #expect(
      image.diagnostics.contains { $0.code == .wrapperContradicted && $0.severity == .warning })
  }

  @Test("Configurations that name images without end are refused")
  func bomb() {
    var fit = SampleFIT()
    let names = Array(repeating: "ramdisk-1", count: 64)
    fit.configurations = (0..<1000).map { ("c\($0)", [], [("kernel", names)]) }
    fit.preferred = "c1"
    #expect(throws: KernelImageError.self) { try named(nil, fit) }
  }
}
