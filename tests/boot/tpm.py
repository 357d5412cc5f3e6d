# SPDX-License-Identifier: BSD-2-Clause
"""A TPM for QEMU, by swtpm, and the registers by the commands that swtpm itself has logged: nothing in the machine is
asked for them."""
import ctypes
import hashlib
import os
import re
import signal
import struct
import subprocess
import time

EXTEND = 0x182  # TPM2_CC_PCR_Extend
SIZES = {0x4: 20, 0xb: 32, 0xc: 48, 0xd: 64}  # bytes of a digest, by TPM_ALG_ID
HASHES = {0x4: "sha1", 0xb: "sha256", 0xc: "sha384", 0xd: "sha512"}
COMMAND = re.compile(r"SWTPM_IO_Read: length (\d+)\n((?: (?:[0-9A-F]{2} )+\n)+)")


class Tpm:
    """A running swtpm with a fresh state in the directory `work`."""

    def __init__(self, work):
        self.log = os.path.join(work, "swtpm.log")
        self.socket = os.path.join(work, "swtpm.sock")
        state = os.path.join(work, "swtpm")
        os.mkdir(state)
        self.child = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + state, "--ctrl", "type=unixio,path=" + self.socket,
             "--flags", "startup-clear", "--terminate", "--log", "file=%s,level=20" % self.log],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL))
        while not os.path.exists(self.socket):
            assert self.child.poll() is None, self.child.stderr.read()
            time.sleep(0.01)

    def options(self, device="tpm-tis"):
        return ["-chardev", "socket,id=chrtpm,path=" + self.socket, "-tpmdev", "emulator,id=tpm0,chardev=chrtpm",
                "-device", device + ",tpmdev=tpm0"]

    def extends(self):
        """Return register and digest of each event, by algorithm, in the order of the commands."""
        with open(self.log, errors="replace") as file:
            text = file.read()
        found = {}
        for match in COMMAND.finditer(text):
            command = bytes.fromhex(match[2].replace("\n", "").replace(" ", ""))[:int(match[1])]
            if len(command) < 18 or struct.unpack(">I", command[6:10])[0] != EXTEND:
                continue
            pcr, size = struct.unpack(">II", command[10:18])
            at = 18 + size
            count, = struct.unpack(">I", command[at:at + 4])
            at += 4
            for _ in range(count):
                algorithm, = struct.unpack(">H", command[at:at + 2])
                end = at + 2 + SIZES[algorithm]
                found.setdefault(algorithm, []).append((pcr, command[at + 2:end]))
                at = end
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stderr.close()


def replay(digests, algorithm=0xb):
    """Return a register after these digests."""
    value = bytes(SIZES[algorithm])
    for digest in digests:
        value = hashlib.new(HASHES[algorithm], value + digest).digest()
    return value


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def events(conf, kernel, files, options="", how="normal,safe=0,changed=0", kernel_path="/kernel/kernel.elf"):
    """Return the texts of docs/measured-boot.md as (register, text). `conf`, `kernel`: content; `files`: path to
    content."""
    lines = "".join("%s %s\n" % (sha256(files[path]), path) for path in sorted(files))
    return [(8, "btl config sha256=%s size=%d" % (sha256(conf), len(conf))), (8, "btl options text=" + options),
            (8, "btl how=" + how), (9, "btl kernel sha256=%s path=%s" % (sha256(kernel), kernel_path)),
            (9, "btl files sha256=%s count=%d" % (sha256(lines.encode()), len(files))), (9, "btl end")]


def expect(machine_extends, texts):
    """Each bank has the events of the texts in registers 8 and 9, and no other ones there."""
    assert 0xb in machine_extends
    for algorithm, found in machine_extends.items():
        for pcr in 8, 9:
            wanted = [hashlib.new(HASHES[algorithm], text.encode()).digest() for number, text in texts if number == pcr]
            assert replay([digest for number, digest in found if number == pcr], algorithm) == replay(wanted, algorithm)
