# SPDX-License-Identifier: BSD-2-Clause
"""Boot sealed disk images under Secure Boot: OVMF's build with SMM, and Debian's snakeoil keys."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/boot"))
import btlboot  # noqa: E402
from store import Store  # noqa: E402

CERTIFICATE = "/usr/share/ovmf/PkKek-1-snakeoil.pem"
KEY = "/usr/share/ovmf/PkKek-1-snakeoil.key"  # its passphrase is snakeoil
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"
MICROSOFT = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
CODE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
LOADER = "EFI/BOOT/" + btlboot.LOADER
ENFORCED = "Secure Boot is on: seals are enforced"
KERNEL = "BTL reference kernel"  # its first line


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more).stdout


class Keys:
    """Keys and certificates of one test. The machine knows "known"; others are made when they are used."""

    def __init__(self, work):
        self.work = work
        self.pairs = {"known": (os.path.join(work, "known.key"), CERTIFICATE)}
        run("openssl", "rsa", "-in", KEY, "-passin", "pass:snakeoil", "-out", self.pairs["known"][0])

    def pair(self, name):
        """Return the files of a key and its certificate."""
        if name not in self.pairs:
            pair = [os.path.join(self.work, name + suffix) for suffix in (".key", ".pem")]
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", pair[0],
                "-out", pair[1])
            self.pairs[name] = pair
        return self.pairs[name]

    def sign(self, path, name="known"):
        key, certificate = self.pair(name)
        run("sbsign", "--key", key, "--cert", certificate, "--output", path, path)


class Started(btlboot.Program):
    """A running machine, and its menu as lines."""

    def refuse_and_open_menu(self):
        """Wait until the loader stops, and open the menu as lines. Return the text up to the stop."""
        text = self.expect(btlboot.STOP)
        self.send(" ")
        self.expect("boot menu")
        self.send("l")
        self.lines()
        return text

    def lines(self):
        """Return the text up to the next prompt of the menu, with every page of it."""
        text, wanted = "", r"(a key: the next page, q: no more --)|(?:menu|new)> "
        while True:
            text += self.expect(wanted)
            if self.match[1] is None:
                return text
            self.send(" ")

    def type(self, line):
        """Type a line in the menu; return what the menu shows."""
        self.send(line + "\r")
        return self.lines()

    def choose(self, path):
        """Choose a configuration; return what the menu shows about it: its messages, too."""
        number = re.search(r"^ *(\d+) [^\n]*%s\b" % re.escape(path), self.type("boot"), re.M)
        assert number, "the menu does not list %s:\n%s" % (path, self.text())
        return self.type(number[1]) + self.type("d")

    def rest(self):
        """Return all the text, and the status of QEMU; None: the loader has stopped."""
        wanted = re.compile(btlboot.STOP)
        while self.receive():
            if self.found(wanted):
                return self.text(), None
        return self.text(), self.child.wait()


class Disk:
    """The boot volume as a directory: the default tree with a signed loader, and `files` (path: bytes, text or a host's
    path) in their places. Its image is made for each boot."""

    def __init__(self, files=(), variables=VARIABLES, default=True, signed=True):
        self.work = tempfile.mkdtemp(prefix="btltrust-")
        self.root = os.path.join(self.work, "esp")
        self.store_path = os.path.join(self.work, "vars.fd")
        shutil.copy(variables, self.store_path)
        self.keys = Keys(self.work)
        tree = btlboot.default_tree()
        for path, source in {**(tree if default else {LOADER: tree[LOADER]}), **dict(files)}.items():
            self.put(path, btlboot.read(source) if isinstance(source, str) and source.startswith("/") else source)
        if signed:
            self.keys.sign(self.path(LOADER))

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))

    def put(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def change(self, name, at=-1):
        """Flip a bit of one byte of a file: of the last one, or of that at an offset."""
        content = bytearray(btlboot.read(self.path(name)))
        content[at] ^= 1
        self.put(name, bytes(content))

    def seal(self, conf="/loader.conf", *options, by="known"):
        """Seal a configuration. `by`: the name of the key; None: the seal is not signed."""
        run(btlboot.PROGRAM, "seal", "-C", self.root, *options, conf)
        if by is not None:
            self.keys.sign(self.path(conf + ".seal"), by)

    def store(self):
        return Store(self.store_path)

    def start(self, memory="256M", options=(), code=CODE):
        """Start the machine."""
        image = btlboot.make_image(self.work, {**dict.fromkeys(btlboot.default_tree()), **{
            os.path.relpath(os.path.join(folder, name), self.root): os.path.join(folder, name)
            for folder, _, names in os.walk(self.root) for name in names}})
        program = os.environ.get("BTL_QEMU", "qemu-system-x86_64")
        return Started(program, [
            "-machine", "q35,smm=on", "-accel", os.environ.get("BTL_ACCEL", "tcg"), "-m", memory,
            "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + code,
            "-drive", "if=pflash,format=raw,unit=1,file=" + self.store_path,
            "-drive", "if=none,id=disk,format=raw,file=" + image, *btlboot.DISKS["virtio"],
            "-device", "virtio-rng-pci", "-nic", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none", *options])

    def boot(self):
        """Boot up to the end of QEMU, or until the loader stops; return the text and the exit status (None: it
        stopped)."""
        with self.start() as machine:
            return machine.rest()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)


def plain(text):
    """Return text without its line ends, which the menu chooses, and the menu's prompts between two pages."""
    return " ".join(re.sub(r"^-- *$", "", text, flags=re.M).split())


def shows(text, *lines):
    for line in lines:
        assert line in plain(text), "no %r in:\n%s" % (line, text)


def refused(text, *lines):
    """No kernel was started, and each line was printed."""
    shows(text, ENFORCED, *lines)
    assert KERNEL not in text and "starting /" not in text and "BTL-REPORT" not in text, text


def booted(text, status, *lines):
    """The kernel was started by a loader that enforces seals, and each line was printed."""
    shows(text, ENFORCED, KERNEL, *lines)
    assert status == btlboot.GOOD, text
