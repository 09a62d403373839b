# SPDX-License-Identifier: Apache-2.0
# Every figure and file that a target needs is made by the target itself, from an empty cache on.
# The cache is outside the clone: SWIFT_KEXEC_CACHE, by default ~/.cache/swift-kexec.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.PHONY: help setup debian-kernels kernels build embedded lint compile-tests test test-all demo bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

setup: ## install the Debian packages that are missing
	@scripts/timed setup scripts/install-packages

debian-kernels: ## fetch Debian's armhf kernels, make the test initrd
	@scripts/timed 'fetch Debian kernels' scripts/fetch-debian-kernels
	@scripts/timed 'make initrd' scripts/make-initrd

kernels: debian-kernels ## the same, and build the tiny kernels
	@scripts/timed 'build tiny kernels' scripts/build-tiny-kernels

build: ## build kx
	@scripts/timed 'build kx' swift build --configuration release --product kx

embedded: ## build the core modules as Embedded Swift for ARMv7
	@scripts/timed 'build embedded' scripts/build-embedded

lint: ## check the form of Swift sources and scripts
	@scripts/timed 'lint Swift' swift format lint --strict --recursive Sources Tests Package.swift
	@scripts/timed 'lint scripts' scripts/lint-scripts

compile-tests:
	@scripts/timed 'build with tests' swift build --build-tests
	@scripts/timed 'build hostile probe' swift build --configuration release --product HostileProbe

test: export SWIFT_KEXEC_MATRIX := ci
test: setup lint kernels compile-tests embedded ## everything that CI runs
	@scripts/timed 'swift test' swift test --skip-build

test-all: export SWIFT_KEXEC_MATRIX := full
test-all: setup lint kernels compile-tests embedded ## the same with the full matrices
	@scripts/timed 'swift test' swift test --skip-build

demo: setup debian-kernels build ## show the whole story in about three minutes
	@scripts/demo

bench: setup kernels build ## measure speed and memory
	@scripts/bench
