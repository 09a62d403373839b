# SPDX-License-Identifier: Apache-2.0
"""Lists damaged files: cases.py GROUP FOLDER CACHE MATRIX SEED COUNT, COUNT 0 for the usual number.

Writes FOLDER/GROUP.cases, one case a line: number, mode, base file, changes; and FOLDER/GROUP.must,
what certain cases must give. The same seed gives the same cases.
"""

import json
import os
import random
import re
import struct
import sys
import zlib

import bases
import crafted
import readers

WORDS = [0, 1, 2, 3, 4, 7, 40, 0x7fffffff, 0x7ffffff0, 0x80000000, 0xfffffffc, 0xffffffff]


class Cases:
    def __init__(self, seed, is_full):
        self.is_full = is_full
        self.random = random.Random(seed)
        self.lines = []
        self.must = {}

    def add(self, mode, path, changes="", must=None):
        if must:
            self.must[len(self.lines)] = must
        self.lines.append(f"{len(self.lines)}\t{mode}\t{path}\t{changes}")

    def put(self, data, at, new):
        """One change, made in `data` as well."""
        data[at:at + len(new)] = new[:len(data) - at]
        return f"{at}:{bytes(new).hex()}"

    def damage(self, data, places, order="<"):
        """One to three random changes at the given places."""
        changes = []
        for _ in range(self.random.choice((1, 1, 2, 3))):
            at = places[self.random.randrange(len(places))]
            kind = self.random.randrange(6)
            if kind < 3:
                new = bytes([data[at] ^ 1 << self.random.randrange(8)])
            elif kind < 5:
                new = bytes([self.random.randrange(256)])
            else:
                at = min(at & ~3, len(data) - 4)
                word = self.random.choice(WORDS + [len(data), len(data) - 4])
                new = struct.pack(order + "I", word)
            changes.append(self.put(data, at, new))
        return changes

    def flips(self, count, mode, path, places, order="<", repair=None):
        """Damaged files; `repair` makes the checksums right again."""
        intact = bases.read(path)
        for _ in range(count):
            data = bytearray(intact)
            changes = self.damage(data, places, order)
            if repair:
                changes += repair(self, data)
            self.add(mode, path, " ".join(changes))

    def cuts(self, mode, path, head, count, padding=0):
        """Files cut at every byte of the head and at random places before padding at the end."""
        size = os.path.getsize(path) - padding
        for at in list(range(head)) + [self.random.randrange(size) for _ in range(count)]:
            self.add(mode, path, f"cut={at}", must="error")


def repair_uimage(cases, data):
    """Makes both checksums of a uImage right, as somebody who means harm would."""
    size = struct.unpack_from(">I", data, 12)[0]
    changes = [cases.put(data, 24, struct.pack(">I", zlib.crc32(data[64:64 + size])))]
    whole = zlib.crc32(data[:4] + bytes(4) + data[8:64])
    return changes + [cases.put(data, 4, struct.pack(">I", whole))]


def head_of_zimage(data):
    """The offsets of a zImage's header, its size table and its size word."""
    at = struct.unpack_from("<I", data, 0x38)[0]
    pointer = struct.unpack_from("<I", data, at + 8)[0]
    return list(range(0x44)) + list(range(at, at + 28)) + list(range(pointer, pointer + 4))


def head_of_fit(data):
    """The offsets of a FIT that belong to no data."""
    places = set(range(struct.unpack_from(">I", data, 4)[0]))
    root, _ = readers.tree(data)
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        open_nodes += node["children"]
        at, length = node["properties"].get("data", (0, 0))
        places -= set(range(at, at + length))
    return sorted(places)


def zimage(cases, folder, cache, count):
    armmp = f"{cache}/kernels/armmp/vmlinuz"
    head = head_of_zimage(bases.read(armmp))
    for mode in ("image", "verify"):
        cases.add(mode, armmp, must="ok")
    cases.cuts("image", armmp, 0x44, 1000)
    for at in head[0x44:]:
        cases.add("image", armmp, f"cut={at}", must="error")
    cases.flips(count or 10000, "image", armmp, head)


