# SPDX-License-Identifier: BSD-2-Clause
"""btl state: the options that the firmware's boot entry gives the loader."""
import json
import random
import struct

import pytest

from btltest import GOOD_CONF, btl, volume, write
from records import FIRMWARE, boot_entries, efivars, load_option, node, record, store, utf16, variable

LOADER = b"MZ a loader" + bytes(99) + b"#### LoaderInfo: BTL 1.0 ####" + bytes(9)
OTHER = "/loader.conf.d/other.conf"
OURS = "\\EFI\\BTL\\LOADER.EFI"
ASKS = load_option(OURS, "-c " + OTHER)


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    return volume(str(tmp_path / "esp"), GOOD_CONF, {
        OTHER[1:]: GOOD_CONF + "# another\n", "EFI/BTL/LOADER.EFI": LOADER, "EFI/BOOT/BOOTX64.EFI": LOADER,
        "EFI/other/other.efi": b"MZ another program"})


def entry(tmp_path, root, records=None, **entries):
    """Return (next_boot of the JSON, the text after "next boot:")."""
    directory = boot_entries(efivars(tmp_path / "vars", **(records or {})), **entries)
    said = btl("state", "-C", root, directory)
    assert said.status == 0 and said.err == b""
    return (json.loads(btl("state", "--json", "-C", root, directory).out)["next_boot"],
            said.out.decode().split("next boot:   ")[1])


def test_configuration_of_the_entry(tmp_path, root):
    got, said = entry(tmp_path, root, Boot0003=ASKS, BootOrder=[3])
    assert (got["wanted"], got["path"], got["once"]) == (OTHER, OTHER, False)
    assert got["entry"] == {"name": "Boot0003", "title": "BTL", "options": "-c " + OTHER, "others": 0}
    assert said == """\
/loader.conf.d/other.conf
why:         Boot0003 names it
if it fails: /loader.conf
boot entry:  Boot0003 "BTL", options: -c /loader.conf.d/other.conf
"""


def test_directory_and_file_say_the_same(tmp_path, root):
    _, said = entry(tmp_path, root, Boot00AF=ASKS, BootOrder=[0xaf])
    write(tmp_path, {"vars.fd": store(variable("Boot00AF", ASKS, FIRMWARE),
                                      variable("BootOrder", b"\xaf\0", FIRMWARE))})
    assert btl("state", "-C", root, tmp_path / "vars.fd").out.decode().endswith(said)


def test_one_shot_counts_more(tmp_path, root):
    got, said = entry(tmp_path, root, {"BtlNext": record("BtlNext", "/loader.conf")}, Boot0003=ASKS, BootOrder=[3])
    assert got["path"] == "/loader.conf" and got["once"]
    assert "why:         BtlNext names it, for one boot\n" in said and "boot entry:  Boot0003" in said


def test_what_it_asks_for_is_not_there(tmp_path, root):
    got, said = entry(tmp_path, root, Boot0003=load_option(OURS, "-c fs0:\\gone.conf -v"), BootOrder=[3])
    assert (got["wanted"], got["path"]) == ("/gone.conf", "/loader.conf")
    assert "/gone.conf is not booted: it cannot be read\n" in said


NOT_TEXT = ", options that are not text in UTF-16 (efibootmgr -u)\n"


@pytest.mark.parametrize("options,words", [
    (b"", ", without options\n"), ("-s", ", options: -s\n"),
    (b"odd", NOT_TEXT), (b"-c /a.cf", NOT_TEXT), ("-c", ", options: -c\n"), ("\x1b[1m", NOT_TEXT),
    ("root=/dev/sda1 ro", ", options: root=/dev/sda1 ro\n")])
def test_options_without_a_configuration(tmp_path, root, options, words):
    got, said = entry(tmp_path, root, Boot0003=load_option(OURS, options), BootOrder=[3])
    assert got["path"] == "/loader.conf" and said.endswith(words) and "\x1b" not in said


FIRST = load_option(OURS, title="first")
NO_LOADER = load_option("\\EFI\\other\\other.efi", "-c " + OTHER)


@pytest.mark.parametrize("name,entries,found,others", [
    ("none", {}, None, 0),
    ("no order", {"Boot0003": ASKS}, None, 0),
    ("in its order", {"Boot0003": ASKS, "Boot0001": FIRST, "BootOrder": [1, 3]}, "Boot0001", 0),
    ("next", {"Boot0003": ASKS, "Boot0001": FIRST, "BootOrder": [1, 3], "BootNext": [3]}, "Boot0003", 0),
    ("next, not active", {"Boot0003": load_option(OURS, attributes=0), "BootNext": [3]}, "Boot0003", 0),
    ("next is gone", {"Boot0003": ASKS, "BootOrder": [3], "BootNext": [9]}, "Boot0003", 0),
    ("not active", {"Boot0003": ASKS, "Boot0001": load_option(OURS, attributes=0), "BootOrder": [1, 3]}, "Boot0003", 0),
    ("for a key", {"Boot0003": ASKS, "Boot0001": load_option(OURS, attributes=0x101), "BootOrder": [1, 3]},
     "Boot0003", 0),
    ("another system", {"Boot0003": ASKS, "Boot0001": NO_LOADER, "BootOrder": [1, 3]}, "Boot0003", 1),
    ("a file elsewhere", {"Boot0003": ASKS, "Boot0001": load_option("\\EFI\\x.efi"), "BootOrder": [1, 3]},
     "Boot0003", 1),
    ("devices", {"Boot0003": ASKS, "Boot0001": load_option(None), "Boot0002": load_option(None),
                 "BootOrder": [1, 2, 3]}, "Boot0003", 2),
    ("devices alone", {"Boot0001": load_option(None, b"x"), "BootOrder": [1]}, None, 0),
    ("damaged", {"Boot0003": ASKS, "Boot0001": ASKS[:40], "BootOrder": [1, 3]}, "Boot0003", 0),
    ("half an order", {"Boot0003": ASKS, "BootOrder": b"\3"}, None, 0),
    ("a path that leads away", {"Boot0003": load_option("\\EFI\\..\\..\\x.efi"), "BootOrder": [3]}, None, 0),
], ids=lambda value: value if isinstance(value, str) else "")
def test_which_entry(tmp_path, root, name, entries, found, others):
    got, said = entry(tmp_path, root, **entries)
    assert (got["entry"] and got["entry"]["name"]) == found
    assert ("boot entry:" in said) == (found is not None)
    if found is not None:
        assert got["entry"]["others"] == others
        assert ("tries first: %d\n" % others in said) == (others > 0)


def test_file_in_parts_is_none(tmp_path, root):
    nodes = node(4, 4, utf16("\\EFI\\BTL")) + node(4, 4, utf16("LOADER.EFI")) + node(0x7f, 0xff, b"")
    option = struct.pack("<IH", 1, len(nodes)) + utf16("BTL") + nodes
    assert entry(tmp_path, root, Boot0001=option, BootOrder=[1])[0]["entry"] is None


@pytest.mark.parametrize("seed", range(20))
def test_random_damage(tmp_path, root, seed):
    rng = random.Random(seed)
    data = bytearray(ASKS)
    for _ in range(rng.choice([1, 3, 30])):
        data[rng.randrange(len(data))] = rng.choice([0, 1, 4, 0x7f, 0xff, rng.randrange(256)])
    _, said = entry(tmp_path, root, Boot0001=bytes(data[:rng.choice([len(data), rng.randrange(len(data))])]),
                    BootOrder=[1])
    assert "\x1b" not in said and said.startswith("/loader.conf")
