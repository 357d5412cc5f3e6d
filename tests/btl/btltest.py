# SPDX-License-Identifier: BSD-2-Clause
"""Shared by the tests of btl: run btl, make boot volumes, compare with golden outputs.

    GOLDEN=update make btl-tests      rewrites tests/btl/golden/: read the difference
"""
import os
import subprocess
import sys

import elf

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
BTL = os.path.abspath(os.environ.get("BTL", os.path.join(ROOT, "build/host/btl")))
O = os.path.join(ROOT, os.environ.get("O", "build/x86_64"))
BASIC = ["version=1.0", "description=a test", "license=BSD-2-Clause", "interface=kernel:1.0"]
ALL = "phases=BOOT1,BOOT2,RUN"


def module(name, *info, **more):
    return elf.module(name, [*BASIC, *info], **more)


def good_modules():
    """Modules: early needs lib; driver needs lib and provides an interface; late runs in INIT, idle on demand."""
    return {
        "lib": module("lib", ALL, exports=["lib_new"], needs=["kmem_alloc"]),
        "early": module("early", ALL, "depends=lib", "parm=size:bytes kept", "parmtype=size:int",
                        needs=["kprintf", "lib_new"], bss=8192),
        "driver": module("driver", "phases=BOOT2,RUN", "depends=lib", "provides=driver:1.2",
                         needs=["lib_new"], exports=["driver_find"]),
        "late": module("late", "depends=driver", "interface=driver:1.1", needs=["driver_find"]),
        "idle": module("idle"),
    }


GOOD_CONF = """\
# the modules of the tests
kernel="/kernel/kernel.elf"

early_load="YES"            # first of all
early_phase="BOOT1"
driver_load="YES"
driver_phase="BOOT2"
late_load="YES"
idle_load="YES"
idle_phase="AUTO"
"""


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out, self.err = done.stdout, done.stderr
        assert b"Sanitizer" not in self.err and b"runtime error" not in self.err, self.err.decode()

    def problems(self):
        """Return the codes of the errors and warnings, in order: those of codes() without notes."""
        lines = [line for line in self.err.decode().splitlines() if line.endswith("]")]
        return [line.rsplit("[", 1)[1][:-1] for line in lines if ": note: " not in line]

    def codes(self):
        """The codes of the errors and warnings, in order."""
        lines = self.err.decode().splitlines()
        return [line.rsplit("[", 1)[1][:-1] for line in lines if line.endswith("]")]


def btl(*words, cwd=None, env=None, stdin=b"", timeout=600):
    environment = {**os.environ, "NO_COLOR": "1", "LC_ALL": "C", **(env or {})}
    done = subprocess.run([BTL, *map(str, words)], cwd=cwd, env=environment, input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False)
    return Result(done)


def write(root, files):
    """Write files {path: bytes or text} below a directory; None removes a file."""
    for path, content in files.items():
        target = os.path.join(root, path)
        if content is None:
            os.unlink(target)
            continue
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target, "wb") as file:
            file.write(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)


def volume(root, conf=GOOD_CONF, files=None):
    """Make a tree that boots, with `files` added or replaced."""
    tree = {"loader.conf": conf, "kernel/kernel.elf": elf.kernel(),
            "EFI/BOOT/BOOTX64.EFI": b"MZ a loader"}
    tree.update({"modules/%s.ko" % name: data for name, data in good_modules().items()})
    tree.update(files or {})
    os.makedirs(root, exist_ok=True)
    write(root, {path: content for path, content in tree.items() if content is not None})
    return root


def image(path, root):
    """Make a GPT disk image of the tree."""
    pairs = []
    for directory, _, names in os.walk(root):
        for name in names:
            full = os.path.join(directory, name)
            pairs.append("%s=%s" % (os.path.relpath(full, root), full))
    subprocess.run([os.path.join(ROOT, "tools/mkimage.sh"), path, *sorted(pairs)], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def golden(name, result):
    """Compare status, output and messages with the file, without temporary paths."""
    text = "status %d\n--- stdout\n%s--- stderr\n%s" % (
        result.status, result.out.decode("utf-8", "backslashreplace"),
        result.err.decode("utf-8", "backslashreplace"))
    path = os.path.join(HERE, "golden", name + ".txt")
    if os.environ.get("GOLDEN") == "update":
        write(os.path.dirname(path), {os.path.basename(path): text})
    assert text == read(path).decode()
