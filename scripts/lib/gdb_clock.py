# SPDX-License-Identifier: Apache-2.0
"""Reads the clock of a guest each time its 32-bit ARM processor comes to an address, through the gdb
stub of QEMU. The guest does not see it: with -icount its clock stands while QEMU stops."""
import pathlib
import socket
import threading
import time

# mrrc p15, 1, r3, r4, c14: the count of the generic timer, lower half first.
READ_CLOCK = bytes.fromhex("1e3f54ec")
PC = 15


class GDBClock:
    """Waits for QEMU's socket, then writes down the count at each visit, until QEMU ends."""

    def __init__(self, path, address):
        self.path, self.address = pathlib.Path(path), address
        self.counts = []
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    @property
    def qemu_options(self):
        return ["-gdb", f"unix:{self.path},server=on,wait=off"]

    def _watch(self):
        try:
            self.socket = self._connect()
            self._ask("?")
            # Without this QEMU gives no single register.
            self._ask("qXfer:features:read:target.xml:0,ff")
            self._breakpoint("Z", self.address)
            while self._ask("c").startswith(("S", "T")):
                self.counts.append(self._count())
        except OSError:
            # QEMU has ended.
            return

    def _connect(self):
        while True:
            stream = socket.socket(socket.AF_UNIX)
            try:
                stream.connect(str(self.path))
                return stream
            except OSError:
                stream.close()
                time.sleep(0.02)

    def _breakpoint(self, verb, address):
        self._ask(f"{verb}1,{address:x},4")

    def _count(self):
        """Lets the processor run one foreign instruction in place of its own, and undoes that.

        A step would do, but with -icount QEMU may wait forever in one. The first instruction of an
        ARM kernel calls a function, so that the one behind it is reached, too.
        """
        kept = {number: self._ask(f"p{number:x}") for number in (3, 4, PC)}
        word = self._ask(f"m{self.address:x},4")
        self._breakpoint("z", self.address)
        self._breakpoint("Z", self.address + 4)
        self._ask(f"M{self.address:x},4:{READ_CLOCK.hex()}")
        self._ask("c")
        low, high = (int.from_bytes(bytes.fromhex(self._ask(f"p{n:x}")), "little") for n in (3, 4))
        self._ask(f"M{self.address:x},4:{word}")
        for number, value in kept.items():
            self._ask(f"P{number:x}={value}")
        self._ask("c")
        self._breakpoint("z", self.address + 4)
        self._breakpoint("Z", self.address)
        return high << 32 | low

    def _ask(self, text):
        """Sends a packet and returns the answer; throws OSError when there is none any more."""
        body = text.encode()
        self.socket.sendall(b"$" + body + b"#%02x" % (sum(body) & 255))
        # That the processor stopped when this client came is told once more than asked.
        while True:
            answer = self._packet()
            if answer.startswith(("S", "T", "W")) == (text in ("?", "c")):
                return answer

    def _packet(self):
        packet = b""
        while packet[-3:-2] != b"#":
            byte = self.socket.recv(1)
            if not byte:
                raise ConnectionError("the stub has gone")
            packet += byte
        self.socket.sendall(b"+")
        return packet[packet.index(b"$") + 1:-3].decode()
