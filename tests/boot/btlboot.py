# SPDX-License-Identifier: BSD-2-Clause
"""Boots disk images in QEMU and reads what came of it. The architecture is that of $O (build/x86_64).

    result = boot(conf='hello_load="YES"\n')
    assert result.status == GOOD and result.module("hello")["state"] == "loaded"

A disk is the default tree (loader, kernel, modules) with files replaced or added; None takes one away.
Every boot has a time limit and a directory of its own.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import pexpect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
O = os.path.join(ROOT, os.environ.get("O", "build/x86_64"))
ARCH = os.environ.get("ARCH") or os.path.basename(O)
LOADER = {"x86_64": "BOOTX64.EFI", "ia64": "BOOTIA64.EFI"}[ARCH]
PROGRAM = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")
LIMIT = int(os.environ.get("BTL_TEST_LIMIT", "180"))  # seconds for one boot; a good one takes about ten
GOOD, BAD = 33, 35  # exit status of QEMU: isa-debug-exit with 16 and 17
PART = 1 << 20  # where the volume starts on the image

# What the firmware sends to drive a terminal, and what an emulator says about itself.
CONTROL = re.compile(r"\x1b\[[=?0-9;]*[A-Za-z]|\r|^qemu-system-ia64: warning: [^\n]*\n", re.M)

DISKS = {
    "virtio": ["-device", "virtio-blk-pci,drive=disk,bootindex=0"],
    # Behind other devices on the bus.
    "virtio behind": ["-device", "virtio-blk-pci,drive=disk,bootindex=0,addr=0x10"],
    "ahci": ["-device", "ide-hd,drive=disk,bus=ide.0,bootindex=0"],
    "nvme": ["-device", "nvme,drive=disk,serial=btl,bootindex=0"],
    "usb": ["-device", "qemu-xhci", "-device", "usb-storage,drive=disk,bootindex=0"],
}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def test_module(name):
    """The bytes of a module of tests/boot/modules."""
    return read(os.path.join(O, "testmodules", name + ".ko"))


def module(name):
    """The bytes of a module of the default tree."""
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


def make_image(work, files):
    """An image of the default tree with `files` (path: bytes, host path, or None) over it."""
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
    subprocess.run([os.path.join(ROOT, "tools/mkimage.sh"), image] + pairs, check=True,
                   stdout=subprocess.DEVNULL)
    return image


def firmware(name):
    for directory in ("/usr/share/OVMF", "/usr/share/qemu"):
        for suffix in ("_4M.fd", ".fd"):
            path = os.path.join(directory, "OVMF_" + name + suffix)
            if os.path.exists(path):
                return path
    raise RuntimeError("OVMF_%s is not installed (package ovmf)" % name)


def machine_x86_64(variables, image, disk, memory, random):
    """QEMU with OVMF, and its options."""
    if not os.path.exists(variables):
        shutil.copy(firmware("VARS"), variables)
    return os.environ.get("BTL_QEMU", "qemu-system-x86_64"), [
        "-machine", "q35", "-accel", os.environ.get("BTL_ACCEL", "tcg"), "-m", memory or "256M",
        "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + firmware("CODE"),
        "-drive", "if=pflash,format=raw,unit=1,file=" + variables,
        "-drive", "if=none,id=disk" + (image if image.startswith(",") else ",format=raw,file=" + image),
        *DISKS[disk],
        *(["-device", "virtio-rng-pci"] if random else []), "-nic", "none",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]


def machine_ia64(variables, image, disk, memory, random):
    """The emulator that QEMU_IA64 names, which has its firmware in it."""
    return os.environ["QEMU_IA64"], [
        "-machine", "vibtanium,efi-boot-manager=off,nvram=" + variables, "-m", memory or "512M",
        "-drive", "if=ide,format=raw,file=" + image]


MACHINES = {"x86_64": machine_x86_64, "ia64": machine_ia64}


def exit_status(status, text):
    """As QEMU on x86-64 gives it: elsewhere there is no device for that, and the report says it."""
    if ARCH == "x86_64" or status != 0:
        return status
    ends = re.findall(r"^BTL-REPORT end (\w+)", text, re.M)
    return {"ok": GOOD, "failed": BAD}[ends[-1]] if ends else status


class Machine:
    """A running QEMU: its serial line is a terminal. `image`: a file, or options of -drive that begin
    with a comma. `variables`: the firmware's variable store, a file that outlives the machine; it is made
    when it is not there. Without it each machine has one of its own."""

    def __init__(self, image, disk="virtio", memory=None, options=(), random=True, work=None, variables=None,
                 serial="stdio"):
        self.work = work or tempfile.mkdtemp(prefix="btlboot-")
        self.qmp_path = os.path.join(self.work, "qmp")
        variables = variables or os.path.join(self.work, "vars.fd")
        program, command = MACHINES[ARCH](variables, image, disk, memory, random)
        command += ["-display", "none", "-no-reboot", "-serial", serial, "-monitor", "none",
                    "-qmp", "unix:%s,server=on,wait=off" % self.qmp_path, *options]
        self.deadline = time.monotonic() + LIMIT
        self.child = pexpect.spawn(program, command, timeout=LIMIT, encoding="utf-8",
                                   codec_errors="replace")
        self.child.delaybeforesend = None
        self.log = open(os.path.join(self.work, "serial"), "w+", encoding="utf-8", newline="")
        self.child.logfile_read = self.log

    def text(self):
        """All that came over the serial line, without terminal control."""
        self.log.flush()
        self.log.seek(0)
        text = CONTROL.sub("", self.log.read())
        self.log.seek(0, os.SEEK_END)
        return text

    def expect(self, pattern):
        """Waits for a pattern on the serial line and returns what came before it."""
        left = max(self.deadline - time.monotonic(), 1)
        try:
            self.child.expect(pattern, timeout=left)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            raise AssertionError("%s while waiting for %r; the serial line:\n%s" % (
                type(error).__name__, pattern, self.text())) from None
        return CONTROL.sub("", self.child.before)

    def command(self, line):
        """Types a line at the monitor's prompt; the text until the next prompt."""
        self.child.send(line + "\r")
        answer = self.expect(PROMPT)
        return answer.split("\n", 1)[-1]  # without the echo

    def press(self, pattern):
        """Return, again and again, until the pattern comes: the loader forgets what was typed before
        its message was complete."""
        while True:
            self.child.send("\r")
            try:
                self.child.expect(pattern, timeout=2)
                return
            except pexpect.TIMEOUT:
                if time.monotonic() > self.deadline:
                    raise AssertionError("no %r in:\n%s" % (pattern, self.text())) from None

    def sync(self):
        """To the prompt, where output that itself has prompts in it went before."""
        self.child.send("in-step\r")
        self.expect("in-step: no such command")
        self.expect(PROMPT)

    def wait(self):
        """Until QEMU ends; its exit status. A loader that waits for a key is not waited for."""
        self.expect([pexpect.EOF, STOP])
        if self.child.after is not pexpect.EOF:
            raise AssertionError("the loader stopped:\n" + self.text())
        self.child.close()
        return exit_status(self.child.exitstatus, self.text())

    def qmp(self, name, **arguments):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(30)
            link.connect(self.qmp_path)
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

    def close(self):
        if self.child.isalive():
            self.child.close(force=True)
        self.log.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


