# SPDX-License-Identifier: BSD-2-Clause
"""Before each boot, `btl state` on the host predicts what the loader does."""
import json
import os
import shutil
import subprocess

import pexpect

from btlboot import O, PROGRAM, conf, default_tree, firmware, read
from test_fallback import LAST_GOOD, computer, fields, put

TRIES = 2


def next_boot(it):
    if not os.path.exists(it.variables):
        shutil.copy(firmware("VARS"), it.variables)
    done = subprocess.run([PROGRAM, "state", "--json", "-C", it.image, it.variables], check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)["next_boot"]


def agrees(it):
    """Boot once; return the booted configuration."""
    said = next_boot(it)
    result = it.boot()
    boot = fields(result)
    assert (boot["path"], boot["trial"]) == (said["path"], "yes" if said["trial"] == "counted" else "no"), result.text
    if said["trial"] == "counted":
        assert int(boot["tries_left"]) == said["tries_left"] - 1
    assert (boot["how"] == "fallback") == bool(said["given_up"]), result.text
    assert (boot["good"] == "yes") == (said["trial"] == "good"), result.text
    assert (boot["fallback"] == "yes") == (said["fallback"] is not None), result.text
    return said["path"]


def test_a_trial_that_nobody_confirms():
    """A trial whose tries are counted and used up; then a corrected text, which has new tries; then one with an error."""
    with computer(conf('boot_tries="%d"\n' % TRIES)) as it:
        assert [agrees(it) for _ in range(TRIES + 1)] == ["/loader.conf"] * TRIES + ["/loader.conf.prev"]
        put(it, "loader.conf", conf('boot_tries="%d"\nhello.greeting="mended"\n' % TRIES))
        assert agrees(it) == "/loader.conf"
        put(it, "loader.conf", conf('hello_load="MAYBE"\n'))
        assert agrees(it) == "/loader.conf.prev"


def test_the_last_good_one():
    """boot-ok of a configuration without fallback. Then the file is moved, and a bad configuration falls back to it."""
    with computer(LAST_GOOD.replace('"report"', '"report boot-ok"'), conf("# older\n")) as it:
        assert agrees(it) == "/loader.conf"
        assert next_boot(it)["trial"] == "good" and agrees(it) == "/loader.conf"
        subprocess.run(["mmd", "-i", it.image + "@@1M", "::/loader.conf.d"], check=True)
        subprocess.run(["mmove", "-i", it.image + "@@1M", "::/loader.conf", "::/loader.conf.d/kept.conf"], check=True)
        assert agrees(it) == "/loader.conf.d/kept.conf"


def test_the_boot_entry_asks_for_another_one():
    """A boot entry with -c (tests/boot/efi/entry.c writes it, as BootNext) for one boot; then the device is booted
    again."""
    files = {"EFI/BOOT/BOOTX64.EFI": read(os.path.join(O, "testefi/entry.efi")),
             "EFI/BTL/LOADER.EFI": default_tree()["EFI/BOOT/BOOTX64.EFI"],
             "loader.conf.d/entry.conf": conf().encode()}
    with computer(conf("# the usual one\n"), None, files) as it:
        with it.on() as machine:
            machine.expect("ENTRY: Success")
            machine.expect(pexpect.EOF)
        said = next_boot(it)
        assert (said["path"], said["fallback"]) == ("/loader.conf.d/entry.conf", "/loader.conf")
        assert said["entry"] == {"name": "Boot12AB", "title": "BTL with options",
                                 "options": "-c /loader.conf.d/entry.conf", "others": 0}
        result = it.boot()
        assert fields(result)["path"] == "/loader.conf.d/entry.conf" and fields(result)["how"] == "option"
        assert next_boot(it)["path"] == "/loader.conf" and next_boot(it)["entry"] is None
