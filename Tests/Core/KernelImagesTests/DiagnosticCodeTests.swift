// SPDX-License-Identifier: Apache-2.0
import KernelImages
import Testing

@Suite("Codes of diagnostics")
struct DiagnosticCodeTests {
  @Test("A code is KX and three digits, and is read back as it is written")
  func roundTrip() {
    for code in DiagnosticCode.allCases {
      #expect(code.description.wholeMatch(of: /KX[0-9]{3}/) != nil)
      #expect(DiagnosticCode(code.description) == code)
    }
    #expect(DiagnosticCode.sizeWordDisagrees.description == "KX001")
    #expect(DiagnosticCode.initrdNeedsNewerKernel.description == "KX035")
    #expect(DiagnosticCode.segmentOverwritten.description == "KX101")
  }

  @Test(
    "What is no code is none",
    arguments: [
      "", "KX", "KX1", "KX01", "KX0101", "kx101", "101", "KX1O1", "KX１", "KX000", "KX999",
    ])
  func refused(text: String) {
    #expect(DiagnosticCode(text) == nil)
  }
}