PROMPT = r"(?m)^\r*btl> "
STOP = r"cannot boot[^\n]*\n"  # the loader waits for a key


class Result:
    """What a boot left behind."""

    def __init__(self, status, text):
        self.status = status
        self.text = text
        self.modules, self.checks, self.memory, self.end = {}, {}, {}, None
        for line in text.splitlines():
            if line.startswith("BTL-REPORT "):
                self.read_report(line)

    def read_report(self, line):
        """`reason` is the last field of a module and takes the rest of the line."""
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
        """Names of the modules that are loaded."""
        return {name for name, fields in self.modules.items() if fields["state"] == "loaded"}

    def says(self, *parts):
        """A line that has all the parts."""
        for line in self.text.splitlines():
            if all(part in line for part in parts):
                return line
        raise AssertionError("no line with %r in:\n%s" % (parts, self.text))

    def codes(self):
        """The codes of all diagnostics that were printed."""
        return set(re.findall(r"\[([a-z0-9]+(?:-[a-z0-9]+)+)\]", self.text))


def conf(extra="", options="report"):
    """The default loader.conf with lines appended; the last assignment wins."""
    return default_conf() + '\nkernel_options="%s"\n%s' % (options, extra)


def started(files, **machine):
    """A machine that boots the default tree with `files` over it."""
    work = tempfile.mkdtemp(prefix="btlboot-")
    try:
        return Machine(make_image(work, files), work=work, **machine)
    except BaseException:
        shutil.rmtree(work)
        raise


def boot(files=None, text=None, until=None, **machine):
    """Boots to the end of QEMU, or to the pattern `until`. `text`: loader.conf; default: conf()."""
    tree = dict(files or {})
    tree.setdefault("loader.conf", (conf() if text is None else text).encode())
    with started(tree, **machine) as it:
        if until is None:
            status = it.wait()
        else:
            it.expect(until)
            status = None
        return Result(status, it.text())
