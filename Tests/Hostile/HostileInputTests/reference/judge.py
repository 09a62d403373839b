# SPDX-License-Identifier: Apache-2.0
"""Holds the probe's answers against independent readers: judge.py GROUP FOLDER.

The rule: an answer equals the reader's, or is an error. Prints a JSON document with what was
counted and what broke the rule.
"""

import concurrent.futures
import gzip
import json
import os
import re
import subprocess
import sys

import bases
import readers


class Wrong(Exception):
    """An answer that no independent reader gives."""


def same(name, ours, theirs):
    if ours != theirs:
        raise Wrong(f"{name} is {ours}, an independent reader gives {theirs}")


def text(digits):
    return bytes.fromhex(digits).decode()


def places(text):
    """`1:2,3:4` as pairs."""
    return [tuple(int(number) for number in pair.split(":")) for pair in text.split(",") if pair]


def check_zimage(data, answer, start):
    """Figures of a zImage that begins at an offset."""
    body = data[start:]
    # Where the header and the code behind it contradict each other, what runs is the code.
    stated = int(answer["Z"]) if "KX017" in answer["codes"] else None
    header = readers.zimage(body, stated)
    same("the length", int(answer["Z"]), header["Z"])
    first, end = places(answer["payload"])[0]
    if not first < end <= header["Z"]:
        raise Wrong("the payload lies outside the zImage")
    compression = answer["compression"]
    stream = body[first:end if compression == "gzip" else end - 4]
    count, digest, pairs = readers.inflate(compression, stream)
    same("the inflated size", int(answer["I"]), count)
    if "image" in answer:
        same("the inflated kernel", answer["image"], digest)
    if header["order"] == "<" and "word" in answer:
        same("the size word", int(answer["word"]), int.from_bytes(body[end - 4:end], "little"))
        if int(answer["word"]) != count and "KX001" not in answer["codes"]:
            raise Wrong("a wrong size word goes unreported")
    check_memory(answer, pairs, header)


def check_memory(answer, pairs, header):
    """BSS and TEXT_OFFSET against the pairs in the Image or, when they disagree, the table."""
    bss, text = int(answer["bss"]), int(answer["T"])
    if len(pairs) == 1:
        (true_bss, true_text), = pairs
    else:
        true_bss, true_text = header.get("bss", 0), header.get("T", 0)
    if bss != true_bss and not (
            bss > true_bss and ("KX008" in answer["codes"] or answer["bssFrom"] == "estimate")):
        raise Wrong(f"the BSS is {bss}, an independent reader gives {true_bss}")
    # Without a pair and a table there is only the decompressor's code, which no reader here reads.
    if answer["TFrom"] != "estimate" and (pairs or "T" in header):
        same("TEXT_OFFSET", text, true_text)


def check_kernel(data, answer, place):
    """The kernel in a wrapper, and where it is."""
    if "kernel" not in answer:
        raise Wrong("there is a kernel")
    # A uImage in a uImage is a kernel with one more header.
    while data[place[0]:place[0] + 4] == b"\x27\x05\x19\x56":
        inner = readers.uimage(data[place[0]:place[0] + place[1]])["parts"][0]
        place = (place[0] + inner[0], inner[1])
    start, length = places(answer["kernel"])[0]
    same("where the kernel begins", start, place[0])
    if start + length > place[0] + place[1]:
        raise Wrong("the kernel reaches beyond its part")
    check_zimage(data[:place[0] + place[1]], answer, start)


def check_uimage(data, answer):
    header = readers.uimage(data)
    same("the name", text(answer["name"]), header["name"].decode("utf-8", "replace"))
    same("the load address", bytes.fromhex(answer["load address"]), b"0x%08x" % header["load"])
    same("the entry point", bytes.fromhex(answer["entry point"]), b"0x%08x" % header["entry"])
    same("the length", places(answer["layers"])[0], (0, 64 + header["size"]))
    others = sorted(places(answer["initrds"]) + places(answer["trees"]))
    same("the parts", others, header["parts"][1:])
    if "kernel" in answer or header["architecture"] == 2:
        check_kernel(data, answer, header["parts"][0])


