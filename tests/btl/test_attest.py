# SPDX-License-Identifier: BSD-2-Clause
"""btl predict-pcr and btl verify-log, with tpm2_eventlog, osslsigncode and hashlib as other opinions."""
import hashlib
import json
import os
import re
import struct
import subprocess

import pytest

from btltest import GOOD_CONF, O, ROOT, btl, read, volume, write
from manifest_maker import Maker

LOG = os.path.join(ROOT, "tests/fuzz/seeds/tcg_log/ovmf")  # of OVMF, with three EFI programs
LOADER = os.path.join(O, "efi/BOOTX64.EFI")
IPL = 0xd


def extend(value, text):
    return hashlib.sha256(value + hashlib.sha256(text).digest()).digest()


def replay(*texts):
    value = bytes(32)
    for text in texts:
        value = extend(value, text)
    return value.hex()


def event(pcr, kind, text, hashed=None):
    digest = hashlib.sha256(text if hashed is None else hashed).digest()
    return struct.pack("<IIIH", pcr, kind, 1, 0xb) + digest + struct.pack("<I", len(text)) + text


def make_log(path, events):
    """Write a log with a bank of SHA-256 alone."""
    spec = b"Spec ID Event03\0" + struct.pack("<IBBBBIHHB", 0, 0, 2, 0, 2, 1, 0xb, 32, 0)
    with open(path, "wb") as file:
        file.write(struct.pack("<II20xI", 0, 3, len(spec)) + spec + b"".join(events))
    return str(path)


@pytest.fixture
def esp(tmp_path):
    return volume(str(tmp_path / "esp"))


def predicted(esp, *more):
    result = btl("predict-pcr", "--json", "-C", esp, *more)
    assert result.status == 0, result.err.decode()
    return json.loads(result.out)


def texts(esp):
    """Return the texts that a boot of the tree measures, made without btl."""
    conf, kernel = read(esp + "/loader.conf"), read(esp + "/kernel/kernel.elf")
    names = sorted("/modules/%s.ko" % name for name in ("driver", "early", "idle", "late", "lib"))
    files = "".join("%s %s\n" % (hashlib.sha256(read(esp + name)).hexdigest(), name) for name in names)
    return {8: [b"btl config sha256=%s size=%d" % (hashlib.sha256(conf).hexdigest().encode(), len(conf)),
                b"btl options text=", b"btl how=normal,safe=0,changed=0"],
            9: [b"btl kernel sha256=%s path=/kernel/kernel.elf" % hashlib.sha256(kernel).hexdigest().encode(),
                b"btl files sha256=%s count=5" % hashlib.sha256(files.encode()).hexdigest().encode(), b"btl end"]}


def booted(esp, path):
    return make_log(path, [event(pcr, IPL, text) for pcr, lines in texts(esp).items() for text in lines])


def test_prediction_of_8_and_9(esp):
    found = predicted(esp)
    assert found["pcrs"] == {str(pcr): replay(*lines) for pcr, lines in texts(esp).items()}
    assert [row["text"].encode() for row in found["events"]] == texts(esp)[8] + texts(esp)[9]
    assert not found["open"]


def test_options_and_how(esp):
    write(esp, {"loader.conf.d/other.conf": GOOD_CONF + "# another\n"})
    rows = {row["name"]: row["text"] for row in predicted(esp, "--options", "-s -c \\loader.conf.d\\other.conf")["events"]}
    assert rows["options"] == "btl options text=-s -c \\loader.conf.d\\other.conf"
    assert rows["how"] == "btl how=option,safe=1,changed=0"
    assert hashlib.sha256(read(esp + "/loader.conf.d/other.conf")).hexdigest() in rows["config"]
    rows = {row["name"]: row["text"] for row in predicted(esp, "--how", "one-shot")["events"]}
    assert rows["how"] == "btl how=one-shot,safe=0,changed=0"
    assert btl("predict-pcr", "-C", esp, "--how", "never").codes() == ["host-usage"]


def test_no_prediction(esp):
    assert btl("predict-pcr", "-C", esp, "--shim", LOADER).codes() == ["host-usage"]
    write(esp, {"modules/lib.ko": None})
    result = btl("predict-pcr", "-C", esp)
    assert result.status == 2 and result.codes()[-1] == "host-no-prediction" and result.out == b""


