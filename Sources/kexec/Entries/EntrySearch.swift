// SPDX-License-Identifier: Apache-2.0
import BootEntries
import LinuxInterface
import PhysicalMemory

/// Finds entries that could be booted, in the order of preference.
struct EntrySearch<Kernel: KernelInterface> {
  let kernel: Kernel
  /// The folder above all usual places: empty, or where another system is mounted.
  let root: String
  /// The machine that an entry is wanted for.
  let machine: EntryMachine
  /// Messages about files that could not be read and were skipped.
  var troubles: [String] = []
  /// The number of files that were included. Files that each include the next one many times would
  /// otherwise be read for years.
  private var filesIncluded = 0

  /// The place that the user names in place of the usual ones.
  private var place: String?

  let folderLinks = FolderLinks()

  /// The most names in a folder.
  private static var nameLimit: Int { 4096 }
  /// The most labels or entries of all files together, and the most files that are included.
  private static var labelLimit: Int { 256 }
  private static var includeLimit: Int { 64 }

  init(_ kernel: Kernel, root: String, for machine: EntryMachine) {
    self.kernel = kernel
    self.root = root
    self.machine = machine
  }

  /// Refuses a named folder or file that does not exist.
  ///
  /// - Parameter place: The path that the user names in place of the usual places.
  /// - Throws: ``Stop`` with the path.
  func checkPlaces(_ place: String?) throws(Stop) {
    for path in [root, place ?? ""] where !path.isEmpty {
      do throws(Errno) {
        if try kernel.fileStatus(path).kind == .directory || path == place { continue }
      } catch {
        throw Stop(error, reading: path)
      }
      throw Stop(.notDirectory, reading: path)
    }
  }

  /// Finds the entries of one kind.
  ///
  /// - Parameters:
  ///   - origin: The kind of configuration.
  ///   - place: Where to look, in place of the usual places.
  /// - Returns: The entries in order; empty when none was found.
  /// - Throws: ``Stop`` when a configuration is malformed.
  mutating func entries(
    _ origin: BootEntry.Origin, at place: String?
  ) throws(Stop) -> [FoundEntry] {
    self.place = place
    switch origin {
    case .bls:
      return specification(place.map { [$0] } ?? below(["/boot", "/efi", "/boot/efi", ""]))
    case .boot: return files(place.map { [$0] } ?? below(["/boot", ""]))
    case .extlinux:
      return try extlinux(
        place.map { [$0] }
          ?? below([
            "/boot/extlinux/extlinux.conf", "/extlinux/extlinux.conf", "/boot/extlinux.conf",
            "/extlinux.conf", "/boot/syslinux/syslinux.cfg", "/syslinux/syslinux.cfg",
            "/syslinux.cfg",
          ]))
    case .petitboot:
      return try petitboot(
        place.map { [$0] } ?? below(["/boot/petitboot.conf", "/petitboot.conf"]))
    }
  }

  private func below(_ places: [String]) -> [String] { places.map { root + $0 } }

  // MARK: Folders

  /// The kernels in the first folder that holds any.
  private mutating func files(_ folders: [String]) -> [FoundEntry] {
    for folder in folders {
      let names = names(folder)
      let found = KernelFileNames.entries(
        in: names, of: folder, running: machine.release, limit: Self.labelLimit)
      if found.entries.isEmpty { continue }
      if found.leftOut > 0 {
        troubles.append(
          "'" + path(folder) + "' has more than " + String(Self.labelLimit) + " kernels: the "
            + String(found.leftOut) + " oldest are left out")
      }
      for name in found.unpaired {
        troubles.append(
          "'" + folder + "/" + name + "' belongs to no kernel that was found")
      }
      let anyHasInitrd = found.entries.contains { !$0.initrds.isEmpty }
      return found.entries.map { entry in
        let found = FoundEntry(entry, source: path(folder), folder: folder, roots: [""])
        if anyHasInitrd, entry.initrds.isEmpty {
          found.obstacle = "it has no initrd, and others there have: not wholly installed?"
        }
        if let version = entry.version, names.contains("dtb-" + version) {
          found.notes.append("the running kernel's tree is kept, not dtb-" + version + " beside it")
        }
        return found
      }
    }
    return []
  }