def check_android(data, answer):
    header = readers.android(data)
    same("the command line", text(answer["commandLine"]), header["line"].decode("utf-8", "replace"))
    same("the ramdisk", places(answer["initrds"]), [header["ramdisk"]] if header["ramdisk"][1] else [])
    found = [place[0] for place in places(answer["trees"])]
    if header["trees"][1:] or not found:
        same("the trees", found, header["trees"] if found else found)
    else:
        # Trees in a row: where the first stands is known without reading it.
        same("the first tree", found[0], header["trees"][0] if header["trees"] else None)
    if header["kernel"][1] > 0:
        check_kernel(data, answer, header["kernel"])
    elif "kernel" in answer or not answer["initrds"]:
        raise Wrong("an image without a kernel has a ramdisk alone")


def check_fit(data, answer):
    parts = readers.fit(data)
    same("the ramdisks", places(answer["initrds"]), parts["initrds"])
    same("the trees", places(answer["trees"]), parts["trees"])
    if parts["kernel"]:
        check_kernel(data, answer, parts["kernel"])
    elif "kernel" in answer:
        raise Wrong("a FIT of trees alone has no kernel")


def check_image(data, answer):
    """What the outermost layer is decides who is asked."""
    outer = answer["chain"].split(">")[0]
    if outer == "zImage":
        check_kernel(data, answer, (0, len(data)))
    elif outer in CHECKS:
        CHECKS[outer](data, answer)
    elif outer == "DTB":
        same("the length", places(answer["layers"])[0][1], int.from_bytes(data[4:8], "big"))
    elif outer == "gzip":
        while data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        check_zimage(data, answer, 0)
    elif outer == "Image":
        same("the size", int(answer["I"]), len(data))
        pairs = readers.pairs_of(data)
        if not pairs:
            raise Wrong("no pair stands in it")
        check_memory(answer, pairs, {})
    elif outer == "PE":
        if "kernel" in answer or data[:2] != b"MZ":
            raise Wrong("not an EFI program")
    else:
        raise Wrong("nothing of the kind stands in the file")


CHECKS = {"uImage": check_uimage, "android": check_android, "FIT": check_fit}


# What the probe counts of an initrd at the most.
INITRD_LIMIT = 64 << 20


def check_initrd(data, answer):
    start = places(answer["payload"])[0][0]
    for segment in answer["segments"].split(","):
        name, at, count, kind = segment.split(":")
        at, count = start + int(at), int(count)
        body = data[at:at + count]
        if name == "none":
            if (kind == "cpio") != (body[:6] in (b"070701", b"070702")):
                raise Wrong("an archive is not told from another file")
        # What yields more than the limit is not read to its end.
        elif name in readers.STREAMS and not readers.yields(name, data[at:], INITRD_LIMIT):
            same("the length of the stream", count, readers.stream_length(name, data[at:]))


