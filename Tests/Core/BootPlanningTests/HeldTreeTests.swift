// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

/// Cases 08, 09, 13 and 23: which tree and which command line of the kernel's file is taken.
struct HeldTreeTests {
  static let black = SampleTree.board("TI Bone Black", ["ti,bone-black", "ti,bone", "ti,am33xx"])
  static let table = SampleTable.qualcomm(
    [SampleTree.bone, SampleTree.black, SampleTree.acme], version: 2)

  private func makeBoot(
    _ file: [UInt8], machine: DeviceTree? = black, configuration: String? = nil,
    _ change: (inout BootOptions) -> Void = { _ in }
  ) throws -> Boot<FileInMemory> {
    var identification = IdentificationOptions(fitConfiguration: configuration)
    identification.machineRoot = machine?.root
    var options = BootOptions()
    options.runningTree = machine
    change(&options)
    return try Boot(
      BootInputs(kernel: FileInMemory(file, path: "kernel")),
      image: try KernelImage.identify(file.span, options: identification), options)
  }

  private func severity(
    _ code: DiagnosticCode, _ boot: Boot<FileInMemory>
  ) -> Severity? {
    boot.diagnostics.first { $0.code == code }?.severity
  }

  @Test("The machine chooses among appended trees, trees in a row, and those of a table")
  func machine() throws {
    let row = SampleTree.bone + SampleTree.black
    for file in [
      SyntheticZImage(trailing: row).bytes(), SyntheticAndroid(version: 2, tree: row).bytes(),
      SyntheticAndroid(kernel: Builder.gzip(SyntheticImage().bytes()) + row).bytes(),
      SyntheticAndroid(table: Self.table).bytes(),
    ] {
      let boot = try makeBoot(file)
      #expect(boot.tree?.tree.model == "TI Bone Black")
      #expect(severity(.treeChosen, boot) == .note)
      #expect(severity(.treeUncertain, boot) == nil)
      #expect(severity(.treeOfAnotherBoard, boot) == nil)
    }
  }

  @Test("Qualcomm's numbers of the running tree choose a line")
  func numbers() throws {
    let machine = SampleTree.board(
      "phone", ["qcom,msm8974"],
      numbers: [("qcom,msm-id", [126, 0x20001]), ("qcom,board-id", [10, 0])])
    let boot = try makeBoot(SyntheticAndroid(table: Self.table).bytes(), machine: machine)
    #expect(boot.tree?.tree.model == "Acme")
  }

  @Test("Without a machine the first tree is taken with a warning that names all and how to choose")
  func noMachine() throws {
    let boot = try makeBoot(SyntheticAndroid(table: Self.table).bytes(), machine: nil)
    #expect(boot.tree?.tree.model == "TI Bone")
    let warning = try #require(boot.diagnostics.first { $0.code == .treeUncertain })
    #expect(warning.severity == .warning)
    for name in ["0: 'TI Bone'", "1: 'TI Bone Black'", "2: 'Acme'"] {
      #expect(warning.message.contains(name))
    }
    #expect(warning.hint.contains("--dtb-index"))
  }

  @Test("Where none of several trees is for the machine, its own tree is kept, with a warning")
  func noneFits() throws {
    let machine = SampleTree.board("Other", ["other,board"])
    let boot = try makeBoot(SyntheticAndroid(table: Self.table).bytes(), machine: machine)
    #expect(boot.tree?.tree.model == "Other")
    #expect(severity(.treeUncertain, boot) == .warning)
  }

  @Test("Trees that fit equally well are told; lines with the same tree are not")
  func equals() throws {
    let other = SampleTree.bytes(
      SampleTree.board("Black, other", ["ti,bone-black", "ti,bone", "ti,am33xx"]))
    let third = SampleTree.bytes(
      SampleTree.board("Black, third", ["ti,bone-black", "ti,bone", "ti,am33xx"]))
    let boot = try makeBoot(SyntheticZImage(trailing: other + third).bytes())
    #expect(severity(.treeUncertain, boot) == .warning)
    #expect(boot.tree?.tree.model == "Black, other")
  }