def zimage_tiny(cases, folder, cache, count):
    for name in bases.TINY:
        path = f"{cache}/kernels/tiny-{name}/vmlinuz"
        cases.add("verify", path, must="ok")
        head = head_of_zimage(bases.read(path))
        cases.flips((count or 10000) // 10, "image", path, head)
        cases.flips((count or 10000) // 10, "verify", path, head + list(range(0x2000)))


def payload(cases, folder, cache, count):
    for name in bases.TINY:
        path = f"{cache}/kernels/tiny-{name}/vmlinuz"
        data = bases.read(path)
        end = head_of_zimage(data)[-1] + 1
        cases.add("verify", path, must="ok")
        places = range(end - (len(data) - end) - 600000, end)
        cases.flips((count or 10000) // 5, "verify", path, places)


def uimage(cases, folder, cache, count):
    single, parts = folder + "/uimage", folder + "/uimage-multi"
    for path in (single, parts):
        cases.add("verify", path, must="ok")
        cases.cuts("image", path, 80, 500)
        each = (count or 10000) // 8
        size = os.path.getsize(path)
        cases.flips(each, "image", path, range(80), ">")
        cases.flips(2 * each, "image", path, list(range(12, 80)) * 9 + list(range(80, 200)), ">",
                    repair_uimage)
        cases.flips(each, "verify", path, range(size), ">", repair_uimage)


def every(mark, data):
    """Where a mark stands at the beginning of a page or of a vendor's content."""
    return [at for at in range(0, len(data), 512) if data[at:at + 4] == mark]


def android(cases, folder, cache, count):
    for version in range(5):
        path = f"{folder}/android{version}"
        cases.add("verify", path, must="ok")
        cases.cuts("image", path, 1700, 200, 4096)
        words = list(range(8, 48)) * 20 + list(range(48, 1700))
        cases.flips((count or 10000) // 5, "image", path, words)
    # The heads of tables and of vendors' headers, wherever they stand.
    for name in [name for name, _, _ in bases.TABLES] + ["dtb", "mtk"]:
        path = f"{folder}/android-{name}"
        data = bases.read(path)
        marks = [b"\x88\x16\x88\x58"] + [magic for _, magic, _ in bases.TABLES]
        heads = [place for mark in marks for at in every(mark, data) for place in range(at, at + 160)]
        cases.add("verify", path, must="ok")
        cases.cuts("image", path, 0, 100)
        cases.flips((count or 10000) // 20, "image", path, heads + list(range(8, 48)))


def fit(cases, folder, cache, count):
    for name in ("fit", "fit-external", "fit-placed", "fit-boards"):
        path = f"{folder}/{name}"
        head = head_of_fit(bases.read(path))
        cases.add("verify", path, must="ok")
        cases.cuts("image", path, 0, 334)
        for at in head:
            cases.add("image", path, f"cut={at}", must="error")
        cases.flips((count or 10000) // 3, "image", path, list(range(64)) * 6 + head, ">")


def trees(cases, folder, cache, count):
    for name in ("tree", "board"):
        path = f"{folder}/{name}"
        size = os.path.getsize(path)
        for mode in ("tree", "image"):
            cases.add(mode, path, must="ok")
            cases.cuts(mode, path, min(size, 400), 250)
        for at in range(40, size, 7):
            cases.add("tree", path, f"4:{at:08x} cut={at}", must="error")
        cases.flips((count or 10000) // 2, "tree", path, list(range(size)) + list(range(40)) * 5,
                    ">")


def initrd(cases, folder, cache, count):
    path = folder + "/initrds"
    size = os.path.getsize(path)
    cases.add("initrd", path, must="ok")
    for at in range(size):
        cases.add("initrd", path, f"cut={at}")
    cases.flips(count or 10000, "initrd", path, range(size))


def fixtures(cases, folder, cache, count):
    """Files that once were read wrongly; the README beside them says what they must give."""
    here = os.path.join(os.path.dirname(__file__), "../../../Fixtures/hostile")
    for line in bases.read(here + "/README.md").decode().splitlines():
        found = re.match(r"- `([^`]+)` \((ok|error)\)", line)
        for mode in ("image", "verify") if found else ():
            cases.add(mode, os.path.realpath(f"{here}/{found[1]}"), must=found[2])


# How many of the full number the ci matrix runs: more than 10 000 flips without those of initrds.
GROUPS = {
    "zimage": (zimage, 60), "zimage-tiny": (zimage_tiny, 500), "payload": (payload, 600),
    "uimage": (uimage, 1200), "android": (android, 3000), "fit": (fit, 2000),
    "trees": (trees, 3000), "initrd": (initrd, 1000), "crafted": (crafted.make, 0),
    "fixtures": (fixtures, 0),
}


def main():
    group, folder, cache, matrix, seed, count = sys.argv[1:]
    bases.make(folder, cache)
    cases = Cases(f"{group} {seed}", matrix == "full")
    function, usual = GROUPS[group]
    function(cases, folder, cache, int(count) or (0 if matrix == "full" else usual))
    bases.write(f"{folder}/{group}.cases", ("\n".join(cases.lines) + "\n").encode())
    bases.write(f"{folder}/{group}.must", json.dumps(cases.must).encode())


main()
