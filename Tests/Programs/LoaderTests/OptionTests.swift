// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory
import Testing

@testable import kexec

@Suite("The command line, in getopt_long's ways")
struct OptionTests {
  /// What a command line is read as: settings that are other than those of a kernel alone.
  static func read(_ arguments: [String]) -> Result<Settings, Stop> {
    do throws(Stop) { return .success(try Settings(arguments)) } catch { return .failure(error) }
  }

  struct Accepted: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let holds: @Sendable (Settings) -> Bool
    init(_ line: String, _ holds: @escaping @Sendable (Settings) -> Bool) {
      arguments = line.split(separator: " ").map(String.init)
      self.holds = holds
    }
    var testDescription: String { arguments.joined(separator: " ") }
  }

  /// Every option that all machines and 32-bit ARM have in kexec-tools, in each form of writing.
  static let accepted: [Accepted] = [
    Accepted("--help") { $0.verb == .help }, Accepted("-h") { $0.verb == .help },
    Accepted("-?") { $0.verb == .help }, Accepted("--he") { $0.verb == .help },
    Accepted("--version") { $0.verb == .version }, Accepted("-v") { $0.verb == .version },
    Accepted("--ver") { $0.verb == .version },
    Accepted("--verb -l k") { $0.isTalkative }, Accepted("--debug -l k") { $0.isTalkative },
    Accepted("-dl k") { $0.isTalkative && $0.verb == .load },
    Accepted("-d -l k") { $0.isTalkative && $0.kernel == "k" },
    Accepted("k") { $0.verb == .loadAndShutDown && !$0.isForced },
    Accepted("-f k") { $0.verb == .loadAndShutDown && $0.isForced },
    Accepted("--force k") { $0.isForced }, Accepted("-l -f k") { $0.isForced && $0.verb != .load },
    Accepted("-f -l k") { !$0.isForced && $0.verb == .load && $0.notes.count == 1 },
    Accepted("-f -e") { $0.verb == .exec }, Accepted("-e -f") { $0.verb == .exec },
    Accepted("--load k") { $0.verb == .load }, Accepted("k -l") { $0.verb == .load },
    Accepted("--unload") { $0.verb == .unload }, Accepted("--u") { $0.verb == .unload },
    Accepted("-u") { $0.verb == .unload }, Accepted("-p -u") { $0.onCrash && $0.verb == .unload },
    Accepted("-exy") { $0.verb == .exec && $0.leavesInterfaces && $0.skipsSync },
    Accepted("--exec --no-ifdown --no-sync") { $0.leavesInterfaces && $0.skipsSync },
    Accepted("--exec --no-i --no-s") { $0.leavesInterfaces && $0.skipsSync },
    Accepted("-S") { $0.verb == .status && !$0.asksAboutOrdinary },
    Accepted("--s") { $0.verb == .status }, Accepted("-S -l") { $0.asksAboutOrdinary },
    Accepted("-l -S") { $0.asksAboutOrdinary && $0.verb == .status },
    Accepted("-S -p") { $0.verb == .status && $0.onCrash },
    Accepted("--print-ckr-size") { $0.verb == .printCrashBytes },
    Accepted("--pr") { $0.verb == .printCrashBytes },
    Accepted("-l -c -a -i k") { $0.notes.count == 3 },
    Accepted("-lcai k") { $0.notes.count == 3 },
    Accepted("-l --kexec-syscall --kexec-syscall-auto --no-checks k") { $0.notes.count == 3 },
    Accepted("-t zImage -l k") { $0.type == .zImage },
    Accepted("-tzImage -l k") { $0.type == .zImage },
    Accepted("-lt zImage k") { $0.type == .zImage },
    Accepted("--type=zImage k") { $0.type == .zImage },
    Accepted("--type uImage -l k") { $0.type == .uImage },
    Accepted("--t=Image k") { $0.type == .image },
    Accepted("--mem-min=0x1000 --mem-max 2M -l k") {
      $0.memoryFloor == PhysicalAddress(0x1000) && $0.memoryCeiling == PhysicalAddress(0x20_0000)
    },
    Accepted("--mem-mi=4K k") { $0.memoryFloor == PhysicalAddress(4096) },
    Accepted("--reuseinitrd -l k") { $0.initrds == ["/sys/firmware/initrd"] },
    Accepted("--reusei k") { $0.initrds.count == 1 }, Accepted("--reu k") { $0.initrds.count == 1 },
    Accepted("--reuse-cmdline k") { $0.reusesCommandLine },
    Accepted("--append=a=b k") { $0.commandLine == "a=b" },
    Accepted("--append a k") { $0.commandLine == "a" && $0.kernel == "k" },
    Accepted("--append= k") { $0.commandLine == "" && $0.kernel == "k" },
    Accepted("--append -x k") { $0.commandLine == "-x" && !$0.leavesInterfaces },
    Accepted("--append --exec k") { $0.commandLine == "--exec" && $0.verb == .loadAndShutDown },
    Accepted("--append -- k") { $0.commandLine == "--" && $0.kernel == "k" },
    Accepted("--app=x --append=y k") { $0.commandLine == "y" },
    Accepted("--command-line=x k") { $0.commandLine == "x" },
    Accepted("--c=x k") { $0.commandLine == "x" },
    Accepted("--initrd=a k --initrd b --ramdisk=c") { $0.initrds == ["a", "b", "c"] },
    Accepted("--ini=a k") { $0.initrds == ["a"] }, Accepted("--ra=a k") { $0.initrds == ["a"] },
    Accepted("--dtb=a k") { $0.dtb == "a" }, Accepted("--dtb a k") { $0.dtb == "a" },
    Accepted("--dt-no-old-root k") { $0.dropsOldRoot }, Accepted("--dt-n k") { $0.dropsOldRoot },
    Accepted("--atags k") { $0.wantsATAGs }, Accepted("--at k") { $0.wantsATAGs },
    Accepted("--image-size=16M k") { $0.imageBytes == .mebibytes(16) },
    Accepted("--im=0x10 k") { $0.imageBytes == ByteCount(UInt64(16)) },
    Accepted("--page-offset=0x80000000 k") { $0.pageOffset == 0x8000_0000 },
    Accepted("-l -- -k") { $0.kernel == "-k" }, Accepted("-- -l") { $0.kernel == "-l" },
    Accepted("-l -") { $0.kernel == "-" },
    Accepted("--check") { $0.verb == .check && $0.kernel == nil },
    Accepted("--snapshot=f") { $0.verb == .snapshot && $0.verbFile == "f" },
    Accepted("--load-plan f") { $0.verb == .loadPlan && $0.verbFile == "f" },
    Accepted("--load-pl f") { $0.verb == .loadPlan },
    Accepted("--handover=zimage k") { $0.handover == .zimage },
    Accepted("--handover=auto k") { $0.handover == nil },
    Accepted("--dtbo=a --dtbo b k") { $0.overlays == ["a", "b"] },
    Accepted("--dry-run --json --machine=m k") { $0.dryRun && $0.json && $0.machine == "m" },
    Accepted("--log=f -e") { $0.log == "f" }, Accepted("-l --log=f k") { $0.log == "f" },
    Accepted("--verify-boot") { $0.verbFile == "/var/log/kexec.log" },
    Accepted("--verify-boot=f") { $0.verb == .verifyBoot && $0.verbFile == "f" },
    Accepted("--machine-number=7 k") { $0.machineNumber == 7 },
    Accepted("--dtb-index=2 k") { $0.treeIndex == 2 },
    Accepted("--fit-config=c --vmlinux=v k") { $0.fitConfiguration == "c" && $0.vmlinux == "v" },
  ]

  @Test("What kexec-tools takes is taken, however it is written", arguments: accepted)
  func accepts(one: Accepted) throws {
    #expect(one.holds(try Self.read(one.arguments).get()))
  }

  static let refused: [(line: String, words: String)] = [
    ("", "no kernel to load"), ("-l", "no kernel to load"), ("-l a b", "two kernels: 'a' and 'b'"),
    ("-\u{353} k", "there is no option"), ("-l\u{353} k", "there is no option"),
    ("-z k", "no option -z"), ("--zero k", "no option --zero"), ("--=a k", "no option --"),
    ("-lz k", "no option -z"), ("--no k", "--no may mean --no-checks, --no-ifdown"),
    ("--mem=1 k", "--mem-min, --mem-max"), ("--lo k", "may mean"), ("--load-p k", "may mean"),
    ("--e k", "may mean"),
    ("--load=yes k", "--load takes no value"), ("--forc=1 k", "may mean"),
    ("--force=1 k", "--force takes no value"),
    ("-l k --append", "--append needs a value"), ("-l k -t", "-t needs a value"),
    ("-t nonsense k", "--type cannot be 'nonsense'"), ("--image-size=banana k", "not 'banana'"),
    ("--image-size= k", "takes a number"), ("--mem-min=010 k", "takes a number"),
    ("--mem-min=99999999999999999999 k", "takes a number"),
    ("--mem-min=2 --mem-max=1 k", "--mem-min lies above"),
    ("-s -l k", "no kexec_file_load"), ("--kexec-file-syscall k", "no kexec_file_load"),
    ("-p k", "not there yet"), ("--load-panic k", "not there yet"), ("-p -e", "not there yet"),
    ("--no-cma k", "kexec_file_load"), ("--force-dtb k", "kexec_file_load"),
    ("--hotplug k", "crash kernels"), ("--entry=0x8000 k", "jumping back"),
    ("--load-preserve-context k", "jumping back"), ("--load-jump-back-helper", "jumping back"),
    ("--load-live-update k", "Xen"), ("--exec-live-update", "Xen"),
    ("-l -u k", "two steps"), ("-l -e k", "two steps"), ("-e k", "one argument too many"),
    ("-u k", "one argument too many"), ("-S k", "one argument too many"),
    ("--dry-run -e", "--dry-run goes with"), ("--dry-run -u", "--dry-run goes with"),
    ("--machine=m -l k", "--machine names another machine"),
    ("--atags --dtb=d k", "passes no device tree"), ("--atags --dtbo=d k", "passes no device tree"),
    ("--log=f -u", "--log goes with"), ("--log=f --dry-run k", "--log goes with"),
    ("--force -u", "--force goes with"), ("--json -e", "no --json of --exec"),
    ("--json --snapshot=f", "no --json"), ("--verify-boot f", "one argument too many"),
    ("--handover=maybe k", "it takes auto, image, zimage"),
    ("--machine-number=4294967296 k", "more than 32 bits"),
    ("-e --initrd=i", "--initrd goes with a kernel to load, not with --exec"),
    ("-u --append=x", "--append goes with a kernel"), ("-S -t zImage", "--type goes with a kernel"),
    ("--check --dtb=d", "--dtb goes with a kernel"),
    ("--load-plan=f --mem-max=1G", "--mem-max goes with a kernel"),
    ("--snapshot=f --reuse-cmdline", "--reuse-cmdline goes with a kernel"),
    ("--list-entries --fit-config=c", "--fit-config goes with a kernel"),
    ("--verify-boot --handover=image", "--handover goes with a kernel"),
    ("--atags --dtb-index=1 k", "leave out --dtb, --dtbo and --dtb-index"),
  ]

  @Test(
    "An option of which nothing would come is refused, and nothing is loaded",
    arguments: [
      ("--dtb=/boot/board.dtb --dtb-index=0", Loader.Exit.usage, "--dtb-index has no effect"),
      ("--machine-number=7", .usage, "--machine-number has no effect"),
      ("--fit-config=conf-1", .badFile, "the file is not of type FIT"),
    ])
  func vain(options: String, status: Loader.Exit, words: String) {
    let loader = Loader()
    let found = loader.run("-l /boot/zImage " + options)
    #expect(found.exit == status && found.told.contains(words), "\(found.told)")
    #expect(found.told.contains("hint: ") && loader.deeds.isEmpty)
  }

  @Test("--dt-no-old-root holds for the command line that --reuse-cmdline takes over, too")
  func noOldRoot() {
    let running = ["/proc/cmdline": "console=ttyAMA0 root=/dev/vda quiet\n"]
    for options in ["--dt-no-old-root", "--dt-no-old-root --reuse-cmdline"] {
      let found = Loader(running).run("-l --dry-run --json /boot/zImage " + options)
      #expect(found.output.contains(#""commandLine": "console=ttyAMA0 quiet""#), "\(options)")
    }
  }

  @Test("What cannot be kept is refused with its reason, and nothing is done", arguments: refused)
  func refuses(line: String, words: String) {
    let loader = Loader()
    let found = loader.run(line)
    #expect(found.exit == .usage)
    #expect(found.complaints.contains(words), "\(found.complaints)")
    #expect(found.complaints.contains("hint: "))
    #expect(loader.kernel.calls.allSatisfy { if case .write = $0.call { true } else { false } })
  }

  @Test("What is so anyway is accepted and told when asked")
  func granted() {
    let quiet = Loader().run("-l -c -a -i -t zImage /boot/zImage")
    #expect(quiet.exit == .done && !quiet.complaints.contains("note: --"))
    let told = Loader().run("-d -l -c -a -i -t zImage /boot/zImage")
    #expect(
      told.complaints.contains("note: --kexec-syscall: 32-bit ARM loads by kexec_load anyway"))
    #expect(told.complaints.contains("note: --no-checks"))
  }

  @Test(
    "Several initrds are loaded one behind the other, each at a multiple of 4 behind a word of zeros"
  )
  func initrds() throws {
    let loader = Loader()
    let archive = try #require(loader.kernel.files["/boot/initrd"])
    loader.kernel.files["/boot/second"] = archive + [0, 0, 0]
    let line = "-l /boot/zImage --initrd=/boot/second --ramdisk=/boot/initrd"
    #expect(loader.run(line).exit == .done)
    let segments = try #require(loader.kernel.loads.first).segments
    let bytes = segments.filter { $0.name == "initrd" }.flatMap(\.bytes)
    #expect(bytes == archive + [UInt8](repeating: 0, count: 8) + archive)
  }

  @Test(
    "-S answers by its exit code: 1 when the kernel that is asked about is loaded",
    arguments: [
      ("-S", "0", "0", 0), ("-S", "1", "0", 0), ("-S", "0", "1", 1), ("-S -l", "1", "0", 1),
      ("-l -S", "0", "1", 0), ("-S -p", "0", "1", 1), ("-S -p", "1", "0", 0),
      ("--status --json", "0", "1", 1),
    ] as [(String, String, String, Int32)])
  func status(line: String, ordinary: String, crash: String, code: Int32) {
    let loader = Loader([
      "/sys/kernel/kexec_loaded": ordinary + "\n", "/sys/kernel/kexec_crash_loaded": crash + "\n",
    ])
    let found = loader.run(line)
    #expect(found.status == code)
    let word = line.contains("json") ? "\"crashLoaded\": " : "crash kernel: "
    #expect(found.output.contains(word))
    #expect(loader.deeds.isEmpty)
  }
}
