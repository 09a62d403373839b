# SPDX-License-Identifier: Apache-2.0
# Every figure and file that a target needs is made by the target itself, from an empty cache on.
# The cache is outside the clone: SWIFT_KEXEC_CACHE, by default ~/.cache/swift-kexec.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.PHONY: help setup debian-kernels kernels build device ferry lint compile-tests check-man \
  check-documents check boots test test-all demo bench compare-peers man completions install example
.PHONY: picture check-picture
.PHONY: deb try-deb
.PHONY: fuzz check-fuzz zoo

PREFIX ?= /usr/local
DESTDIR ?=
# The architectures that make device builds; none means all.
LOADERS ?=
RELEASE := .build/release/kx

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

setup: ## install the Debian packages that are missing, fetch the emulator of the handover code
	@scripts/lib/timed setup scripts/fetch/install-packages
	@scripts/lib/timed 'fetch Unicorn' scripts/fetch/fetch-unicorn

debian-kernels: ## fetch Debian's armhf kernels, of 12, stable and sid, kexec-tools and U-Boot, make the test initrds
	@scripts/lib/timed 'fetch Debian kernels' scripts/fetch/fetch-debian-kernels
	@scripts/lib/timed 'fetch newest kernels' scripts/fetch/fetch-newest-kernels
	@scripts/lib/timed 'fetch kexec-tools' scripts/fetch/fetch-kexec-tools
	@scripts/lib/timed 'fetch U-Boot' scripts/fetch/fetch-u-boot
	@scripts/lib/timed 'make initrd' scripts/make/make-initrd
	@scripts/lib/timed 'make initrd for ARMv5' scripts/make/make-initrd --armel
	@scripts/lib/timed 'make initrd for boot consoles' scripts/make/make-initrd --kernel-log

kernels: debian-kernels ## the same, and build the tiny kernels
	@scripts/lib/timed 'build tiny kernels' scripts/build/build-tiny-kernels --with all

# Without Swift's shared libraries the program starts in 4 ms in place of 10 ms.
build: ## build kx
	@scripts/lib/timed 'build kx' swift build --configuration release --static-swift-stdlib \
	  -Xlinker -z -Xlinker now --product kx

device: ## build the static loaders dist/ARCH/kexec; LOADERS='armel …' only those
	@scripts/lib/timed 'build device' scripts/build/build-device $(LOADERS)

ferry: ## build Ferry, the bare-metal program of bundles, dist/ferry/ferry.elf
	@scripts/lib/timed 'build Ferry' scripts/build/build-ferry

lint: ## check the form of Swift sources and scripts
	@scripts/lib/timed 'lint Swift' swift format lint --strict --recursive Sources Tests Package.swift
	@scripts/lib/timed 'lint scripts' scripts/check/lint-scripts
	@scripts/lib/timed 'check documents' scripts/check/check-docs
	@scripts/lib/timed 'check links' scripts/check/check-links
	@scripts/lib/timed 'check module diagram' scripts/make/module-diagram --check
	@scripts/lib/timed 'check completions' scripts/make/make-completions --check

compile-tests:
	@scripts/lib/timed 'build with tests' swift build --build-tests
	@scripts/lib/timed 'build hostile probe' swift build --configuration release --product HostileProbe

check-man: compile-tests
	@scripts/lib/timed 'check man page' scripts/make/make-man --check .build/debug/kx
	@scripts/lib/timed 'check completions' scripts/check/check-completions .build/debug/kx

check-documents: compile-tests device
	@scripts/lib/timed 'check JSON Schema' scripts/check/check-schema .build/debug/kx .build-native/kexec
	@scripts/lib/timed 'check transcripts' scripts/check/check-transcripts .build/debug/kx
	@scripts/lib/timed 'check API documentation' scripts/check/check-api-docs .build/debug

example: ## build examples/plan-a-boot as the package of its own that it is
	@scripts/lib/timed 'build example' swift build --package-path examples/plan-a-boot

# Tests that start machines: all of Tests/Boots.
BOOTS := LabBootTests|GuestBootTests|FerryBootTests|PackageTests

# The oldest ARM, ARMv7, and one of 64 bits with all architectures, which runs here without an emulator.
check boots test: LOADERS := armel armhf native
check boots test: export SWIFT_KEXEC_MATRIX := ci

# Hostile files have a second each: they run when nothing else does.
check: setup lint kernels compile-tests check-man check-picture device check-documents ferry ## the core step of CI: all but tests that start machines
	@scripts/lib/timed 'module and program tests' scripts/check/without-machines \
	  swift test --skip-build --skip '$(BOOTS)|HostileInputTests'
	@scripts/lib/timed 'hostile files' swift test --skip-build --filter HostileInputTests

boots: setup kernels compile-tests device ferry ## the second step of CI: kernels, loaders and bundles in QEMU
	@scripts/lib/timed 'boots' swift test --skip-build --filter '$(BOOTS)'

test: check boots ## everything that CI runs but fuzzing: both steps

test-all: ## the same for all architectures, full matrices, the example, the packages and the zoo
	@$(MAKE) SWIFT_KEXEC_MATRIX=full LOADERS='armel armhf aarch64 x86_64 native' test example try-deb
	@scripts/lib/timed 'zoo' $(MAKE) zoo
	@scripts/fetch/unserved-suites --strict

