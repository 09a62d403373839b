// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Reporting

@Suite("Colours of pictures")
struct PaletteTests {
  typealias Triple = SIMD3<Double>

  /// How eyes without one kind of cone see linear sRGB.
  ///
  /// Source: Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color
  /// Vision Deficiency (2009), severity 1.0.
  static let eyes: [(String, [Triple])] = [
    ("all cones", [Triple(1, 0, 0), Triple(0, 1, 0), Triple(0, 0, 1)]),
    (
      "protanopia",
      [
        Triple(0.152286, 1.052583, -0.204868), Triple(0.114503, 0.786281, 0.099216),
        Triple(-0.003882, -0.048116, 1.051998),
      ]
    ),
    (
      "deuteranopia",
      [
        Triple(0.367322, 0.860646, -0.227968), Triple(0.280085, 0.672501, 0.047413),
        Triple(-0.011820, 0.042940, 0.968881),
      ]
    ),
    (
      "tritanopia",
      [
        Triple(1.255528, -0.076749, -0.178779), Triple(-0.078411, 0.930809, 0.147602),
        Triple(0.004733, 0.691367, 0.303900),
      ]
    ),
  ]

  private func linear(_ text: String) throws -> Triple {
    let value = try #require(UInt32(text.dropFirst(), radix: 16))
    func channel(_ shift: UInt32) -> Double {
      let part = Double(value >> shift & 0xff) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return Triple(channel(16), channel(8), channel(0))
  }

  private func dot(_ one: Triple, _ other: Triple) -> Double { (one * other).sum() }

  private func luminance(_ colour: Triple) -> Double {
    dot(colour, Triple(0.2126729, 0.7151522, 0.0721750))
  }

  /// CIE 1976 L*a*b* with the white of D65.
  private func lab(_ colour: Triple) -> Triple {
    func cubic(_ value: Double) -> Double {
      value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
    }
    let x = cubic(dot(colour, Triple(0.4124564, 0.3575761, 0.1804375)) / 0.95047)
    let y = cubic(luminance(colour))
    let z = cubic(dot(colour, Triple(0.0193339, 0.1191920, 0.9503041)) / 1.08883)
    return Triple(116 * y - 16, 500 * (x - y), 200 * (y - z))
  }

  private func contrast(_ one: String, _ other: String) throws -> Double {
    let pair = [luminance(try linear(one)), luminance(try linear(other))].sorted()
    return (pair[1] + 0.05) / (pair[0] + 0.05)
  }

  @Test("Fills differ by 20 or more in L*a*b* for every kind of eyes", arguments: eyes)
  func fills(eyes: String, matrix: [Triple]) throws {
    for dark in [false, true] {
      let seen = try SVGPalette.fills.map { ink in
        let colour = try linear(dark ? ink.dark : ink.light)
        let mapped = Triple(dot(matrix[0], colour), dot(matrix[1], colour), dot(matrix[2], colour))
        return (ink.name, lab(mapped.clamped(lowerBound: .zero, upperBound: .one)))
      }
      for (index, one) in seen.enumerated() {
        for other in seen[(index + 1)...] {
          let difference = one.1 - other.1
          #expect(
            dot(difference, difference).squareRoot() >= 20,
            "\(one.0) and \(other.0), dark \(dark), \(eyes)")
        }
      }
    }
  }

  @Test("Letters have a contrast of 4.5 to their ground, fills and signs one of 1.8")
  func contrasts() throws {
    let inks = SVGPalette.fills + SVGPalette.rest
    func ink(_ name: String) throws -> SVGPalette.Ink {
      try #require(inks.first { $0.name == name })
    }
    let ground = try ink("bg")
    let ram = try ink("ram")
    for name in ["ink", "f", "bad", "good"] {
      for other in [ground, ram] {
        #expect(try contrast(ink(name).light, other.light) >= 4.5, "\(name) on \(other.name)")
        #expect(try contrast(ink(name).dark, other.dark) >= 4.5, "\(name) on \(other.name), dark")
      }
    }
    for fill in SVGPalette.fills where fill.name != "bad" {
      #expect(try contrast(fill.light, ground.light) >= 1.8, "\(fill.name)")
      #expect(try contrast(fill.dark, ground.dark) >= 3, "\(fill.name), dark")
      let letter = try ink(SVGPalette.letter(on: fill.name))
      #expect(try contrast(letter.light, fill.light) >= 4, "letter on \(fill.name)")
      #expect(try contrast(letter.dark, fill.dark) >= 3.5, "letter on \(fill.name), dark")
    }
  }

  @Test("A theme that is forced has only its own colours; auto follows the reader's program")
  func themes() throws {
    let light = PlanSVG.draw(PlanSamples.kexecTools, theme: .light)
    let dark = PlanSVG.draw(PlanSamples.kexecTools, theme: .dark)
    let auto = PlanSVG.draw(PlanSamples.kexecTools)
    for ink in SVGPalette.fills + SVGPalette.rest {
      #expect(light.contains(ink.light) && auto.contains(ink.light) && dark.contains(ink.dark))
      #expect(auto.contains(ink.dark))
    }
    #expect(!light.contains("prefers-color-scheme") && !dark.contains("prefers-color-scheme"))
    #expect(auto.contains("@media (prefers-color-scheme:dark){"))
    #expect(auto.utf8.count < 40_000)
  }
}
