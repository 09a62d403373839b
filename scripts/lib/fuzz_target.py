# SPDX-License-Identifier: Apache-2.0
"""One reader under libFuzzer: its corpus, its runs, what was found, and how long it has run."""
import base64
import dataclasses
import fcntl
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(
    os.environ.get("SWIFT_KEXEC_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    / "swift-kexec") / "fuzz"

# The limits of every input: seconds of CPU and MiB of memory. The sanitizer keeps freed memory to
# find uses of it; that is none of the reader's.
SECONDS, MEBIBYTES = 5, 512
SANITIZER = "quarantine_size_mb=16:allocator_may_return_null=1:detect_leaks=1"

LOW = ["PhysicalMemory", "Digests"]
PACKED = LOW + ["CInflation", "Inflation"]
INFLATING = ("zstd", "cpio", "zimage", "uimage", "android", "fit", "image")
TREES = LOW + ["DeviceTree"]
KERNELS = PACKED + ["DeviceTree", "Handover", "Bundles", "KernelImages", "BootPlanning"]
MACHINE = KERNELS + ["CLinux", "LinuxInterface"]
ENTRIES = ["BootEntries"]
PROGRAM = MACHINE + ["Reporting", "BootEntries", "kexec"]
# What each target's code is made of, and the longest input. When one of these is changed, what was
# run counts no more.
MODULES = {
    "zimage": (KERNELS, 80_000), "uimage": (KERNELS, 16_384), "android": (KERNELS, 32_768),
    "fit": (KERNELS, 16_384), "elf": (KERNELS, 80_000), "image": (KERNELS, 65_536),
    "gzip": (PACKED, 8192), "xz": (PACKED, 8192), "lzma": (PACKED, 8192), "lzo": (PACKED, 8192),
    "lzo1x": (LOW + ["Inflation"], 4096), "lz4": (PACKED, 8192), "zstd": (PACKED, 8192),
    "bzip2": (PACKED, 8192), "cpio": (KERNELS, 8192), "dtb": (TREES, 8192),
    "overlay": (TREES, 8192), "merge": (LOW + ["DeviceTree", "Handover", "Bundles"], 8192),
    "atags": (TREES, 4096), "iomem": (LOW, 4096), "plan": (PROGRAM, 16_384),
    "snapshot": (MACHINE, 16_384), "bundle": (LOW + ["DeviceTree", "Handover", "Bundles"], 65_536),
    "retagged": (LOW + ["Handover", "Bundles"], 16_384), "command-line": (MACHINE, 1024),
    "options": (PROGRAM, 1024), "bls": (ENTRIES, 4096), "extlinux": (ENTRIES, 4096),
    "petitboot": (ENTRIES, 4096), "file-names": (ENTRIES, 2048), "entries": (PROGRAM, 8192),
    "journal": (PROGRAM, 16_384),
}
binary = None
seeds = CACHE / "seeds"


def names():
    return list(MODULES)


def use(program, keep):
    """Chooses the program; for a campaign a copy is kept, so that building does not disturb it."""
    global binary
    binary = pathlib.Path(program).resolve()
    if keep and CACHE not in binary.parents:
        text = binary.read_bytes()
        kept = CACHE / "programs" / hashlib.sha256(text).hexdigest()[:16]
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            temporary = kept.with_suffix(f".{os.getpid()}")
            shutil.copy2(binary, temporary)
            temporary.rename(kept)
        binary = kept


class CannotRun(Exception):
    """Nothing was found, since nothing could be run."""


def check_names():
    """A target that the program has and this list has not would never be run."""
    status, text, _ = call("list", limit=60)
    if status != 0 or sorted(text.split()) != sorted(names()):
        raise CannotRun(f"fuzz: the program's targets are not those of {__file__}: {text}")


def call(target, *words, limit=None, **variables):
    """Runs the program; gives its exit code, what it said, and its seconds of CPU."""
    environment = dict(os.environ, FUZZ_TARGET=target, ASAN_OPTIONS=SANITIZER,
                       SWIFT_BACKTRACE="enable=no", **variables)
    # A cache may be empty: this is the first that is done in it.
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen([binary, *map(str, words)], env=environment, cwd=CACHE,
                                 stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        late = threading.Timer(limit or threading.TIMEOUT_MAX, child.kill)
        late.daemon = True
        late.start()
        # Others may run at the same time: only this one's own time counts.
        _, status, usage = os.wait4(child.pid, 0)
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return child.returncode, output.read().decode(errors="replace"), \
            usage.ru_utime + usage.ru_stime


def make_seeds():
    """Makes the seeds anew when what makes them has changed."""
    makers = [ROOT / "Tests/Hostile/Fuzz/make-seeds", *sorted((ROOT / "Tests/Hostile/Fuzz").rglob("*.swift")),
              *sorted((ROOT / "Tests/Support/Samples").rglob("*.swift")),
              ROOT / "Tests/Hostile/HostileInputTests/reference/bases.py"]
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in makers)).hexdigest()
    folder = seeds
    if not (folder / mark).exists():
        stage = CACHE / f"seeds.{os.getpid()}"
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
        status, text, _ = call("seeds", limit=120, FUZZ_SEEDS=str(stage))
        if status != 0:
            raise CannotRun(f"fuzz: the seeds could not be made, exit code {status}\n{text}")
        subprocess.run([ROOT / "Tests/Hostile/Fuzz/make-seeds", stage, CACHE.parent], check=True)
        (stage / mark).touch()
        shutil.rmtree(folder, ignore_errors=True)
        stage.rename(folder)


def check_seeds(targets):
    for target in targets:
        if not list((seeds / target.name).glob("*")):
            raise CannotRun(f"fuzz: there is no seed for {target.name}")


@dataclasses.dataclass
class Finding:
    what: str
    path: str

    def text(self):
        """The input as a command that writes it: what CI found must come out of its log."""
        try:
            data = pathlib.Path(self.path).read_bytes()
        except OSError as error:
            return f"the input is gone: {error.strerror}"
        packed = gzip.compress(data, mtime=0)
        whole, filters = (packed, " | gunzip") if len(packed) < len(data) else (data, "")
        return f"echo {base64.b64encode(whole).decode()} | base64 -d{filters} >input"


@dataclasses.dataclass
class Record:
    """What all runs on the same sources came to; of one run, what that did."""
    name: str
    digest: str = ""
    commit: str = ""
    seconds: int = 0
    adopted: int = 0  # seconds of them that were run elsewhere, with a corpus that is not here
    executions: int = 0
    edges: int = 0
    corpus: int = 0
    new: int = 0
    findings: list = dataclasses.field(default_factory=list)
    failure: str = ""


class Target:
    def __init__(self, name):
        self.name = name
        self.modules, self.longest = MODULES[name]
        self.folder = CACHE / name
        self.corpus = self.folder / "corpus"
        self.digest = self._digest()
        self.record = self.load()

    def _folders(self):
        return [ROOT / "Sources" / module for module in self.modules] + [ROOT / "Tests/Hostile/Fuzz"]

    def is_as_at(self, commit):
        """Whether nothing that goes into the target was changed since that commit."""
        def git(*words):
            return subprocess.run(["git", "-C", ROOT, *words, "--", *self._folders()],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)

        # A diff does not tell of files that git has never seen.
        unseen = git("ls-files", "--others", "--exclude-standard")
        return git("diff", "--quiet", commit).returncode == 0 \
            and unseen.returncode == 0 and not unseen.stdout

    def _digest(self):
        """Of all sources that go into the target."""
        sha = hashlib.sha256()
        for folder in self._folders():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix in (".swift", ".c", ".h"):
                    sha.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
        return sha.hexdigest()[:16]

    def load(self, whatever=False):
        """The record of the present sources; or, where that is empty, the longest of all others."""
        records = []
        # record.json is from before each state of the sources had a record of its own.
        for path in [self.folder / "record.json", *self.folder.glob("records/*.json")]:
            try:
                record = Record(**json.loads(path.read_text()))
                record.findings = [Finding(**finding) for finding in record.findings]
            except (OSError, ValueError, TypeError):
                continue
            records.append(record)
        present = [record for record in records if record.digest == self.digest]
        return max(present or (whatever and records) or [Record(self.name, digest=self.digest)],
                   key=lambda record: record.seconds)

    def _save(self):
        temporary = self.folder / f"record.{os.getpid()}"
        temporary.write_text(json.dumps(dataclasses.asdict(self.record), indent=1))
        (self.folder / "records").mkdir(exist_ok=True)
        temporary.rename(self.folder / f"records/{self.digest}.json")

    def _options(self):
        words = [f"-rss_limit_mb={MEBIBYTES}", f"-timeout={SECONDS}", f"-max_len={self.longest}"]
        # A window of zstd is reserved whole, up to 2 GiB, and used as far as there is output.
        if self.name in INFLATING:
            words.append("-malloc_limit_mb=2304")
        dictionary = ROOT / f"Tests/Hostile/Fuzz/dictionaries/{self.name}.dict"
        return words + ([f"-dict={dictionary}"] if dictionary.exists() else [])

    def run(self, seconds):
        """Runs so many seconds, or up to the first finding."""
        found = self.folder / "findings"
        for folder in (self.corpus, found):
            folder.mkdir(parents=True, exist_ok=True)
        before = set(found.iterdir())
        had = sum(1 for _ in self.corpus.iterdir())
        status, text, used = call(
            self.name, self.corpus, seeds / self.name, *self._options(),
            f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={found}/",
            limit=seconds * 3 + 120)
        (self.folder / "log").write_text(text)
        # Seconds of CPU: on a machine that does other things, too, less is run in a second.
        one = Record(self.name, seconds=max(1, round(used)))
        one.executions = self._last(r"stat::number_of_executed_units: +(\d+)", text)
        one.edges = self._last(r" cov: (\d+)", text)
        one.corpus = sum(1 for _ in self.corpus.iterdir())
        one.new = max(0, one.corpus - had)
        for path in sorted(set(found.iterdir()) - before):
            what = self.confirm(path)
            if what:
                one.findings.append(Finding(what, str(self.shrink(path))))
            else:
                path.unlink()
                status = 0
        if status != 0 and not one.findings:
            one.failure = f"exit code {status}: " + " / ".join(text.splitlines()[-3:])
        elif not one.executions and not one.findings:
            one.failure = "nothing was run"
        self.add(one)
        return one

    def add(self, one):
        if one.failure:
            return
        commit = subprocess.run(
            ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True,
            check=False).stdout.strip()
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as lock:
            # A campaign may run at the same time.
            fcntl.flock(lock, fcntl.LOCK_EX)
            record = self.record = self.load()
            record.seconds += one.seconds
            record.adopted += one.adopted
            record.executions += one.executions
            record.edges = max(record.edges, one.edges)
            record.corpus, record.new = one.corpus, record.new + one.new
            record.findings += one.findings
            record.commit = commit
            self._save()

    @staticmethod
    def _last(pattern, text):
        found = re.findall(pattern, text)
        return int(found[-1]) if found else 0

    def confirm(self, path):
        """What is wrong with an input; empty when nothing is.

        A run that other processes held up is slow by chance. So time is the CPU's, and the best of
        three.
        """
        status, text, used = call(self.name, path, f"-rss_limit_mb={MEBIBYTES}", "-timeout=100",
                                  limit=200)
        if status != 0:
            for line in text.splitlines():
                if "broken rule" in line or "Fatal error" in line or "SUMMARY:" in line \
                        or "out-of-memory" in line:
                    return line.strip()[-160:]
            return f"exit code {status}"
        if path.name.startswith(("timeout", "slow")):
            for _ in range(2):
                used = min(used, call(self.name, path, "-timeout=100", limit=200)[2])
            return f"takes {used:.1f} s of CPU" if used >= SECONDS else ""
        # A crash that does not come again is told, but cannot be shown.
        return "" if path.name.startswith("oom") else "crashed once and not again"

    def shrink(self, path):
        """A smaller input that ends as badly, or the same."""
        if not path.name.startswith(("crash", "leak")):
            return path
        small = path.with_name(f"small-{path.name}")
        call(self.name, "-minimize_crash=1", *self._options(), "-max_total_time=20",
             f"-exact_artifact_path={small}", path, limit=120)
        if small.exists() and small.stat().st_size < path.stat().st_size \
                and call(self.name, small, limit=60)[0] != 0:
            return small
        small.unlink(missing_ok=True)
        return path

    def reproduce(self, path):
        status, text, used = call(self.name, pathlib.Path(path).resolve(), *self._options(),
                                  limit=200)
        print(text.rstrip())
        print(f"{used:.2f} s of CPU, exit code {status}")
        return 0 if status == 0 else 1

    def minimise(self):
        """Keeps the smallest inputs that reach the same."""
        if not self.corpus.exists():
            return
        fresh = self.folder / "corpus.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        status, _, _ = call(self.name, "-merge=1", *self._options(), fresh, self.corpus, limit=3600)
        if status == 0 and any(fresh.iterdir()):
            shutil.rmtree(self.corpus)
            fresh.rename(self.corpus)
        else:
            shutil.rmtree(fresh)

    def find_planted(self, fault):
        """Bounded by executions with a fixed seed, not by seconds: that comes out the same each time.

        Only the trap is searched for; to find three bytes takes about 100 000 executions, and what
        the other faults show is that they are noticed.
        """
        folder = CACHE / f"self-test.{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if fault != "trap":
            (folder / "fault").write_bytes(b"kex")
        begin = time.monotonic()
        _, text, _ = call(
            self.name, folder, *self._options(), "-max_len=3", "-seed=1", "-runs=2000000",
            f"-artifact_prefix={folder}/", limit=600, FUZZ_FAULT=fault)
        shutil.rmtree(folder)
        return time.monotonic() - begin, text
