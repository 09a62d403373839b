// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import Samples
import Testing

@testable import kexec

@Suite("Loading a bundle")
struct BundleTests {
  private func loader() throws -> (Loader, [UInt8]) {
    let loader = Loader()
    let bundle = try SampleFerry.bundle()
    loader.kernel.files["/boot/board.img"] = bundle
    return (loader, bundle)
  }

  @Test("A bundle is loaded as any zImage: whole, with the machine's tree clear of it")
  func loads() throws {
    let (loader, bundle) = try loader()
    let outcome = loader.run("-l -d /boot/board.img")
    #expect(outcome.exit == .done, "\(outcome)")
    #expect(loader.deeds == ["load", Self.record])
    let loads = loader.kernel.calls.compactMap { recorded -> RecordedLoad? in
      guard case .kexecLoad(let load) = recorded.call else { return nil }
      return load
    }
    let load = try #require(loads.first)
    let whole = load.segments.first { $0.bytes == bundle }
    let place = try #require(whole?.address)
    #expect(load.segments.contains { $0.name == "dtb" && $0.address > place })
  }

  private static let record = "write /run/kexec.json"

  @Test("A bundle with an initrd is refused: nothing would use it")
  func initrd() throws {
    let (loader, _) = try loader()
    let outcome = loader.run("-l /boot/board.img --initrd=/boot/initrd")
    #expect(outcome.exit != .done)
    #expect(outcome.told.contains("KX153"), "\(outcome)")
    #expect(loader.deeds.isEmpty)
  }

  @Test("A damaged bundle is refused before anything is loaded")
  func damaged() throws {
    let (loader, intact) = try loader()
    var bundle = intact
    bundle[bundle.count - 8200] ^= 1
    loader.kernel.files["/boot/board.img"] = bundle
    let outcome = loader.run("-l /boot/board.img")
    #expect(outcome.exit == .badFile, "\(outcome)")
    #expect(loader.deeds.isEmpty)
  }

  @Test("--check says that a bundle is whole, and does not ask for an initrd")
  func check() throws {
    let (loader, _) = try loader()
    let outcome = loader.run("--check /boot/board.img")
    #expect(outcome.output.contains("KX214"))
    #expect(outcome.output.contains("the bundle is whole"))
    #expect(!outcome.output.contains("KX215"))
  }
}
