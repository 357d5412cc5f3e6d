# SPDX-License-Identifier: BSD-2-Clause
"""btl log: the loader's log of this boot and of one that failed, as text and as entries of systemd's journal."""
import os
import socket
import struct

import pytest

from btltest import btl, write
from manifest_maker import Maker
from records import KERNEL, efivars, file_name, put_running, record, sha256

LOG = ("[    0.000100] info  BTL 1.0 on EDK II\n"
       "[    0.250000] warn  /loader.conf:3:1: the key is unknown [conf-unknown-key]\n"
       "of two lines\n")


def machine(tmp_path, failed=True):
    records = {"BtlFailed": record("BtlFailed", digest=sha256("x"), number=KERNEL, text="one\nlast\n")} if failed else {}
    directory = efivars(tmp_path / "vars", **records)
    put_running(directory, path="/loader.conf.prev", digest=sha256("y"))
    with open(os.path.join(directory, file_name("BtlLog")), "wb") as file:
        file.write(struct.pack("<I", 6) + LOG.encode())
    return directory


def parse(datagram):
    """Return the fields of an entry in the journal's native protocol."""
    fields = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size = struct.unpack("<Q", rest[:8])[0]
            value, rest = rest[8:8 + size], rest[8 + size:]
            assert rest[:1] == b"\n"
            rest = rest[1:]
        assert name.decode() not in fields
        fields[name.decode()] = value.decode()
        datagram = rest
    return fields


@pytest.fixture(name="journal")
def journal_of_a_test(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as it:
        it.bind(str(tmp_path / "socket"))
        it.settimeout(0.1)
        yield it


def entries(journal):
    found = []
    while True:
        try:
            found.append(parse(journal.recv(65536)))
        except socket.timeout:
            return found


def test_text(tmp_path):
    directory = machine(tmp_path)
    result = btl("log", "--efivars", directory)
    assert (result.status, result.codes()) == (0, [])
    assert result.out.decode() == "one\nlast\n" + LOG


def test_entries_have_fields(tmp_path, journal):
    directory = machine(tmp_path, failed=False)
    assert btl("log", "--journal", "--socket", tmp_path / "socket", "--efivars", directory).status == 0
    first, second = entries(journal)
    assert first == {"PRIORITY": "6", "SYSLOG_IDENTIFIER": "btl-loader", "MESSAGE_ID": first["MESSAGE_ID"],
                     "BTL_BOOT": "this", "BTL_TIME_USEC": "100", "BTL_CONFIGURATION": "/loader.conf.prev",
                     "BTL_SHA256": sha256("y").hex(), "MESSAGE": "BTL 1.0 on EDK II"}
    assert (second["PRIORITY"], second["BTL_TIME_USEC"]) == ("4", "250000")
    assert second["MESSAGE"] == "/loader.conf:3:1: the key is unknown [conf-unknown-key]\nof two lines"


def test_a_failed_boot_is_written_once(tmp_path, journal):
    directory, seen = machine(tmp_path), tmp_path / "seen"
    words = ["log", "--journal", "--socket", tmp_path / "socket", "--efivars", directory, "--seen", seen]
    assert btl(*words).status == 0
    first = entries(journal)
    assert [entry["BTL_BOOT"] for entry in first] == ["failed", "this", "this"]
    assert first[0]["MESSAGE"] == "one\nlast" and first[0]["BTL_SHA256"] == sha256("x").hex()
    assert first[0]["MESSAGE_ID"] != first[1]["MESSAGE_ID"]
    assert btl(*words).status == 0
    assert [entry["BTL_BOOT"] for entry in entries(journal)] == ["this", "this"]


def test_no_journal_and_no_log(tmp_path):
    directory = machine(tmp_path)
    result = btl("log", "--journal", "--socket", tmp_path / "none", "--efivars", directory)
    assert result.status == 2 and result.codes()[0] == "host-journal"
    os.remove(os.path.join(directory, file_name("BtlLog")))
    result = btl("log", "--efivars", directory)
    assert (result.out, result.codes()) == (b"one\nlast\n", ["host-no-log"])


def test_the_manifest_of_a_failed_boot(tmp_path, journal):
    """btl-boot-log.service: written once, and a volume without such a file is no error."""
    volume, seen = tmp_path / "esp", tmp_path / "seen"
    volume.mkdir()
    words = ["log", "--journal", "--socket", tmp_path / "socket", "--seen", seen, "--failed=%s" % volume]
    result = btl(*words)
    assert (result.status, result.out, result.err, entries(journal)) == (0, b"", b"", [])
    boot = dict(path="/loader.conf", title="", wanted="", how="normal", flags=32, reason="", sha256=b"\xab" * 32)
    write(volume, {"btl/failed.bin": Maker(log=LOG, boot=boot).bytes()})
    assert btl(*words).status == 0
    first, second = entries(journal)
    assert first["BTL_BOOT"] == second["BTL_BOOT"] == "failed" and first["BTL_SHA256"] == "ab" * 32
    assert first["MESSAGE"] == "BTL 1.0 on EDK II"
    assert btl(*words).status == 0 and entries(journal) == []
    assert btl("log", "--failed=%s" % volume, volume).status == 2