  @Test("--dtb-index takes a tree by its place, and is refused where there is none")
  func index() throws {
    let file = SyntheticAndroid(table: Self.table).bytes()
    for (index, model) in [(0, "TI Bone"), (1, "TI Bone Black"), (2, "Acme")] {
      let boot = try makeBoot(file) { $0.stated.treeIndex = index }
      #expect(boot.tree?.tree.model == model)
    }
    for (file, index) in [(file, 3), (file, -1), (SyntheticZImage().bytes(), 0)] {
      do throws(BootError) {
        _ = try bootOrFail(file) { $0.stated.treeIndex = index }
        Issue.record("there is no tree \(index)")
      } catch {
        #expect(error.isUsage)
        #expect(error.hint.contains("kx inspect"))
      }
    }
  }

  private func bootOrFail(
    _ file: [UInt8], _ change: (inout BootOptions) -> Void
  ) throws(BootError) -> Boot<FileInMemory> {
    var options = BootOptions()
    change(&options)
    let image: KernelImage
    do throws(KernelImageError) { image = try KernelImage.identify(file.span) } catch {
      throw .image(path: "kernel", error)
    }
    return try Boot(
      BootInputs(kernel: FileInMemory(file, path: "kernel")), image: image, options)
  }

  @Test("A tree for another board is a warning that names both and what they share")
  func mismatch() throws {
    let boot = try makeBoot(SyntheticZImage(trailing: SampleTree.acme).bytes())
    let warning = try #require(boot.diagnostics.first { $0.code == .treeOfAnotherBoard })
    #expect(warning.severity == .warning)
    #expect(warning.message.contains("acme,board"))
    #expect(warning.message.contains("ti,bone-black"))
    let family = try makeBoot(SyntheticZImage(trailing: SampleTree.bone).bytes())
    let told = family.diagnostics.first { $0.code == .treeOfAnotherBoard }?.message ?? ""
    #expect(told.contains("only 'ti,bone'"))
    #expect(
      severity(
        .treeOfAnotherBoard, try makeBoot(SyntheticZImage(trailing: SampleTree.black).bytes()))
        == nil)
  }

  @Test("The overlays of a FIT's configuration are merged into its tree, in their order")
  func overlays() throws {
    let fit = SampleFIT().bytes()
    func serial(_ configuration: String) throws -> Node? {
      let boot = try makeBoot(fit, configuration: configuration)
      return boot.tree?.tree.node(at: "/serial@48022000")
    }
    let plain = try serial("conf-more")
    #expect(plain?.property(named: "status")?.text == "disabled")
    let one = try serial("conf-black")
    #expect(one?.property(named: "status")?.text == "okay")
    #expect(one?.property(named: "first") != nil)
    #expect(one?.property(named: "second") == nil)
    let both = try serial("conf-black#overlay-2")
    #expect(both?.property(named: "first") != nil)
    #expect(both?.property(named: "second") != nil)
  }

  @Test("The image's own command line is used, or it is told that it is not")
  func commandLine() throws {
    let file = SyntheticAndroid(commandLine: "console=ttyHSL0\nquiet").bytes()
    let alone = try makeBoot(file)
    #expect(severity(.ownCommandLine, alone) == .note)
    #expect(try alone.request().commandLine == "console=ttyHSL0 quiet")
    let running = try makeBoot(file) { $0.runningCommandLine = "console=ttyS0" }
    #expect(severity(.ownCommandLine, running) == .warning)
    let message = running.diagnostics.first { $0.code == .ownCommandLine }?.message ?? ""
    #expect(message.contains("console=ttyHSL0"))
    #expect(!message.contains("\n"))
    #expect(try running.request().commandLine == "console=ttyS0")
    let stated = try makeBoot(file) { $0.commandLine = "console=tty1" }
    #expect(severity(.ownCommandLine, stated) == .note)
    let none = try makeBoot(SyntheticAndroid(commandLine: "").bytes())
    #expect(severity(.ownCommandLine, none) == nil)
  }
}
