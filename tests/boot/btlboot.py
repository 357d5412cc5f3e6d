# SPDX-License-Identifier: BSD-2-Clause
"""Boot disk images in QEMU and read the results. The architecture is that of $O (build/x86_64).

    result = boot(conf='hello_load="YES"\n')
    assert result.status == GOOD and result.module("hello")["state"] == "loaded"

A disk is the default tree (loader, kernel, modules) with files replaced or added; None removes a file. Every boot
has its own directory.

No test depends on the speed or the load of the host. A test waits for text on the serial line or for a picture on
the screen, never for a time; limits end machines that hang. The guest's clock is the host's: a guest with its own
time limit (boot_timeout) gets a steady clock. If a test must act at a certain point of the boot, an application of
tests/boot/efi holds the loader there.
"""
import codecs
import contextlib
import ctypes
import fcntl
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pexpect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
import warm  # noqa: E402
from layouts import PART, crowd, lay_out  # noqa: E402 (tests take these from here)

O = os.path.join(ROOT, os.environ.get("O", "build/x86_64"))
ARCH = os.environ.get("ARCH") or os.path.basename(O)
LOADER = {"x86_64": "BOOTX64.EFI", "ia64": "BOOTIA64.EFI"}[ARCH]
PROGRAM = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")
# A machine without output for so many seconds hangs. A test fails after ten times as many; a good boot takes about
# ten seconds.
LIMIT = int(os.environ.get("BTL_TEST_LIMIT", "180"))
GOOD, BAD = 33, 35  # exit status of QEMU: isa-debug-exit with 16 and 17
U_BOOT = "/usr/lib/u-boot/qemu-x86_64/u-boot.rom"  # of Debian's u-boot-qemu

# The modules of the default image, by phase.
PHASES = {
    "ring": "BOOT1", "earlylog": "BOOT1", "clock": "BOOT1", "entropy": "BOOT1", "hello": "BOOT1",
    "pagetest": "BOOT2", "pci": "BOOT2", "block": "BOOT2", "gpt": "BOOT2", "fatfs": "BOOT2",
    "ich9": "BOOT2", "ramdisk": "INIT", "upper": "INIT", "loop": "INIT",
    **{"x86_64": {"rtc": "BOOT2", "virtio_blk": "BOOT2", "kbd": "BOOT2", "smbios": "INIT"}, "ia64": {}}[ARCH],
}

# Control sequences of the firmware for the terminal, and messages of the emulator itself.
CONTROL = re.compile(r"\x1b(?:\[[=?0-9;]*[A-Za-z]|[78])|\r|^qemu-system-ia64: warning: [^\n]*\n", re.M)

DISKS = {
    "virtio": ["-device", "virtio-blk-pci,drive=disk,bootindex=0"],
    # After other devices on the bus.
    "virtio behind": ["-device", "virtio-blk-pci,drive=disk,bootindex=0,addr=0x10"],
    "virtio 4096": ["-device", "virtio-blk-pci,drive=disk,bootindex=0,logical_block_size=4096,physical_block_size=4096"],
    "virtio iommu": ["-device", "virtio-blk-pci,drive=disk,bootindex=0,disable-legacy=on,iommu_platform=on"],
    "ahci": ["-device", "ide-hd,drive=disk,bus=ide.0,bootindex=0"],
    "nvme": ["-device", "nvme,drive=disk,serial=btl,bootindex=0"],
    "usb": ["-device", "qemu-xhci", "-device", "usb-storage,drive=disk,bootindex=0"],
}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def test_module(name):
    """Return the bytes of a module of tests/boot/modules."""
    return read(os.path.join(O, "testmodules", name + ".ko"))


def module(name):
    """Return the bytes of a module of the default tree."""
    return read(os.path.join(O, "modules", name + ".ko"))


def default_conf():
    return read(default_tree()["loader.conf"]).decode()


