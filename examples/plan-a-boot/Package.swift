// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
  name: "plan-a-boot",
  dependencies: [.package(name: "swift-kexec", path: "../..")],
  targets: [
    .executableTarget(
      name: "PlanABoot", dependencies: [.product(name: "SwiftKexec", package: "swift-kexec")])
  ])
