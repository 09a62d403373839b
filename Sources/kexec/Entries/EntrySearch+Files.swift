// SPDX-License-Identifier: Apache-2.0
import BootEntries
import BootPlanning
import DeviceTree
import KernelImages
import LinuxInterface
import PhysicalMemory

extension EntrySearch {
  /// Looks for the files of an entry, and notes why it cannot be booted here.
  func examine(_ found: FoundEntry) {
    if found.obstacle == nil { found.obstacle = obstacle(found) }
  }

  private func obstacle(_ found: FoundEntry) -> String? {
    let entry = found.entry
    if let foreign = entry.foreign, entry.kernel.isEmpty {
      return "it boots no Linux kernel, but by '" + foreign + "'"
    }
    if entry.kernel.isEmpty {
      return "it names no kernel" + (entry.unknown.map { "; not understood: " + $0 } ?? "")
    }
    if let name = entry.architecture, !Self.isARM(name) {
      return "it is for the architecture '" + name + "'"
    }
    let texts = [entry.kernel, entry.options ?? ""] + entry.initrds
    if entry.origin != .boot, let word = texts.compactMap({ Self.variable(in: $0) }).first {
      return "'" + word + "' is a variable of the boot loader, whose value is not known here"
    }
    do throws(Missing) {
      found.kernel = try file(entry.kernel, found, "kernel")
      for initrd in entry.initrds { found.initrds.append(try file(initrd, found, "initrd")) }
      if let tree = entry.deviceTree { found.deviceTree = try file(tree, found, "device tree") }
      for overlay in entry.overlays { found.overlays.append(try file(overlay, found, "overlay")) }
    } catch {
      return error.why
    }
    if let why = kernelObstacle(found.kernel) { return why }
    if found.deviceTree == nil, let folder = entry.deviceTreeFolder {
      takeTree(from: folder, found)
    }
    if entry.triesLeft == 0 { found.notes.append("its tries are used up: it is marked as bad") }
    return nil
  }

  private static func isARM(_ name: String) -> Bool {
    name.utf8.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 }.elementsEqual("arm".utf8)
  }

  /// A word that begins with `$`, or holds `${`.
  private static func variable(in text: String) -> String? {
    for word in text.words {
      let bytes = Array(word.utf8)
      if bytes.first == UInt8(ascii: "$") && bytes.count > 1 { return word }
      for place in bytes.indices.dropLast()
      where bytes[place] == UInt8(ascii: "$") && bytes[place + 1] == UInt8(ascii: "{") {
        return word
      }
    }
    return nil
  }

  // MARK: Files

  private struct Missing: Error { let why: String }

  /// Finds a file of an entry.
  private func file(
    _ path: String, _ found: FoundEntry, _ what: String
  ) throws(Missing) -> String {
    var why = ""
    for candidate in candidates(path, found.folder, found.roots) {
      if let reason = leadsOut(candidate) {
        why = reason
        continue
      }
      do throws(Errno) {
        // A pipe would block, and a device has no end.
        let kind = try kernel.fileStatus(candidate).kind
        if kind == .regular { return candidate }
        why =
          "its " + what + " '" + candidate + "' is "
          + (kind == .directory ? "a folder" : "a " + kind.rawValue)
      } catch {
        if why.isEmpty || error != .noSuchFile {
          why =
            "its " + what + " '" + candidate + "' "
            + (error == .noSuchFile ? "is missing" : "cannot be looked up: " + error.description)
        }
      }
    }
    throw Missing(why: why)
  }

  /// The reason why a path may lead out of the root; nil when it stays inside. With another root,
  /// links and `..` lead to files of the running system.
  func leadsOut(_ path: String) -> String? {
    guard !root.isEmpty, path.begins(with: root + "/") else { return nil }
    // Without links in the path, `..` is the folder before.
    var folders = [root]
    for name in path.without(first: root.utf8.count).pieces(at: UInt8(ascii: "/")) {
      if name == "." { continue }
      if name == ".." {
        folders.removeLast()
        if folders.isEmpty { return "'" + path + "' leads out of '" + root + "'" }
        continue
      }
      let folder = folders[folders.count - 1]
      let links: [String]
      do throws(Errno) {
        links = try folderLinks.names(in: folder, on: kernel)
      } catch {
        // A path that does not exist leads nowhere.
        if error == .noSuchFile || error == .notDirectory { return nil }
        return "'" + folder + "' cannot be listed, so that links in it are not seen: "
          + error.description
      }
      if links.contains(name) {
        return "'" + folder + "/" + name + "' is a link, which may lead out of '" + root + "'"
      }
      folders.append(folder + "/" + name)
    }
    return nil
  }

  /// Says why a file is no kernel that the machine can run.
  private func kernelObstacle(_ path: String) -> String? {
    // A file that cannot be read is reported when it is loaded.
    guard let contents = try? kernel.mapFile(path, limit: MappedFile.limit) else { return nil }
    let noKernel = "its kernel is no ARM kernel, but "
    let kind = ImageKind.detect(contents.span)
    switch kind {
    case .some(.arm64Image), .some(.riscvImage), .some(.bzImage), .some(.foreignELF),
      .some(.portableExecutable), .some(.cpio), .some(.deviceTree):
      return noKernel + (kind?.name ?? "")
    case .some(.compressed):
      // Only the inflated content shows the architecture.
      break
    default:
      if !machine.refusesKernels { return nil }
    }
    guard let image = try? KernelImage.identify(contents.span) else { return nil }
    if let architecture = image.otherArchitecture { return noKernel + "one for " + architecture }
    guard let kernel = image.kernel, let obstacle = machine.processor.obstacle(to: kernel),
      obstacle.isCertain
    else { return nil }
    return obstacle.description(machine.processor)
  }

  // MARK: Device trees

  /// Takes the tree of the folder that fits exactly this machine; otherwise the running tree stays.
  private func takeTree(from path: String, _ found: FoundEntry) {
    var matches: [String] = []
    if !machine.compatible.isEmpty {
      for folder in candidates(path, found.folder, found.roots)
      where matches.isEmpty && leadsOut(folder) == nil {
        matches = trees(for: machine.compatible, in: folder, depth: 1)
      }
    }
    if matches.count == 1 {
      found.deviceTree = matches[0]
      found.notes.append("the tree " + matches[0] + " is for exactly this machine, and taken")
    } else {
      found.notes.append(
        "the running kernel's tree is kept: "
          + (matches.isEmpty ? "none" : "more than one") + " in " + path
          + " is for exactly this machine")
    }
  }

  /// The trees in a folder and its subfolders whose root has the same `compatible` as the machine.
  private func trees(for running: [UInt8], in folder: String, depth: Int) -> [String] {
    guard let names = try? kernel.listDirectory(folder, limit: 4096) else { return [] }
    var found: [String] = []
    for entry in names {
      let path = folder + "/" + entry.name
      if entry.kind == .directory, depth < 2 {
        found += trees(for: running, in: path, depth: depth + 1)
      }
      guard entry.kind == .regular, entry.name.ends(with: ".dtb"),
        let contents = try? kernel.mapFile(path, limit: 2 << 20),
        let root = try? DeviceTree.root(flattened: contents.span),
        root.property(named: "compatible")?.value == running
      else { continue }
      found.append(path)
    }
    return found
  }
}