def test_no_measuring(esp):
    write(esp, {"loader.conf": GOOD_CONF + 'tpm="no"\n'})
    found = predicted(esp)
    assert not found["measured"] and found["events"] == [] and found["pcrs"] == {}
    assert btl("predict-pcr", "-C", esp).out.startswith(b'The configuration says tpm="no": ')


def test_programs(esp, tmp_path):
    """The hash of a signed program is the one that osslsigncode computes."""
    subprocess.run("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=owner -keyout k -out c".split(), cwd=tmp_path,
                   check=True, stderr=subprocess.PIPE)
    loader = str(tmp_path / "loader.efi")
    subprocess.run(["sbsign", "--key", "k", "--cert", "c", "--output", loader, LOADER], cwd=tmp_path, check=True,
                   stderr=subprocess.PIPE)
    assert btl("seal", "-C", esp).status == 0
    seal = esp + "/loader.conf.seal"
    subprocess.run(["sbsign", "--key", "k", "--cert", "c", "--output", seal, seal], cwd=tmp_path, check=True,
                   stderr=subprocess.PIPE)
    found = predicted(esp, "--loader", loader, "--shim", LOADER, "--enforced")
    rows = [row for row in found["events"] if row["pcr"] == 4]
    assert [row["name"] for row in rows] == ["action", "separator", "shim", "loader", "seal"]
    for row, path in ((rows[3], loader), (rows[4], seal)):
        text = subprocess.run(["osslsigncode", "verify", path], stdout=subprocess.PIPE, check=False).stdout.decode()
        assert re.search(r"Calculated message digest : (\w+)", text)[1].lower() == row["sha256"]
    assert rows[2]["sha256"] == rows[3]["sha256"]  # a signature changes no hash
    write(esp, {"broken.efi": b"MZ"})
    assert btl("predict-pcr", "-C", esp, "--loader", esp + "/broken.efi").codes() == ["pe-truncated"]
    os.unlink(seal)
    assert btl("predict-pcr", "-C", esp, "--loader", loader, "--enforced").codes() == ["file-not-found"]


def test_real_log_has_the_values_of_tpm2_eventlog():
    result = btl("verify-log", "--json", LOG)
    assert result.status == 0
    found = json.loads(result.out)
    text = subprocess.run(["tpm2_eventlog", LOG], stdout=subprocess.PIPE, check=True).stdout.decode()
    banks = text[text.index("\npcrs:"):]
    bank = banks[banks.index("sha256:"):banks.index("sha384:")]
    assert found["pcrs"] == dict(re.findall(r"(\d+)\s+: 0x(\w{64})", bank)) and len(found["pcrs"]) == 8
    assert len(found["events"]) == text.count("PCRIndex:") - 1  # without the list of banks
    programs = [row["text"] for row in found["events"] if row["type"] == "EV_EFI_BOOT_SERVICES_APPLICATION"]
    assert programs == ["\\EFI\\BOOT\\BOOTX64.EFI", "\\loader.conf.seal", "\\dump.efi"]
    variables = [row["text"] for row in found["events"] if row["type"] == "EV_EFI_VARIABLE_DRIVER_CONFIG"]
    assert variables == ["SecureBoot", "PK", "KEK", "db", "dbx"]


def test_text_of_a_log(esp, tmp_path):
    log = booted(esp, tmp_path / "log")
    lines = btl("verify-log", log).out.decode().splitlines()
    assert lines[5] == "PCR 9 EV_IPL %s btl end" % hashlib.sha256(b"btl end").hexdigest()
    assert lines[6:] == ["PCR %d = %s" % (pcr, replay(*rows)) for pcr, rows in texts(esp).items()]
    assert len(btl("verify-log", "-v", LOG).out.splitlines()) > len(btl("verify-log", LOG).out.splitlines())


def test_log_of_the_configuration(esp, tmp_path):
    log = booted(esp, tmp_path / "log")
    result = btl("verify-log", "--json", "-C", esp, log)
    assert (result.status, result.err) == (0, b"")
    found = json.loads(result.out)
    assert found["good"] and found["pcrs"] == found["predicted"]


@pytest.mark.parametrize("path, name", [("/loader.conf", "config"), ("/kernel/kernel.elf", "kernel"),
                                        ("/modules/idle.ko", "files")])
