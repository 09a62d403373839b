// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Reporting

extension Program {
  /// `-S`: says what is loaded. The exit status is 1 when the kernel in question is loaded and 0
  /// when not. The kernel in question is the crash kernel, or with `-l` the ordinary one.
  ///
  /// Source: kexec-tools 2.0.32, kexec/kexec.c (the meaning of the exit status).
  func status(_ settings: Settings) throws(Stop) -> Int32 {
    let facts = try facts()
    let known = facts.isLoaded == false ? nil : lastLoad()
    let record = known.map { LoadRecord.withDigests($0, from: kernel) }
    if settings.json {
      var writer = JSONWriter()
      writer.object { writer in
        writer.number("schemaVersion", 1)
        writer.bool("loaded", facts.isLoaded)
        writer.bool("crashLoaded", facts.isCrashKernelLoaded)
        if let record { writer.value("record", record) } else { writer.string("record", nil) }
      }
      writer.finish()
      try print(writer.text)
    } else {
      var text = "kernel: " + Self.word(facts.isLoaded) + "\n"
      if let record {
        text += Self.lines(of: record)
      } else if facts.isLoaded == true {
        text += "  which one is not recorded\n"
      }
      text += "crash kernel: " + Self.word(facts.isCrashKernelLoaded) + "\n"
      try print(text)
    }
    let isOrdinary = settings.asksAboutOrdinary && !settings.onCrash
    guard let answer = isOrdinary ? facts.isLoaded : facts.isCrashKernelLoaded else {
      throw Stop(
        what: "the kernel does not show whether one is loaded",
        hint: "is /sys mounted? was it built with CONFIG_KEXEC?", status: .unavailable)
    }
    return answer ? 1 : 0
  }

  /// `--print-ckr-size`: the bytes reserved for a crash kernel.
  func printCrashBytes() throws(Stop) {
    guard let bytes = try facts().crashBytes else {
      throw Stop(
        what: "the kernel does not show how much it reserves for a crash kernel",
        hint: "is /sys mounted? was it built with CONFIG_KEXEC?", status: .unavailable)
    }
    try print(String(bytes.rawValue) + "\n")
  }

  private static func word(_ isLoaded: Bool?) -> String {
    isLoaded.map { $0 ? "loaded" : "not loaded" } ?? "not told"
  }

  private static func lines(of record: JSONValue) -> String {
    guard case .object(let members) = record else { return "" }
    var text = ""
    for (key, label) in [
      ("loadedAt", "loaded at"), ("handover", "handover"), ("entry", "entry"),
      ("calledEntry", "called entry"), ("commandLine", "command line"),
    ] {
      guard let member = members.first(where: { $0.key == key }),
        case .string(let value) = member.value
      else { continue }
      text += "  " + label + ": " + PrintableText.clean(value) + "\n"
    }
    guard let files = members.first(where: { $0.key == "files" }),
      case .array(let all) = files.value
    else { return text }
    for file in all {
      guard case .object(let facts) = file else { continue }
      var words = "  "
      for (key, mark) in [
        ("role", ""), ("path", " "), ("bytes", " bytes="), ("sha256", " sha256="),
      ] {
        switch facts.first(where: { $0.key == key })?.value {
        case .string(let value): words += mark + PrintableText.clean(value)
        case .number(let digits): words += mark + digits
        case .null: words += mark + "unknown"
        default: break
        }
      }
      text += words + "\n"
    }
    return text
  }
}