  /// The entries of the Boot Loader Specification in all folders.
  private mutating func specification(_ bases: [String]) -> [FoundEntry] {
    var found: [BootEntry] = []
    var places: [(id: String, base: String, file: String)] = []
    for base in bases {
      let folder = base + "/loader/entries"
      for name in names(folder) where name.ends(with: ".conf") {
        guard found.count < Self.labelLimit else {
          troubles.append(
            "'" + folder + "' has more than " + String(Self.labelLimit)
              + " entries: the rest is left out")
          break
        }
        guard let bytes = read(folder + "/" + name) else { continue }
        do throws(BootEntryError) {
          let entry = try SpecificationFile.entry(bytes, name: name)
          // Two places may have different file systems mounted, with files of one name.
          if places.contains(where: { $0.id == entry.id }) { continue }
          found.append(entry)
          places.append((entry.id, base, folder + "/" + name))
        } catch {
          // A broken file does not hide the others.
          troubles.append("'" + folder + "/" + name + "', " + error.description)
        }
      }
    }
    return SpecificationOrder.sorted(found).map { entry in
      let place = places.first { $0.id == entry.id }
      let base = place?.base ?? ""
      return FoundEntry(
        entry, source: place?.file ?? "", folder: base, roots: base == root ? [base] : [base, root])
    }
  }

  // MARK: Files

  private mutating func petitboot(_ files: [String]) throws(Stop) -> [FoundEntry] {
    guard let (file, bytes) = first(of: files) else { return [] }
    let contents: PetitbootFile
    do throws(BootEntryError) {
      contents = try PetitbootFile(bytes)
    } catch {
      throw Self.broken(file, error)
    }
    if contents.entries.isEmpty { tellNothing(in: file, contents.unknown) }
    let base = folder(of: file)
    return Self.defaultFirst(
      contents.entries.map {
        FoundEntry($0, source: file, folder: base, roots: roots(of: file))
      })
  }

  private mutating func extlinux(_ files: [String]) throws(Stop) -> [FoundEntry] {
    guard let (file, bytes) = first(of: files) else { return [] }
    var found: [FoundEntry] = []
    var chosen: String?
    try addLabels(of: bytes, file, depth: 1, &found, &chosen)
    // Unknown lines are reported one by one, so none is named here.
    if found.isEmpty { tellNothing(in: file, nil) }
    for label in found { label.entry.isDefault = label.entry.id == chosen }
    if let chosen, !found.contains(where: { $0.entry.isDefault }) {
      troubles.append("'" + file + "': its default, '" + chosen + "', is no label of it")
    }
    return Self.defaultFirst(found)
  }

  private mutating func addLabels(
    of bytes: [UInt8], _ file: String, depth: Int, _ found: inout [FoundEntry],
    _ chosen: inout String?
  ) throws(Stop) {
    let contents: ExtlinuxFile
    do throws(BootEntryError) {
      contents = try ExtlinuxFile(bytes)
    } catch {
      throw Self.broken(file, error)
    }
    for word in contents.unknown { troubles.append("'" + file + "', " + word + ": unknown") }
    for item in contents.items {
      guard found.count < Self.labelLimit else {
        throw Stop(
          what: "more than " + String(Self.labelLimit) + " labels", place: file,
          hint: "take labels out, or name a kernel's file", status: .badFile)
      }
      switch item {
      case .label(let entry):
        found.append(
          FoundEntry(entry, source: file, folder: folder(of: file), roots: roots(of: file)))
      case .include(let path, let line):
        filesIncluded += 1
        guard filesIncluded <= Self.includeLimit else {
          throw Stop(
            what: "line " + String(line) + ": more than " + String(Self.includeLimit)
              + " files are included",
            place: file, hint: "take includes out, or name a kernel's file", status: .badFile)
        }
        guard depth < ExtlinuxFile.depthLimit else {
          let depths = String(ExtlinuxFile.depthLimit) + " deep"
          throw Stop(
            what: "line " + String(line) + ": files include one another more than " + depths,
            place: file, hint: "take an include out, or name a kernel's file", status: .badFile)
        }
        guard let (next, bytes) = first(of: candidates(path, folder(of: file), roots(of: file)))
        else {
          troubles.append("'" + file + "', line " + String(line) + ": '" + path + "' is not there")
          continue
        }
        try addLabels(of: bytes, next, depth: depth + 1, &found, &chosen)
      }
    }
    // U-Boot uses the last default that it reads, and it reads included files last.
    chosen = chosen ?? contents.defaultLabel
  }

