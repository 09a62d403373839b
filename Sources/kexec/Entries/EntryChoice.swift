// SPDX-License-Identifier: Apache-2.0
import BootEntries
import LinuxInterface
import PhysicalMemory

/// The entry that is taken, and the entries before it that are not.
struct EntryChoice {
  /// The entries that were examined, in the order of preference.
  var entries: [FoundEntry] = []
  /// The index of the entry that is taken; nil when none can be.
  var taken: Int?
  /// Messages about files that could not be read.
  var troubles: [String] = []

  /// Chooses an entry.
  ///
  /// - Parameters:
  ///   - wish: The entry that the user wants.
  ///   - settings: The rest of the command line: where to look, and for which machine.
  ///   - kernel: The running Linux.
  ///   - isComplete: Whether entries behind the one that is taken are examined, too.
  /// - Throws: ``Stop`` with the configuration or the place that cannot be read.
  init(
    _ wish: EntryWish, _ settings: Settings, on kernel: some KernelInterface, isComplete: Bool
  ) throws(Stop) {
    var search = EntrySearch(
      kernel, root: settings.root, for: try EntryMachine(settings, on: kernel))
    try search.checkPlaces(wish.place)
    for origin in wish.origins {
      for entry in try search.entries(origin, at: wish.place) {
        if let id = wish.id, !entry.isCalled(id), !isComplete { continue }
        let isWanted = wish.id.map { entry.isCalled($0) } ?? true
        if taken == nil || isComplete { search.examine(entry) }
        entries.append(entry)
        if taken == nil, isWanted, entry.obstacle == nil,
          isComplete == false || mayTake(wish, origin)
        {
          taken = entries.count - 1
        }
      }
      if taken != nil, !isComplete { break }
    }
    troubles = search.troubles
  }

  /// Whether an entry may be taken. Without any other wish the list marks only the newest.
  private func mayTake(_ wish: EntryWish, _ origin: BootEntry.Origin) -> Bool {
    wish != EntryWish() || origin == .bls || origin == .boot
  }

  /// Why this entry is taken.
  func reason(_ wish: EntryWish) -> String {
    guard let taken else { return "" }
    let entry = entries[taken].entry
    if wish.id != nil { return "it has this name" }
    switch entry.origin {
    case .bls: return "the first in the order of the Boot Loader Specification"
    case .boot: return "the newest in " + entries[taken].source + " by the version in its name"
    case .extlinux, .petitboot:
      return entry.isDefault ? "the default of " + entries[taken].source : "the first that can be"
    }
  }
}

extension Program {
  /// The settings with the files of the chosen entry in place of those the user did not name.
  func choosing(_ settings: Settings) throws(Stop) -> Settings {
    guard let wish = settings.entry else { return settings }
    let choice = try EntryChoice(wish, settings, on: kernel, isComplete: false)
    for trouble in choice.troubles { say("warning: " + PrintableText.clean(trouble)) }
    for found in choice.entries.prefix(choice.taken ?? choice.entries.count) {
      if let obstacle = found.obstacle {
        say("warning: " + PrintableText.clean(found.name + " is not taken: " + obstacle))
      }
    }
    guard let taken = choice.taken else {
      throw Stop(
        what: "nothing is found that can be booted"
          + (wish.id.map { " called '" + $0 + "'" } ?? ""),
        hint: "kexec --list-entries shows all entries, and why each cannot be booted",
        status: .unreadable)
    }
    let found = choice.entries[taken]
    var line = "entry: " + found.name + ": " + found.kernel
    for initrd in found.initrds { line += " --initrd=" + initrd }
    if let tree = found.deviceTree { line += " --dtb=" + tree }
    say(PrintableText.clean(line))
    if settings.isTalkative || settings.dryRun {
      say("  " + PrintableText.clean(choice.reason(wish) + ", from " + found.source))
    }
    for note in found.notes { say("  note: " + PrintableText.clean(note)) }
    return settings.taking(found)
  }
}

extension Settings {
  /// The settings with an entry's files; a file that the user names replaces that of the entry.
  fileprivate func taking(_ found: FoundEntry) -> Settings {
    var settings = self
    settings.kernel = found.kernel
    if initrds.isEmpty { settings.initrds = found.initrds }
    if dtb == nil, !wantsATAGs {
      settings.dtb = found.deviceTree
      if overlays.isEmpty { settings.overlays = found.overlays }
    }
    if commandLine == nil, !reusesCommandLine { settings.commandLine = found.entry.options }
    if fitConfiguration == nil { settings.fitConfiguration = found.entry.fitConfiguration }
    return settings
  }
}
