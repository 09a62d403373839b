// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import KernelImages
import PhysicalMemory

/// The addresses that the user (`--at`) or U-Boot's environment chose for a boot.
struct GivenBoot {
  /// The boot that U-Boot's environment describes; nil without one.
  private let uboot: UBootBoot?
  private let environment: UBootEnvironment?
  private let initrdOffset: ByteCount
  /// The chosen places of all parts at the jump.
  let places: GivenPlaces

  /// Reads what the options name.
  ///
  /// - Parameters:
  ///   - options: The options.
  ///   - request: The kernel, its companions and the machine.
  ///   - image: The identified file of the kernel.
  ///   - initrdOffset: Where the initrd begins in its file, which may wrap it for U-Boot.
  /// - Throws: ``Stop`` with the file, or with an address of a part that the boot does not have.
  init(
    _ options: BootArguments, _ request: PlanRequest, _ image: KernelImage, initrdOffset: ByteCount
  ) throws(Stop) {
    self.initrdOffset = initrdOffset
    var places = GivenPlaces()
    if let path = options.ubootEnvironment {
      let environment = try Self.environment(path)
      try Self.checkWrapper(image)
      let boot = UBootBoot(
        environment, request, uImage: image.uImagePlace, initrdOffset: initrdOffset)
      self.environment = environment
      uboot = boot
      places = boot.places
    } else {
      environment = nil
      uboot = nil
    }
    for choice in options.at {
      let isThere =
        switch choice.name {
        case .initrd: request.initrd != nil
        case .dtb, .atags: request.parameters.byteCount != nil
        case .kernel, .trampoline: true
        }
      guard isThere else {
        throw Stop(
          what:
            "--at \(choice.name.rawValue)=\(choice.address): there is no \(choice.name.rawValue)",
          hint: "name its file, or leave this --at out", code: .validationFailure)
      }
      places[choice.name] = choice.address
    }
    self.places = places
  }

  private static func environment(_ path: String) throws(Stop) -> UBootEnvironment {
    let file = try InputFile(path)
    do throws(UBootEnvironmentError) {
      return try UBootEnvironment(file.span)
    } catch {
      throw Stop(
        what: error.description, place: path, hint: error.hint, code: ExitStatus.badFile)
    }
  }

  /// Refuses images that U-Boot starts from addresses outside its environment.
  private static func checkWrapper(_ image: KernelImage) throws(Stop) {
    switch image.layers.first?.kind {
    case .fit, .androidBoot:
      throw Stop(
        what: "a kernel in \(image.chain.first ?? "this wrapper") goes where the wrapper says, not "
          + "where the environment does",
        hint: "say with --at where kernel, initrd and dtb lie when the kernel is entered",
        code: .validationFailure)
    default: break
    }
  }

  /// Whether any address was chosen.
  var isEmpty: Bool { places.isEmpty && uboot == nil }

  /// Whether U-Boot starts the kernel.
  var isByUBoot: Bool { uboot != nil }

  /// Judges the boot.
  func judged(_ request: PlanRequest) throws(BootPlanError) -> JudgedLayout {
    var request = request
    request.given = places
    guard let uboot else { return try Planner.judge(request) }
    request.diagnostics += uboot.diagnostics
    var judged = try Planner.judge(request, keepsKernel: uboot.keepsKernel)
    guard uboot.isSpoilt || judged.nearest != nil else { return judged }
    // A part that U-Boot moves is best left where it was loaded: then one address is enough.
    var sources = uboot.sources
    if uboot.keepsKernel { sources.kernel = places.kernel }
    request.given = places
    judged = try Planner.judge(request, near: sources, keepsKernel: uboot.keepsKernel)
    return judged
  }

  /// U-Boot's commands for a layout.
  func commands(_ places: GivenPlaces) -> [String] {
    var places = places
    if uboot?.keepsKernel == true { places.kernel = nil }
    // The file that wraps the initrd is loaded whole, so its start is the address.
    if let initrd = places.initrd { places.initrd = initrd.lowered(by: initrdOffset) }
    return UBootBoot.commands(places, beyond: environment)
  }
}
