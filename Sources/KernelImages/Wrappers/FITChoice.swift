// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory

extension Identification {
  /// Chooses the configurations of a FIT. They are those that the user names, else the one that
  /// fits the machine best, else the default, else the first. There are none when the FIT has none.
  ///
  /// The user may join several names by `#`: the first has the kernel, and the device trees of all
  /// others are overlays.
  ///
  /// Source: U-Boot boot/image-fit.c (v2023.01), fit_conf_find_compat, fit_conf_get_node and
  /// boot_get_fdt_fit.
  ///
  /// `nodes` are the nodes of ``KernelImage/configurations``.
  mutating func chooseConfigurations(
    _ fit: FlattenedImageTree, _ layer: Layer, _ nodes: [Int]
  ) throws(KernelImageError) -> [Int] {
    if let wanted = options.fitConfiguration { return try namedConfigurations(wanted) }
    guard let configurations = fit.configurations, !nodes.isEmpty else { return [] }
    if nodes.count > 1, let machine = options.machineRoot.map({ TreeIdentity(root: $0) }),
      machine.isKnown,
      let best = TreeMatch.best(of: identities(fit, layer), on: machine)
    {
      noteChoice(best.index, "it fits this machine best", best.rivals)
      return [best.index]
    }
    let names = image.configurations
    guard let wanted = fit.tree.strings("default", of: configurations, in: layer.bytes).first else {
      if nodes.count > 1 { noteChoice(0, "it is the first, and there is no default", []) }
      return [0]
    }
    guard let index = names.firstIndex(where: { $0.name == wanted }) else {
      throw .noConfiguration(name: wanted, known: names.map { $0.name })
    }
    if nodes.count > 1 { noteChoice(index, "it is the default", []) }
    return [index]
  }

  private func namedConfigurations(_ wanted: String) throws(KernelImageError) -> [Int] {
    let known = image.configurations.map { $0.name }
    var found: [Int] = []
    for name in wanted.pieces(at: UInt8(ascii: "#"), keepsEmpty: true) {
      guard found.count < Self.mostConfigurations else {
        throw .tooMany(what: "configurations with # between", limit: Self.mostConfigurations)
      }
      guard let index = known.firstIndex(of: name) else {
        throw .noConfiguration(name: name, known: known)
      }
      found.append(index)
    }
    return found
  }

  /// A limit that no user needs to exceed.
  private static let mostConfigurations = 64

  /// The identities of configurations: each from the configuration itself, or else from its tree,
  /// when that is not compressed.
  private func identities(_ fit: FlattenedImageTree, _ layer: Layer) -> [TreeIdentity?] {
    var left = HeldTree.mostBytesTogether
    return image.configurations.map { identity(of: $0, fit, layer, &left) }
  }

  private func identity(
    of configuration: FITConfiguration, _ fit: FlattenedImageTree, _ layer: Layer,
    _ left: inout UInt64
  ) -> TreeIdentity? {
    if !configuration.compatible.isEmpty {
      return TreeIdentity(compatible: configuration.compatible)
    }
    guard let name = configuration.images("fdt").first, let node = try? fit.image(name),
      fit.tree.strings("compression", of: node, in: layer.bytes).first ?? "none" == "none",
      let range = try? fit.data(of: node, layer), UInt64(range.count) <= left
    else { return nil }
    left -= UInt64(range.count)
    guard let root = try? DeviceTree.root(flattened: layer.bytes.extracting(range.indices))
    else { return nil }
    return TreeIdentity(root: root)
  }

  private mutating func noteChoice(_ index: Int, _ why: String, _ rivals: [Int]) {
    var message =
      "configuration " + image.configurations[index].name
      + " is taken, of \(image.configurations.count): " + why
    if !rivals.isEmpty {
      message += "; "
      message += rivals.prefix(8).map { image.configurations[$0].name }.joined(separator: ", ")
      message += rivals.count == 1 ? " fits as well" : " fit as well"
    }
    note(.configurationChosen, message)
  }
}