def default_tree():
    tree = {
        "EFI/BOOT/" + LOADER: os.path.join(O, "efi", LOADER),
        "kernel/kernel.elf": os.path.join(O, "kernel/kernel.elf"),
        "loader.conf": os.path.join(O, "loader.conf"),
    }
    for name in sorted(os.listdir(os.path.join(O, "modules"))):
        if name.endswith(".ko"):
            tree["modules/" + name] = os.path.join(O, "modules", name)
    return tree


def make_image(work, files, block=512):
    """Make an image of the default tree with `files` (path: bytes, host path, or None) added, replaced or removed;
    `block`: the size of the disk's blocks."""
    tree = default_tree()
    tree.update(files)
    pairs = []
    for number, (path, source) in enumerate(sorted(tree.items())):
        if source is None:
            continue
        if isinstance(source, bytes):
            name = os.path.join(work, "file%d" % number)
            with open(name, "wb") as file:
                file.write(source)
            source = name
        pairs.append("%s=%s" % (path, source))
    image = os.path.join(work, "btl.img")
    subprocess.run([os.path.join(ROOT, "tools/mkimage.sh"), "-b", str(block), image] + pairs, check=True,
                   stdout=subprocess.DEVNULL)
    return image


def firmware(name):
    for directory in ("/usr/share/OVMF", "/usr/share/qemu"):
        for suffix in ("_4M.fd", ".fd"):
            path = os.path.join(directory, "OVMF_" + name + suffix)
            if os.path.exists(path):
                return path
    raise RuntimeError("OVMF_%s is not installed (package ovmf)" % name)


def ovmf(variables):
    """Options of QEMU for OVMF."""
    if not os.path.exists(variables):
        shutil.copy(firmware("VARS"), variables)
    return ["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + firmware("CODE"),
            "-drive", "if=pflash,format=raw,unit=1,file=" + variables]


def machine_x86_64(variables, image, disk, memory, random, bios):
    """QEMU with a firmware, and its options."""
    return os.environ.get("BTL_QEMU", "qemu-system-x86_64"), [
        "-machine", "q35", "-accel", os.environ.get("BTL_ACCEL", "tcg"), "-m", memory or "256M",
        *(["-bios", bios] if bios else ovmf(variables)),
        "-drive", "if=none,id=disk" + (image if image.startswith(",") else ",format=raw,file=" + image),
        *DISKS[disk],
        *(["-device", "virtio-rng-pci"] if random else []), "-nic", "none",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]


def machine_ia64(variables, image, disk, memory, random, bios):
    """The emulator that QEMU_IA64 names; it contains its firmware."""
    return os.environ["QEMU_IA64"], [
        "-machine", "vibtanium,efi-boot-manager=off,nvram=" + variables, "-m", memory or "512M",
        "-drive", "if=ide,format=raw,file=" + image]


# A clock that counts the guest's instructions, 16 ns for each: on a busy host the whole machine is slow, and nothing
# in the machine is late.
STEADY = ["-icount", "shift=4"] if ARCH == "x86_64" else []

MACHINES = {"x86_64": machine_x86_64, "ia64": machine_ia64}


def exit_status(status, text):
    """Return the exit status as QEMU on x86-64 has it; other machines have no device for it, so read the report."""
    if ARCH == "x86_64" or status != 0:
        return status
    ends = re.findall(r"^BTL-REPORT end (\w+)", text, re.M)
    return {"ok": GOOD, "failed": BAD}[ends[-1]] if ends else status


PR_SET_PDEATHSIG, F_SETPIPE_SZ = 1, 1031  # of Linux


