// SPDX-License-Identifier: Apache-2.0
import BootPlanning

/// Makes the command line of the running kernel fit for the next one: `--reuse-cmdline`.
///
/// Words behind `--` are for init: they stay behind it, and words that are added for the kernel
/// come before it.
///
/// Source: Linux 6.1, lib/cmdline.c (next_arg), init/main.c (the words behind `--`).
public struct CommandLineReuse: Hashable, Sendable {
  /// The change of a word.
  public enum Fate: Hashable, Sendable {
    /// It was on the running command line and is on the new one.
    case kept
    /// It was added.
    case added
    /// It is not on the new command line.
    case dropped(Reason)
  }

  /// Why a word was dropped.
  public enum Reason: String, Hashable, Sendable {
    /// BOOT_IMAGE names the file of the running kernel.
    case bootImage = "names the running kernel's file"
    /// initrd and initrdmem name the place of the running kernel's initrd.
    case initrd = "tells where the old initrd lay"
    /// elfcorehdr names the place of a crashed kernel's notes.
    case crashNotes = "names the notes of an earlier crashed kernel"
    /// A crash kernel must not reserve memory for another one.
    case crashKernel = "a crash kernel sets no memory aside for another"
    /// An address to jump back to.
    case jumpBack = "leads back to an earlier kernel"
    /// kexec.id connects the running boot with its record.
    case bootID = "ties the running boot to its record"
    /// The same word stands before, and no other value of its key in between.
    case duplicate = "stands there already"
  }

  /// A word with its quotes, and its change.
  public struct Word: Hashable, Sendable {
    /// The word as it stands on its command line.
    public let text: String
    /// The change of the word.
    public let fate: Fate
  }

  /// Every word of both command lines: those for the kernel, then those for init.
  public let words: [Word]
  /// The new command line.
  public let commandLine: String

  /// Makes the command line for the next kernel.
  ///
  /// A word that stands twice is dropped only when that has no effect. With another value of the
  /// same key in between, the order matters, and both stay.
  ///
  /// - Parameters:
  ///   - running: The command line of the running kernel.
  ///   - appended: The words that are added.
  ///   - onCrash: Whether the next kernel is a crash kernel.
  public init(running: String, appending appended: String = "", onCrash: Bool = false) {
    let old = Self.split(running)
    let new = Self.split(appended)
    var words: [Word] = []
    for text in old.kernel { Self.add(text, .kept, onCrash: onCrash, to: &words) }
    for text in new.kernel { Self.add(text, .added, onCrash: nil, to: &words) }
    let forKernel = words.filter { !$0.isDropped }.map { $0.text }
    // Only init knows the meaning of its words.
    words += old.initial.map { Word(text: $0, fate: .kept) }
    words += new.initial.map { Word(text: $0, fate: .added) }
    let forInit = old.initial + new.initial
    let all = forInit.isEmpty ? forKernel : forKernel + ["--"] + forInit
    self.words = words
    commandLine = all.joined(separator: " ")
  }

  /// The words that were added or dropped, one a line: `- BOOT_IMAGE=/vmlinuz  (names …)`.
  public var difference: [String] {
    words.compactMap { word in
      switch word.fate {
      case .kept: nil
      case .added: "+ " + word.text
      case .dropped(let reason): "- " + word.text + "  (" + reason.rawValue + ")"
      }
    }
  }

  private static func add(
    _ text: [UInt8], _ fate: Fate, onCrash: Bool?, to words: inout [Word]
  ) {
    let word = String(decoding: text, as: UTF8.self)
    let key = String(decoding: text.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
    var fate = fate
    // The user's own words stay; only those of the running kernel may be stale.
    if let onCrash, let reason = stale(key, onCrash: onCrash) {
      fate = .dropped(reason)
    } else if let last = words.last(where: { $0.key == key && !$0.isDropped }), last.text == word {
      fate = .dropped(.duplicate)
    }
    words.append(Word(text: word, fate: fate))
  }

  private static func stale(_ key: String, onCrash: Bool) -> Reason? {
    switch MemoryWord(key: key) {
    case .initrd, .initrdmem: return .initrd
    case .elfcorehdr: return .crashNotes
    case .crashkernel: return onCrash ? .crashKernel : nil
    case .mem, .vmalloc, .memmap, .highmem: return nil
    case nil: break
    }
    switch key {
    case "BOOT_IMAGE": return .bootImage
    case "kexec_jump_back_entry": return .jumpBack
    case "kexec.id": return .bootID
    default: return nil
    }
  }

  /// Splits at spaces outside of quotes, and at the first `--`.
  static func split(_ line: String) -> (kernel: [[UInt8]], initial: [String]) {
    var kernel: [[UInt8]] = []
    var initial: [String] = []
    var isForInit = false
    var word: [UInt8] = []
    var isQuoted = false
    for byte in Array(line.utf8) + [0x20] {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard ProcText.isSpace(byte), !isQuoted else {
        word.append(byte)
        continue
      }
      if isForInit, !word.isEmpty {
        initial.append(String(decoding: word, as: UTF8.self))
      } else if word == [0x2d, 0x2d] {
        isForInit = true
      } else if !word.isEmpty {
        kernel.append(word)
      }
      word = []
    }
    // A quote that is never closed reaches to the end, without the space that was added.
    if isQuoted {
      if word.last == UInt8(ascii: " ") { word.removeLast() }
      if isForInit {
        initial.append(String(decoding: word, as: UTF8.self))
      } else {
        kernel.append(word)
      }
    }
    return (kernel, initial)
  }
}

extension CommandLineReuse.Word {
  /// Whether the word is not on the new command line.
  public var isDropped: Bool {
    if case .dropped = fate { true } else { false }
  }

  fileprivate var key: String {
    String(decoding: text.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
  }
}
