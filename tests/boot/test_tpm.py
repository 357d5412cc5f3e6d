# SPDX-License-Identifier: BSD-2-Clause
"""The loader measures what it boots. tests/mock/test_tpm.c has each case; here, the firmware measures into a TPM."""
import os
import struct
import subprocess
import tempfile

import pytest

import tpm
from btlboot import ARCH, GOOD, PROGRAM, Result, conf, default_tree, module, read, started

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="the firmware of ia64 has no TPM")


EVENT_LOG = 22  # the table's kind
NO_ACTION = 3


def event_log(manifest):
    """Return the table EVENT_LOG of a manifest."""
    count, directory = struct.unpack("<IQ", manifest[28:40])
    for number in range(count):
        kind, size, offset, entries = struct.unpack_from("<IIQQ", manifest, directory + 24 * number)
        if kind == EVENT_LOG:
            assert size == 1
            return manifest[offset:offset + entries]
    raise AssertionError("no table")


def log_events(log):
    """Return register, digests by algorithm, and data of each event that extends a register."""
    at, found = 32 + struct.unpack_from("<I", log, 28)[0], []
    while at < len(log):
        pcr, kind, count = struct.unpack_from("<III", log, at)
        at += 12
        digests = {}
        for _ in range(count):
            algorithm, = struct.unpack_from("<H", log, at)
            digests[algorithm] = log[at + 2:at + 2 + tpm.SIZES[algorithm]]
            at += 2 + tpm.SIZES[algorithm]
        size, = struct.unpack_from("<I", log, at)
        if kind != NO_ACTION:
            found.append((pcr, digests, log[at + 4:at + 4 + size]))
        at += 4 + size
    assert at == len(log)
    return found


def boot_measured(chip, text):
    """Return the result and the saved manifest."""
    with started({"loader.conf": text.encode()}, options=chip.options()) as machine:
        status = machine.wait()
        saved = os.path.join(machine.work, "saved")
        image = os.path.join(machine.work, "btl.img")
        subprocess.run([PROGRAM, "manifest", "-o", saved, image], check=True)
        subprocess.run([PROGRAM, "verify-log", "-C", image, saved], check=True)  # it is the predicted boot
        return Result(status, machine.text()), read(saved)


def test_a_boot_is_measured():
    text = conf('tpm="required"\nhash="needed"\nmanifest_save="YES"\n')
    with tempfile.TemporaryDirectory() as work, tpm.Tpm(work) as chip:
        result, manifest = boot_measured(chip, text)
        assert result.status == GOOD, result.text
        result.says("measured into registers 8 and 9 of the TPM")
        files = {"/modules/%s.ko" % name: module(name) for name, fields in result.modules.items()
                 if fields["state"] not in ("off", "failed")}
        assert len(files) > 10
        texts = tpm.events(text.encode(), read(default_tree()["kernel/kernel.elf"]), files)
        extends = chip.extends()
        tpm.expect(extends, texts)
        # The log in the manifest replays to every register, except for the events of ExitBootServices (5).
        log = log_events(event_log(manifest))
        assert [(pcr, data.decode()) for pcr, _, data in log if pcr in (8, 9)] == texts
        for algorithm, found in extends.items():
            logged = [(pcr, digests[algorithm]) for pcr, digests, _ in log]
            assert [pair for pair in logged if pair[0] != 5] == [pair for pair in found if pair[0] != 5]