  private static func defaultFirst(_ found: [FoundEntry]) -> [FoundEntry] {
    found.filter { $0.entry.isDefault } + found.filter { !$0.entry.isDefault }
  }

  private static func broken(_ file: String, _ error: BootEntryError) -> Stop {
    Stop(
      what: error.description, place: file, hint: "mend it, or name a kernel's file",
      status: .badFile)
  }

  /// Notes that a configuration yields nothing, and the first line that may be the reason.
  private mutating func tellNothing(in file: String, _ unknown: String?) {
    troubles.append(
      "'" + file + "' names nothing that could be booted"
        + (unknown.map { "; not understood: " + $0 } ?? ""))
  }

  // MARK: Paths

  private func path(_ folder: String) -> String { folder.isEmpty ? "/" : folder }

  private func folder(of file: String) -> String {
    let bytes = Array(file.utf8)
    guard let slash = bytes.lastIndex(of: 0x2f) else { return "." }
    return String(decoding: bytes[..<slash], as: UTF8.self)
  }

  /// The folders that a boot loader may see as root. It sees one file system, which may be mounted
  /// at the root, at /boot, or anywhere.
  private func roots(of file: String) -> [String] {
    var roots = [root]
    var folder = folder(of: file)
    for name in ["/extlinux", "/syslinux"] where folder.ends(with: name) {
      folder = folder.first(folder.utf8.count - 9)
    }
    if folder != root { roots.insert(folder, at: 0) }
    return roots
  }

  /// The paths that a path of a configuration may stand for.
  func candidates(_ path: String, _ folder: String, _ roots: [String]) -> [String] {
    path.utf8.first == UInt8(ascii: "/") ? roots.map { $0 + path } : [folder + "/" + path]
  }

  // MARK: Reading

  /// Whether a path may lead out of the root; if so, this is noted.
  private mutating func isOutside(_ path: String) -> Bool {
    guard let reason = leadsOut(path) else { return false }
    if !troubles.contains(reason) { troubles.append(reason) }
    return true
  }

  private mutating func names(_ folder: String) -> [String] {
    if isOutside(folder) { return [] }
    let entries: [DirectoryEntry]
    do throws(Errno) {
      entries = try kernel.listDirectory(path(folder), limit: Self.nameLimit)
    } catch {
      if error != .noSuchFile, error != .notDirectory {
        troubles.append("'" + path(folder) + "' cannot be listed: " + error.description)
      }
      return []
    }
    return entries.filter { $0.kind != .directory }.map { $0.name }
  }

  /// Reads the first of the files that exists. In a usual place only a regular file is a
  /// configuration: a pipe would block, and a device has no end.
  private mutating func first(of files: [String]) -> (String, [UInt8])? {
    for file in files where !isOutside(file) {
      if let bytes = read(file, mayBeMissing: true) { return (file, bytes) }
    }
    return nil
  }

  private mutating func read(_ file: String, mayBeMissing: Bool = false) -> [UInt8]? {
    if isOutside(file) { return nil }
    do throws(Errno) {
      let kind = try kernel.fileStatus(file).kind
      guard kind == .regular || file == place else {
        if kind != .directory {
          troubles.append("'" + file + "' is a " + kind.rawValue + ", and passed over")
        }
        return nil
      }
      return try kernel.readFile(file, limit: 256 << 10)
    } catch {
      if !mayBeMissing || error != .noSuchFile && error != .notDirectory {
        troubles.append("'" + file + "' cannot be read: " + error.description)
      }
      return nil
    }
  }
}