def test_changed_file_is_named(esp, tmp_path, path, name):
    log = booted(esp, tmp_path / "log")
    with open(esp + path, "ab") as file:
        file.write(b"\n")
    result = btl("verify-log", "-C", esp, log)
    assert result.status == 1 and result.codes() == ["host-log-differs"], result.err.decode()
    assert b"the event %s of PCR " % name.encode() in result.err
    result = btl("verify-log", "--json", "-C", esp, log)
    assert result.status == 1 and not json.loads(result.out)["good"]


def test_log_in_a_saved_manifest(esp, tmp_path):
    log, trust = read(booted(esp, tmp_path / "log")), (bytes(32), 0, 0, 0, "measured", 2)
    write(tmp_path, {"saved": Maker(trust=trust, event_log=log).bytes(), "without": Maker(trust=trust).bytes(),
                     "cut": Maker(trust=trust, event_log=log[:-1]).bytes(), "damaged": b"BTLMANIF" + bytes(80)})
    result = btl("verify-log", "-C", esp, tmp_path / "saved")
    assert (result.status, result.err) == (0, b"")
    assert result.out == btl("verify-log", tmp_path / "log").out
    for name, codes in (("without", ["host-log-none"]), ("cut", ["tcg-log-cut"]), ("damaged", ["manifest-bad-version"])):
        result = btl("verify-log", tmp_path / name)
        assert result.status == 2 and result.codes() == codes, result.err.decode()


def test_missing_and_more_events(esp, tmp_path):
    rows = [event(pcr, IPL, text) for pcr, lines in texts(esp).items() for text in lines]
    assert btl("verify-log", "-C", esp, make_log(tmp_path / "a", rows[:-1])).codes() == ["host-log-missing"]
    again = make_log(tmp_path / "b", rows + [event(9, IPL, b"btl end")])
    assert btl("verify-log", "-C", esp, again).codes() == ["host-log-more"]
    other = make_log(tmp_path / "c", rows + [event(5, IPL, b"of another PCR"), event(9, 3, b"extends nothing")])
    assert btl("verify-log", "-C", esp, other).status == 0


def test_text_that_was_not_hashed(esp, tmp_path):
    lines = texts(esp)[8] + texts(esp)[9]
    rows = [event(8, IPL, b"btl how=normal,safe=0,changed=0", b"btl how=normal,safe=1,changed=0")]
    result = btl("verify-log", make_log(tmp_path / "log", rows))
    assert result.status == 1 and result.codes() == ["host-log-text"]
    assert len(lines) == 6


def test_values_of_a_quote(esp, tmp_path):
    log = booted(esp, tmp_path / "log")
    values = {pcr: replay(*lines) for pcr, lines in texts(esp).items()}
    quote = tmp_path / "quote"
    quote.write_text("pcrs:\n  sha1:\n    8 : 0x00\n  sha256:\n    8 : 0x%s\n    9 : 0x%s\nsig: 00\n"
                     % (values[8].upper(), values[9]))
    assert btl("verify-log", "--pcrs", quote, log).status == 0
    assert btl("verify-log", "--pcr", "8=%s,9=%s" % (values[8], values[9]), log).status == 0
    result = btl("verify-log", "--pcr", "9=%s" % values[8], log)
    assert result.status == 1 and result.codes() == ["host-log-replay"]
    assert btl("verify-log", "--pcr", "4=" + "0" * 64, log).status == 0  # not extended
    for wrong in ("24=" + "0" * 64, "8=00", "8", "x=" + "0" * 64):
        assert btl("verify-log", "--pcr", wrong, log).codes() == ["host-usage"]
    quote.write_text("pcrs:\n  sha1:\n    8 : 0x00\n")
    assert btl("verify-log", "--pcrs", quote, log).codes() == ["host-no-pcrs"]


def test_damaged_log(tmp_path):
    content = read(LOG)
    for name, bad, code in (("cut", content[:-1], "tcg-log-cut"), ("other", b"BTLM" + content, "tcg-log-format")):
        (tmp_path / name).write_bytes(bad)
        result = btl("verify-log", tmp_path / name)
        assert result.status == 2 and result.codes() == [code]
    assert btl("verify-log").codes() == ["host-usage"]
    assert btl("verify-log", "--loader", LOADER, LOG).codes() == ["host-usage"]