def listed(path):
    """What mkimage says about a file: its fields, or None when it refuses."""
    run = subprocess.run(["mkimage", "-l", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = run.stdout.decode("latin-1")
    return None if run.returncode or "Image Name" not in text and "FIT" not in text else text


def check_listing(data, answer, text):
    """Ours against mkimage's."""
    if data[:4] == b"\x27\x05\x19\x56":
        if text is None:
            raise Wrong("mkimage -l refuses it")
        size = int(re.search(r"Data Size: +(\d+)", text).group(1))
        same("the length by mkimage", places(answer["layers"])[0][1], 64 + size)
        for name, pattern in (("load address", "Load Address"), ("entry point", "Entry Point")):
            theirs = int(re.search(pattern + r": +([0-9a-f]+)", text).group(1), 16)
            same(name + " by mkimage", int(bytes.fromhex(answer[name]), 16), theirs)
    elif text is None and readers.fit(data)["described"]:
        raise Wrong("mkimage -l refuses it")


def compiled(job):
    """What dtc writes for a tree; None when it refuses."""
    source, target = job
    run = subprocess.run(["dtc", "-f", "-q", "-q", "-I", "dtb", "-O", "dtb", "-o", target, source],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return bases.read(target) if run.returncode == 0 and os.path.exists(target) else None


class Judge:
    def __init__(self, folder, group):
        self.folder, self.group = folder, group
        self.count = {"cases": 0, "errors": 0, "equal": 0, "mkimage": 0, "dtc": 0}
        self.violations, self.slowest, self.slow, self.peak = [], 0, [], 0
        self.trees, self.listings = [], []

    def break_rule(self, line, why):
        self.violations.append(f"{why}: {line}"[:2000])

    def run(self):
        path = f"{self.folder}/{self.group}"
        must = json.loads(bases.read(path + ".must"))
        answers = {}
        for line in bases.read(path + ".answers").decode().splitlines():
            number, time, peak, verdict, *rest = line.split("\t")
            answers[number] = (int(time), int(peak), verdict, rest)
        base = ("", b"")
        for line in bases.read(path + ".cases").decode().splitlines():
            number, mode, file, changes = line.split("\t")
            self.count["cases"] += 1
            if number not in answers:
                self.break_rule(line, "no answer: it trapped, or ran for too long")
                continue
            time, peak, verdict, rest = answers[number]
            self.peak = max(self.peak, peak)
            self.slowest = max(self.slowest, time)
            if time >= 1_000_000:
                self.slow.append(int(number))
            wanted = must.get(number)
            if wanted and wanted != verdict:
                self.break_rule(line, f"must be {wanted}: {rest}")
            if verdict == "error":
                self.count["errors"] += 1
                continue
            if file != base[0]:
                base = (file, bases.read(file))
            self.judge(line, mode, bases.changed(base[1], changes), dict(f.split("=", 1) for f in rest))
        self.ask_programs()
        return {"group": self.group, **self.count, "slowestMicroseconds": self.slowest,
                "slow": self.slow, "peakKiB": self.peak,
                "violationCount": len(self.violations), "violations": self.violations[:20]}

    def judge(self, line, mode, data, answer):
        try:
            if mode in ("image", "verify"):
                check_image(data, answer)
            elif mode == "initrd":
                check_initrd(data, answer)
        except Wrong as wrong:
            return self.break_rule(line, str(wrong))
        except readers.Refusal as refusal:
            return self.break_rule(line, f"an independent reader refuses it ({refusal})")
        self.count["equal"] += 1
        number = line.split("\t")[0]
        source = f"{self.folder}/{self.group}-{number}.in"
        # Kept in files: ten thousand kernels are more than the machine has memory for.
        if mode == "tree":
            bases.write(source, data)
            self.trees.append((line, number, (source, source + ".out")))
        elif mode in ("image", "verify") and answer["chain"].split(">")[0] in ("uImage", "FIT"):
            bases.write(source, data)
            self.listings.append((line, source, answer))

    def ask_programs(self):
        """mkimage and dtc need a file and a process for each case."""
        jobs, listings = self.trees, self.listings
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            written = pool.map(compiled, [job for _, _, job in jobs])
            for (line, number, (source, target)), theirs in zip(jobs, written):
                ours = bases.read(f"{self.folder}/{self.group}.trees/{number}.dtb")
                self.count["dtc"] += 1
                if theirs is None:
                    self.break_rule(line, "dtc refuses it")
                elif theirs != ours:
                    self.break_rule(line, "dtc writes another tree")
                for name in (source, target):
                    if os.path.exists(name):
                        os.remove(name)
            texts = pool.map(listed, [source for _, source, _ in listings])
            for (line, source, answer), text in zip(listings, texts):
                self.count["mkimage"] += 1
                try:
                    check_listing(bases.read(source), answer, text)
                except Wrong as wrong:
                    self.break_rule(line, str(wrong))
                os.remove(source)


print(json.dumps(Judge(sys.argv[2], sys.argv[1]).run()))
