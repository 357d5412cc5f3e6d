# SPDX-License-Identifier: BSD-2-Clause
"""Boot sealed disk images under Secure Boot: OVMF's build with SMM, and Debian's snakeoil keys."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/boot"))
import btlboot  # noqa: E402

CERTIFICATE = "/usr/share/ovmf/PkKek-1-snakeoil.pem"
KEY = "/usr/share/ovmf/PkKek-1-snakeoil.key"  # its passphrase is snakeoil
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"
CODE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
LOADER = "EFI/BOOT/" + btlboot.LOADER
VOLUME = "@@1M"  # where the volume begins on an image


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Keys:
    """The key that the machine knows, and one that it does not."""

    def __init__(self, work):
        self.key = os.path.join(work, "known.key")
        run("openssl", "rsa", "-in", KEY, "-passin", "pass:snakeoil", "-out", self.key)
        self.foreign = [os.path.join(work, name) for name in ("foreign.key", "foreign.pem")]
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=foreign", "-keyout",
            self.foreign[0], "-out", self.foreign[1])

    def sign(self, path, foreign=False):
        key, certificate = self.foreign if foreign else (self.key, CERTIFICATE)
        run("sbsign", "--key", key, "--cert", certificate, "--output", path, path)


class Disk:
    """An image with a signed loader. Its configurations are sealed one by one."""

    def __init__(self, files):
        self.work = tempfile.mkdtemp(prefix="btltrust-")
        self.keys = Keys(self.work)
        loader = os.path.join(self.work, "loader.efi")
        shutil.copy(btlboot.default_tree()[LOADER], loader)
        self.keys.sign(loader)
        self.image = btlboot.make_image(self.work, {LOADER: loader, **files})

    def take(self, path):
        """Copy a file of the volume to the host; return its name there."""
        name = os.path.join(self.work, os.path.basename(path))
        run("mcopy", "-n", "-o", "-i", self.image + VOLUME, "::" + path, name)
        return name

    def put(self, path, content):
        name = os.path.join(self.work, "put")
        with open(name, "wb") as file:
            file.write(content)
        run("mcopy", "-n", "-o", "-i", self.image + VOLUME, name, "::" + path)

    def change(self, path):
        """Flip a bit in the last byte of a file."""
        content = bytearray(btlboot.read(self.take(path)))
        content[-1] ^= 1
        self.put(path, bytes(content))

    def seal(self, conf="/loader.conf", *options, foreign=False):
        run(btlboot.PROGRAM, "seal", "-C", self.image, *options, conf)
        name = self.take(conf + ".seal")
        self.keys.sign(name, foreign)
        self.put(conf + ".seal", btlboot.read(name))

    def boot(self, variables=None):
        """Boot up to the end of QEMU, or until the loader stops; return the text and the exit status (None: it
        stopped). `variables`: the file of a variable store that stays."""
        store = variables or os.path.join(self.work, "vars.fd")
        if not os.path.exists(store):
            shutil.copy(VARIABLES, store)
        program = os.environ.get("BTL_QEMU", "qemu-system-x86_64")
        options = [
            "-machine", "q35,smm=on", "-accel", os.environ.get("BTL_ACCEL", "tcg"), "-m", "256M",
            "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + CODE,
            "-drive", "if=pflash,format=raw,unit=1,file=" + store,
            "-drive", "if=none,id=disk,format=raw,file=" + self.image, *btlboot.DISKS["virtio"],
            "-device", "virtio-rng-pci", "-nic", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none"]
        with btlboot.Program(program, options) as machine:
            wanted = btlboot.re.compile(btlboot.STOP)
            while machine.receive():
                if machine.found(wanted):
                    return machine.text(), None
            return machine.text(), machine.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)