class Program:
    """An interactive program. The pipe is large enough for the output of a boot, because a guest loses characters
    if its serial line is read too late. The program ends with this process."""
    limit = LIMIT  # of a machine that takes its time, more

    def __init__(self, program, options):
        self.child = subprocess.Popen([program, *options], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, preexec_fn=lambda: ctypes.CDLL(None).prctl(
                                          PR_SET_PDEATHSIG, signal.SIGKILL))
        with contextlib.suppress(OSError):  # some systems forbid such a large pipe; the usual size is mostly sufficient
            fcntl.fcntl(self.child.stdout, F_SETPIPE_SZ, 1 << 20)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.begun = self.heard = time.monotonic()
        self.raw = ""  # the whole output
        self.behind = 0  # offset up to which the output was matched
        self.match = None  # match of the last pattern

    def text(self):
        """Return the output without terminal control."""
        return CONTROL.sub("", self.raw)

    def receive(self):
        """Wait for more output, for a short time. False: the program has ended."""
        now = time.monotonic()
        assert now < self.heard + self.limit and now < self.begun + 10 * self.limit, "it hangs:\n" + self.text()
        if not select.select([self.child.stdout], [], [], 0.5)[0]:
            return True
        self.heard = time.monotonic()
        more = self.child.stdout.read(65536)
        self.raw += self.decoder.decode(more)
        return more != b""

    def found(self, pattern):
        """If the pattern has come, consume the output up to its end."""
        self.match = pattern.search(self.raw, self.behind)
        if self.match:
            self.behind = self.match.end()
        return self.match is not None

    def expect(self, pattern):
        """Wait for a pattern, or for pexpect.EOF; return the output before it."""
        start = self.behind
        if pattern is pexpect.EOF:
            while self.receive():
                pass
            self.behind = len(self.raw)
            return CONTROL.sub("", self.raw[start:])
        wanted = re.compile(pattern, re.S)
        while not self.found(wanted):
            size = len(self.raw)
            while len(self.raw) == size:
                assert self.receive(), "the end, and no %r in:\n%s" % (pattern, self.text())
        return CONTROL.sub("", self.raw[start:self.match.start()])

    def send(self, keys):
        self.child.stdin.write(keys.encode())

    def close(self):
        """Kill the program if it runs, and wait for its end."""
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Machine(Program):
    """A running QEMU and the other end of its serial line. `image`: a file, or options of -drive that begin
    with a comma. `variables`: the file of the firmware's variable store, which stays after the machine ends and
    is made if it does not exist; None: each machine has its own. `steady`: use the steady clock. `bios`: the file
    of a firmware instead of OVMF."""

    def __init__(self, image, disk="virtio", memory=None, options=(), random=True, work=None, variables=None,
                 serial="stdio", steady=False, bios=None):
        self.work = work or tempfile.mkdtemp(prefix="btlboot-")
        self.qmp_path = os.path.join(self.work, "qmp")
        variables = variables or os.path.join(self.work, "vars.fd")
        program, command = MACHINES[ARCH](variables, image, disk, memory, random, bios)
        command += ["-display", "none", "-no-reboot", "-serial", serial, "-monitor", "none",
                    *(STEADY if steady else ()), *options]
        start = warm.Cold()
        # Of other disks OVMF asks the size before its first output.
        if ARCH == "x86_64" and bios is None and disk.startswith("virtio") and serial == "stdio" \
                and read(variables) == read(firmware("VARS")):
            start = warm.start(os.path.join(O, "starts"), program, command, [firmware("CODE"), firmware("VARS")])
        super().__init__(program, [*command, "-qmp", "unix:%s,server=on,wait=off" % self.qmp_path, *start.options])
        start.enter(self)

    def command(self, line):
        """Type a line at the monitor's prompt; return the text up to the next prompt."""
        self.send(line + "\r")
        answer = self.expect(PROMPT)
        return answer.split("\n", 1)[-1]  # without the echo

    def sync(self):
        """Wait for the prompt after output that contains prompts itself."""
        self.send("in-step\r")
        self.expect("in-step: no such command")
        self.expect(PROMPT)

    def wait(self):
        """Wait for the end of QEMU; return its exit status. Fail if the loader waits for a key."""
        wanted = re.compile(STOP)
        while self.receive():
            assert not self.found(wanted), "the loader stopped:\n" + self.text()
        return exit_status(self.child.wait(), self.text())

    def hold(self, point):
        """Wait until tests/boot/efi/held.c holds the loader before this step. send(".") continues the loader."""
        self.expect("HELD before ")
        while self.expect("\r\n") != point:
            self.send(".")
            self.expect("HELD before ")

    def qmp(self, name, **arguments):
        with socket.socket(socket.AF_UNIX) as link:
            self.connect(link)
            stream = link.makefile("rw")
            stream.readline()
            for command in ({"execute": "qmp_capabilities"}, {"execute": name, "arguments": arguments}):
                stream.write(json.dumps(command) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
                while "event" in answer:
                    answer = json.loads(stream.readline())
        assert "error" not in answer, answer
        return answer["return"]

    def connect(self, link):
        """Connect; QEMU may not listen yet."""
        link.settimeout(LIMIT)
        while True:
            try:
                return link.connect(self.qmp_path)
            except (FileNotFoundError, ConnectionRefusedError):
                assert self.receive(), "no QEMU"

    def close(self):
        """Cut the power."""
        super().close()
        shutil.rmtree(self.work, ignore_errors=True)


def under(name):
    """Return the files of a disk on which an application of tests/boot/efi starts the loader."""
    return {"EFI/BOOT/BOOTX64.EFI": read(os.path.join(O, "testefi", name + ".efi")),
            "EFI/BTL/LOADER.EFI": default_tree()["EFI/BOOT/BOOTX64.EFI"]}


PROMPT = r"(?m)^\r*btl> "
STOP = r"cannot boot[^\n]*\n"  # the loader waits for a key


class Result:
    """The results of a boot."""

    def __init__(self, status, text):
        self.status = status
        self.text = text
        self.modules, self.checks, self.memory, self.end = {}, {}, {}, None
        for line in text.splitlines():
            if line.startswith("BTL-REPORT "):
                self.read_report(line)

    def read_report(self, line):
        """Parse a line; `reason` is the last field of a module and has the rest of the line."""
        line, _, reason = line.partition(" reason=")
        words = line.split()[1:]
        fields = dict(word.split("=", 1) for word in words if "=" in word)
        if words[0] == "module":
            self.modules[fields["name"]] = dict(fields, reason=reason)
        elif words[0] == "check":
            self.checks[words[1]] = words[2]
        elif words[0] == "memory":
            self.memory = fields
        elif words[0] == "end":
            self.end = dict(fields, result=words[1])

    def module(self, name):
        assert name in self.modules, "no report of module %s in:\n%s" % (name, self.text)
        return self.modules[name]

    def loaded(self):
        """Return the names of the loaded modules."""
        return {name for name, fields in self.modules.items() if fields["state"] == "loaded"}

    def says(self, *parts):
        """Return a line that contains all the parts."""
        for line in self.text.splitlines():
            if all(part in line for part in parts):
                return line
        raise AssertionError("no line with %r in:\n%s" % (parts, self.text))

    def codes(self):
        """Return the codes of all printed diagnostics."""
        return set(re.findall(r"\[([a-z0-9]+(?:-[a-z0-9]+)+)\]", self.text))


def conf(extra="", options="report"):
    """Return the default loader.conf with lines appended; the last assignment wins. Without lines of its own, no
    test waits for the countdown."""
    return default_conf() + '\nautoboot_delay="0"\nkernel_options="%s"\n%s' % (options, extra)


def started(files, layout=None, **machine):
    """Start a machine that boots the default tree with `files` added or replaced. `layout`: see lay_out()."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    try:
        image = make_image(work, files, 4096 if machine.get("disk") == "virtio 4096" else 512)
        if layout is not None:
            lay_out(image, layout)
        return Machine(image, work=work, **machine)
    except BaseException:
        shutil.rmtree(work)
        raise


def boot(files=None, text=None, until=None, **machine):
    """Boot up to the end of QEMU, or up to the pattern `until`. `text`: loader.conf; default: conf()."""
    tree = dict(files or {})
    tree.setdefault("loader.conf", (conf() if text is None else text).encode())
    with started(tree, **machine) as it:
        if until is None:
            return Result(it.wait(), it.text())
        before = it.expect(until)
        return Result(None, before + it.match.group())
