# SPDX-License-Identifier: BSD-2-Clause
"""make run SHARE=DIR: a directory of the host as a file system of the kernel, by the module hostfs."""
import os
import subprocess

import pytest

from btlboot import ARCH, GOOD, O, ROOT, boot, conf

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="the machine has no device for a directory of the host")


def share(directory, tag="host"):
    """Options of QEMU, as in tools/qemu-x86_64.sh."""
    return ["-virtfs", "local,path=%s,mount_tag=%s,security_model=none,readonly=on" % (directory, tag)]


def test_a_directory_is_found(tmp_path):
    result = boot(options=share(tmp_path) + share(tmp_path, "other-1"))
    assert result.status == GOOD
    assert result.module("hostfs")["state"] == "loaded"
    result.says("hostfs: host: a directory of the host; its files are host:/NAME")
    result.says("hostfs: other-1: a directory of the host")


def test_no_directory_is_no_failure():
    result = boot()
    assert result.status == GOOD
    assert result.module("hostfs")["state"] == "no-device"
    result.says("BOOT2: 9 modules loaded, 0 failed, 1 without a device")
    assert "hostfs:" not in result.text.split("BTL-REPORT")[0]


def test_devices_that_are_not_used(tmp_path):
    devices = []
    for number, tag in enumerate(["host", "a:b", "host"]):
        devices += ["-fsdev", "local,id=f%d,path=%s,security_model=none,readonly=on" % (number, tmp_path),
                    "-device", "virtio-9p-pci,fsdev=f%d,mount_tag=%s" % (number, tag)]
    result = boot(options=devices)
    assert result.status == GOOD
    result.says("hostfs: ", "not used: it has no mount tag of 1 to 31 letters")
    result.says("hostfs: ", "not used: another file system has its mount tag as name")
    assert result.module("hostfs")["state"] == "loaded"


def test_a_boot_that_needs_the_directory():
    result = boot(text=conf('hostfs_required="YES"\n'))
    assert result.status != GOOD
    assert result.module("hostfs")["state"] == "failed"


@pytest.mark.parametrize("script", ["run.sh", "debug.sh"])
def test_share_that_is_no_directory(tmp_path, script):
    done = subprocess.run([os.path.join(ROOT, "tools", script)], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, O=O, SHARE=str(tmp_path / "nowhere")), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 2
    assert done.stdout == 'SHARE names a directory of this host; there is no directory "%s/nowhere"\n' % tmp_path


def test_run_gives_the_directory(tmp_path):
    """tools/run.sh, as make run calls it; the name has what QEMU's options and a shell give a meaning."""
    directory = tmp_path / "a, b=c"
    directory.mkdir()
    done = subprocess.run([os.path.join(ROOT, "tools/run.sh")], cwd=ROOT, check=False, text=True,
                          env=dict(os.environ, O=O, SHARE=str(directory)), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "its files are host:/NAME" in done.stdout
