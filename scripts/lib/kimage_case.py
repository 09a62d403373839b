# SPDX-License-Identifier: Apache-2.0
"""Random kimage lists in a memory of scattered pages, and what memory is after they have been run.

Knows nothing of the builder and the interpreter in Sources/Handover, so that they and the code that
is emulated are judged by different minds. Source: Linux 6.1, include/linux/kexec.h.
"""

import struct

PAGE = 4096
DESTINATION, INDIRECTION, DONE, SOURCE = 1, 2, 4, 8
# Page 0 and the last page, beginnings of RAM as boards have them, and the middle of nowhere.
REGIONS = (0, 0x10000000, 0x3FFF0000, 0x40000000, 0x80000000, 0xC8123000, 0xFFFC0000)


class Memory:
    """Pages by address, all of them random at first."""

    def __init__(self, random, spread=64):
        self.random, self.spread = random, spread
        self.pages = {}

    def draw(self):
        """Draws an address of a page, which may be taken."""
        page = self.random.choice(REGIONS) + PAGE * self.random.randrange(self.spread)
        return page & 0xFFFFFFFF

    def add(self, address=None):
        """Adds a page at an address, or wherever there is none yet."""
        while address is None or address in self.pages:
            address = self.draw()
        self.pages[address] = bytearray(self.random.randbytes(PAGE))
        return address

    def set_words(self, address, words):
        page, offset = address & -PAGE, address & PAGE - 1
        struct.pack_into(f"<{len(words)}I", self.pages[page], offset, *words)


class List:
    """A list that copies `copies` pages or a few more, written into `memory`.

    head      the address of its first page, 0 when there is none
    after     all pages as they must be at the end
    written   the destinations, in the order in which they are written
    end       the address behind DONE
    words     how many entries are read
    """

    def __init__(self, random, memory, copies, plain=False):
        self.head = self.end = self.words = 0
        self.written = []
        entries = self._entries(random, memory, copies, plain)
        if copies or not random.randrange(2):
            self._write(random, memory, entries, plain)
        else:
            entries = []
        self.after = {address: bytes(page) for address, page in memory.pages.items()}
        # What a list does, one page after the other: a later copy sees what an earlier one did.
        destination = None
        for address, flag in entries:
            if flag == DESTINATION:
                destination = address
            elif flag == SOURCE:
                self.after[destination] = self.after[address]
                self.written.append(destination)
                destination = destination + PAGE & 0xFFFFFFFF

    @staticmethod
    def _entries(random, memory, copies, plain):
        """The entries without INDIRECTION and DONE, as (address, flag)."""
        entries, sources = [], []
        while len(sources) < copies:
            run = random.randrange(1, 5)
            start = memory.add()
            # Destinations stand side by side; a run ends where there is no room for it.
            pages = [start]
            while len(pages) < run and start + PAGE * len(pages) not in memory.pages:
                if start + PAGE * len(pages) > 0xFFFFFFFF:
                    break
                pages.append(memory.add(start + PAGE * len(pages)))
            entries.append((start, DESTINATION))
            for page in pages:
                kind = random.randrange(8)
                if kind == 0 and not plain:
                    source = page
                elif kind == 1 and sources and not plain:
                    source = random.choice(sources)
                else:
                    source = memory.add()
                sources.append(source)
                entries.append((source, SOURCE))
                if kind == 2 and not plain:
                    # A word without a flag is passed over, whatever its address.
                    entries.append((random.choice((0, page, source)), 0))
        return entries

    def _write(self, random, memory, entries, plain):
        """Writes the entries into pages of their own, which are left at any word."""
        # Page 0 cannot begin a list: 0 says that there is none.
        while not self.head or self.head in memory.pages:
            self.head = memory.draw()
        page = cursor = memory.add(self.head)
        room = PAGE // 4
        for address, flag in entries:
            left = room - (cursor - page) // 4
            if left == 1 or not plain and not random.randrange(6):
                page = memory.add()
                memory.set_words(cursor, [page | INDIRECTION])
                cursor = page
                self.words += 1
            memory.set_words(cursor, [address | flag])
            cursor += 4
            self.words += 1
        # DONE may have an address, and there is junk behind it.
        memory.set_words(cursor, [random.choice((0, self.head)) | DONE])
        self.words += 1
        self.end = cursor + 4 & 0xFFFFFFFF