zoo: setup debian-kernels build ## try every 32-bit ARM kernel of Debian's suites; goes on where it was broken off
	@scripts/lib/timed 'fetch zoo' scripts/fetch/fetch-zoo
	@scripts/lib/timed 'try zoo' scripts/lab/zoo

# Seconds for each target; none named means all.
TIME ?= 60
TARGETS ?=

fuzz: ## run the readers on inputs that libFuzzer makes up; TIME=seconds TARGETS='zimage dtb …'
	@scripts/lib/timed 'fuzz' scripts/check/fuzz --time $(TIME) $(TARGETS)

check-fuzz: setup kernels ## CI's share of fuzzing: planted faults, and 20 s for each target
	@scripts/lib/timed 'build fuzz' scripts/build/build-fuzz
	@scripts/lib/timed 'fuzz self-test' scripts/check/fuzz --self-test --binary .build-fuzz/release/Fuzz
	@scripts/lib/timed 'fuzz' scripts/check/fuzz --time 20 --binary .build-fuzz/release/Fuzz

dist/armel/kexec:
	@scripts/lib/timed 'build device' scripts/build/build-device armel

dist/ferry/ferry.elf:
	@scripts/lib/timed 'build Ferry' scripts/build/build-ferry

demo: setup debian-kernels build dist/armel/kexec dist/ferry/ferry.elf ## show the whole story in about four minutes
	@scripts/lab/demo

bench: setup kernels build device ferry ## measure speed and memory, against kexec-tools too
	@status=0; scripts/bench/bench || status=1; echo; scripts/bench/bench-device || status=1; echo; \
	  scripts/bench/bench-ferry || status=1; echo; scripts/bench/bench-scale || status=1; echo; \
	  scripts/bench/bench-limits || status=1; exit $$status

compare-peers: LOADERS := armel
compare-peers: setup kernels device ## give damaged files to kexec-tools and to our loader
	@scripts/lib/timed 'compare peers' scripts/bench/compare-peers

man: build ## write docs/kx.1 and docs/diagnostics.md anew from what kx says of itself
	@scripts/make/make-man $(RELEASE)

picture: debian-kernels build ## draw docs/map.svg, the picture of the README, anew
	@scripts/lib/timed 'draw picture' scripts/make/make-picture $(RELEASE)

check-picture: debian-kernels compile-tests
	@scripts/lib/timed 'check picture' scripts/make/make-picture --check .build/debug/kx

completions: build ## make the completions for bash, zsh and fish, in .build/completions
	@mkdir -p .build/completions
	@for shell in bash zsh fish; do \
	  $(RELEASE) --generate-completion-script $$shell >.build/completions/kx.$$shell; \
	done

install: completions ferry ## install kx, Ferry, man pages and completions under DESTDIR and PREFIX
	install -D -m 755 $(RELEASE) '$(DESTDIR)$(PREFIX)/bin/kx'
	install -D -m 644 dist/ferry/ferry.elf '$(DESTDIR)$(PREFIX)/share/swift-kexec/ferry.elf'
	install -D -m 644 docs/kx.1 '$(DESTDIR)$(PREFIX)/share/man/man1/kx.1'
	install -D -m 644 docs/kexec.8 '$(DESTDIR)$(PREFIX)/share/man/man8/kexec.8'
	install -D -m 644 docs/kexec-plan.5 '$(DESTDIR)$(PREFIX)/share/man/man5/kexec-plan.5'
	install -D -m 644 docs/swift-kexec.7 '$(DESTDIR)$(PREFIX)/share/man/man7/swift-kexec.7'
	install -D -m 644 docs/plan.schema.json \
	  '$(DESTDIR)$(PREFIX)/share/swift-kexec/plan.schema.json'
	install -D -m 644 docs/inspect.schema.json \
	  '$(DESTDIR)$(PREFIX)/share/swift-kexec/inspect.schema.json'
	install -D -m 644 docs/matrix-line.schema.json \
	  '$(DESTDIR)$(PREFIX)/share/swift-kexec/matrix-line.schema.json'
	install -D -m 644 .build/completions/kx.bash \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/kx'
	install -D -m 644 .build/completions/kx.zsh '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_kx'
	install -D -m 644 .build/completions/kx.fish \
	  '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kx.fish'
	install -D -m 644 completions/kexec.bash \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/kexec'
	install -D -m 644 completions/kexec.zsh '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_kexec'
	install -D -m 644 completions/kexec.fish \
	  '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kexec.fish'


# Its spelling is not asked of programs: half of a text stands there for the end of another.
deb: setup device completions ferry ## make the Debian packages dist/deb/*.deb, and check them with lintian
	@rm -rf dist/deb
	@scripts/lib/timed 'make packages' scripts/package/make-deb
	@scripts/lib/timed 'check packages' lintian --fail-on error,warning,info --display-info --pedantic \
	  --display-experimental --suppress-tags spelling-error-in-binary --tag-display-limit 0 \
	  --allow-root dist/deb/*.deb

try-deb: deb ## install, run, upgrade and remove the packages in trees of Debian 12
	@scripts/lib/timed 'try packages' scripts/package/try-deb amd64 arm64
	@scripts/lib/timed 'try packages in guests' scripts/package/try-deb --guest armhf armel
