# SPDX-License-Identifier: BSD-2-Clause
"""btl add on the disk of a machine: a new file of a module goes on trial, and its text goes back with the old file."""
import os
import re
import subprocess

from btlboot import O, PROGRAM, read
from test_fallback import LAST_GOOD, REBOOTS, computer, fell_back, runs

HELLO = os.path.join(O, "modules/hello.ko")


def broken(path):
    """Write hello.ko whose load function begins with an invalid instruction (ud2). Return the path."""
    def readelf(option, pattern):
        said = subprocess.run(["readelf", option, HELLO], check=True, text=True, stdout=subprocess.PIPE).stdout
        return int(re.search(pattern, said, re.M).group(1), 16)
    offset = readelf("-SW", r"\.text +PROGBITS +[0-9a-f]+ ([0-9a-f]+)") + readelf("-sW", r"^ *\d+: ([0-9a-f]+) .* hello_load$")
    data = bytearray(read(HELLO))
    data[offset:offset + 2] = b"\x0f\x0b"
    path.write_bytes(data)
    return str(path)


def btl(it, command, *words):
    done = subprocess.run([PROGRAM, command, "-C", it.image, *words], check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout


def test_a_new_file_that_fails_goes_back_with_its_text(tmp_path):
    with computer(LAST_GOOD, None) as it:
        btl(it, "add", HELLO)
        runs(it.boot(), "/loader.conf", "normal")
        btl(it, "add", "--trial", broken(tmp_path / "hello.ko"))
        result = it.boot(options=REBOOTS)
        fell_back(result, "[boot-trial-failed]")
        result.says("a boot of /loader.conf has failed, in the kernel: ")
        assert btl(it, "gc").startswith("0 files of btl add deleted")  # both are in use
        btl(it, "add", "--trial", HELLO)  # repaired
        runs(it.boot(), "/loader.conf", "normal")
        assert "1 file of btl add deleted" in btl(it, "gc")
        runs(it.boot(), "/loader.conf", "normal")


def test_a_module_that_is_removed_is_not_loaded():
    with computer(LAST_GOOD, None) as it:
        btl(it, "remove", "hello")
        result = it.boot()
        assert "hello" not in result.loaded() and "earlylog" in result.loaded(), result.text
