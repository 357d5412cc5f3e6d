# SPDX-License-Identifier: BSD-2-Clause
"""Module management by hand: every option of kmadmin and kmtune, devices, streams and stubs, typed at
the monitor of the default image."""
import re

import pytest

from btlboot import GOOD, PROMPT, boot, conf, started


@pytest.fixture(scope="module", name="machine")
def running():
    with started({}) as it:
        it.expect(PROMPT)
        yield it


def full(text):
    """Parse the output of -S, -Q, -q: a dictionary for each module, by name."""
    modules = {}
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^(\S.*?)  +(.*?) *$", block, re.M))
        if "Module Name" in fields:
            modules[fields["Module Name"]] = fields
    return modules


def query(machine, name):
    return full(machine.command("kmadmin -Q " + name))[name]


def status(machine):
    """Parse the output of -s: {name: (id, status, type, configured phase)}."""
    lines = map(str.split, machine.command("kmadmin -s").splitlines())
    return {words[1]: (int(words[0]), *words[2:]) for words in lines if len(words) == 5 and words[0].isdigit()}


def test_all_types_in_all_configured_phases(machine):
    modules = full(machine.command("kmadmin -S")).values()
    loaded = [fields for fields in modules if fields["Module Status"].startswith("LOADED")]
    assert {fields["Module Type"] for fields in loaded} == {
        "misc", "wsio_class", "wsio_intfc", "streams_mod", "streams_drv"}
    assert {fields["Configured Phase"] for fields in loaded} == {"BOOT1", "BOOT2", "INIT", "AUTO"}


def test_short_status(machine):
    rows = status(machine)
    assert rows["hello"][1:] == ("LOADED", "misc", "BOOT1")
    assert rows["rot13"][1:] == ("UNLOADED", "streams_mod", "AUTO")
    assert sorted(row[0] for row in rows.values()) == list(range(len(rows)))


def test_detail_by_name_and_by_id(machine):
    fields = query(machine, "ramdisk")
    assert list(fields) == [
        "Module Name", "Module Version", "Module ID", "Configured Phase", "Loading Phase", "Module Path",
        "Module SHA-256", "Module Status", "Module Size", "Module Load Address", "Module BSS Size", "Module BSS Base",
        "Module Phase 1 Memory",
        "Module Hold Count", "Module Dependent Count", "Module Description", "Module Type",
        "Character Major", "Block Major"]
    assert fields["Module Path"] == "/modules/ramdisk.ko"
    assert fields["Module Status"] == "LOADED (loaded)"
    assert int(fields["Module Size"]) % 4096 == 0
    assert int(fields["Module Load Address"], 16) % 4096 == 0
    assert int(fields["Block Major"]) == 255 and fields["Character Major"] == "-"
    assert full(machine.command("kmadmin -q " + fields["Module ID"]))["ramdisk"] == fields
    assert "no module nosuch" in machine.command("kmadmin -Q nosuch")
    assert "no module has the id 9999" in machine.command("kmadmin -q 9999")


def test_static_modules(machine):
    answer = machine.command("kmadmin -k")
    assert "kernel 1.0" in answer and "ring" not in answer and "hello" not in answer
    assert "ramdisk" not in answer


def test_load_and_unload_by_name_and_id(machine):
    number = status(machine)["rot13"][0]
    assert "Module rot13 loaded, ID = %d" % number in machine.command("kmadmin -L rot13")
    assert query(machine, "rot13")["Module Status"] == "LOADED (loaded)"
    assert "Module rot13 (ID = %d) unloaded" % number in machine.command("kmadmin -u %d" % number)
    assert query(machine, "rot13")["Module Status"] == "UNLOADED (registered)"
    answer = machine.command("kmadmin -L rot13 null")
    assert "Module rot13 loaded" in answer and "Module null loaded" in answer
    answer = machine.command("kmadmin -U rot13 null rot13")
    assert answer.count(") unloaded\n") == 2 and "run-not-loaded" in answer


def test_a_phase_1_module_is_loaded_again_from_the_disk(machine):
    before = query(machine, "hello")["Module Load Address"]
    assert "unloaded" in machine.command("kmadmin -U hello")
    assert "no such command" in machine.command("hello")
    assert "hello: hello from the boot volume" in machine.command("kmadmin -L hello")
    assert query(machine, "hello")["Module Load Address"] != before
    assert "hello from the boot volume" in machine.command("hello")


def test_busy_names_who(machine):
    answer = machine.command("kmadmin -U pci")
    assert "virtio_blk is loaded and needs it" in answer and "ich9 is loaded and needs it" in answer
    assert "driver ich9 uses it" in answer and "Module pci was not unloaded" in answer


def test_an_open_device_holds_its_driver(machine):
    assert "ramdisk is open" in machine.command("device open ramdisk")
    assert "an open device (block 255:0) uses it" in machine.command("kmadmin -U ramdisk")
    assert query(machine, "ramdisk")["Module Hold Count"] == "1"
    assert "ramdisk is closed" in machine.command("device close ramdisk")
    assert "unloaded" in machine.command("kmadmin -U ramdisk")
    assert "loaded" in machine.command("kmadmin -L ramdisk")


def test_opening_a_device_loads_its_driver(machine):
    """Open a device by the major of the module's metadata."""
    machine.command("kmadmin -U null")
    assert re.search(r"char +3 +null +0 \(not loaded\)", machine.command("device"))
    assert "5 bytes written" in machine.command("device write char:3 hello")
    assert "answer 5" in machine.command("device ioctl null")
    assert query(machine, "null")["Character Major"] == "3"
    assert "0 bytes" in machine.command("device read null")
    assert "error -19" in machine.command("device read char:77")
    for name in ("nosuch", "char:x"):
        assert "the command device lists the drivers" in machine.command("device read " + name)


def test_a_block_device(machine):
    assert "5 bytes written" in machine.command("device write ramdisk hello")
    assert "68 65 6c 6c 6f 00" in machine.command("device read ramdisk")


def test_a_driver_attaches_and_lets_go(machine):
    assert "1 attached" in machine.command("device")
    assert "ich9: 00:1f.0: let go" in machine.command("kmadmin -U ich9")
    assert "attached" not in machine.command("device")
    assert "ich9: 00:1f.0: power management at port 0x600" in machine.command("kmadmin -L ich9")


def test_data_flows_both_ways_through_a_stream(machine):
    """rot13 was pushed first, so it is below the other module; the driver gets the text that both have changed."""
    machine.command("kmadmin -U rot13")
    answer = machine.command("stream loop rot13 upper Hello")
    assert 'loop: "URYYB"' in answer and 'read: "HELLO"' in answer
    answer = machine.command("stream loop rot13 Hello")
    assert 'loop: "Uryyb"' in answer and 'read: "Hello"' in answer
    answer = machine.command("stream loop upper Hello")
    assert 'loop: "HELLO"' in answer and 'read: "HELLO"' in answer
    assert query(machine, "rot13")["Module Status"] == "LOADED (loaded)"
    assert "error -22" in machine.command("stream upper x")  # not a driver
    assert "error -2 " in machine.command("stream loop nosuch x")


def test_a_call_of_a_stub_loads_the_module(machine):
    machine.command("kmadmin -U pciids")
    assert query(machine, "pciids")["Module Status"] == "UNLOADED (registered)"
    assert "Intel, ISA bridge" in machine.command("lspci")
    assert query(machine, "pciids")["Module Status"] == "LOADED (loaded)"


def test_configured_phase_for_the_next_boot(machine):
    assert '\n    hello_phase="BOOT2"\n' in machine.command("kmadmin -b 2 hello")
    number = status(machine)["smbios"][0]
    assert '    smbios_phase="AUTO"\n' in machine.command("kmadmin -b a %d" % number)
    answer = machine.command("kmadmin -b i ring")  # not in loader.conf
    assert '    ring_load="YES"\n    ring_phase="INIT"\n' in answer
    assert "cannot be configured BOOT1: it supports only BOOT2,RUN" in machine.command("kmadmin -b 1 pci")
    assert "x is no phase" in machine.command("kmadmin -b x pci")
    assert re.search(r"^hello +BOOT1 +BOOT1 +BOOT2$", machine.command("kmadmin -b"), re.M)
    assert "the pending changes are taken back" in machine.command("kmadmin -b -c")


def test_search_path(machine):
    assert "module search path: /other;/modules" in machine.command("kmadmin -d /other;/modules")
    assert "a directory is /DIR, or VOLUME:/DIR" in machine.command("kmadmin -d other")
    assert "module search path: /modules\n" in machine.command("kmadmin -D")


def test_usage(machine):
    for line in ("kmadmin", "kmadmin -y", "kmadmin -x", "kmadmin -L", "kmadmin -s x", "kmadmin -b 1", "kmadmin L hello"):
        assert "usage: kmadmin -k" in machine.command(line)
    for line in ("kmtune -x", "kmtune -s", "kmtune hello"):
        assert "usage: kmtune -q" in machine.command(line)


def test_tunables(machine):
    answer = machine.command("kmtune -q")
    assert "hello.greeting" in answer and 'default "hello, world"' in answer
    assert re.search(r'ramdisk\.kib +int +"64" default "64" from 1 to 16384; at boot only',
                     machine.command("kmtune -q ramdisk"))
    assert 'ramdisk.readonly' in machine.command("kmtune -q ramdisk.readonly")
    block = dict(re.findall(r"^(\w+): +(.*?) *$", machine.command("kmtune -l ramdisk.kib"), re.M))
    assert block == {"Parameter": "ramdisk.kib", "Type": "int", "Current": "64", "Planned": "64", "Default": "64",
                     "Minimum": "1", "Maximum": "16384", "Module": "ramdisk (loaded)", "Version": "1.0",
                     "Dynamic": "No"}
    assert {"clock.calibrate_ms", "kbd.layout", "loop.loud"} <= set(
        re.findall(r"^Parameter: +(\S+)", machine.command("kmtune -l"), re.M))
    assert 'bool    "YES" default "NO"' in machine.command("kmtune -s ramdisk.readonly=YES")
    assert "error -22" in machine.command("device write ramdisk x")
    assert 'bool    "NO"' in machine.command("kmtune -r ramdisk.readonly")
    assert "run-tunable-bool" in machine.command("kmtune -s ramdisk.readonly=PERHAPS")
    machine.command("device open ramdisk")
    assert "run-tunable-refused" in machine.command("kmtune -s ramdisk.readonly=YES")
    machine.command("device close ramdisk")
    answer = machine.command("kmtune -s ramdisk.kib=128")
    assert "run-tunable-fixed" in answer and 'ramdisk.kib="128"\n' in answer
    assert "no tunable nosuch" in machine.command("kmtune -q ramdisk.nosuch")
    assert "no module nosuch" in machine.command("kmtune -q nosuch")


def test_tunables_of_a_module_that_is_not_loaded(machine):
    """They are known from the file; a value that is set counts from the next load on, until it is reset."""
    machine.command("kmadmin -U ramdisk")
    shown = machine.command("kmtune -q ramdisk")
    assert re.search(r'ramdisk\.kib +int from 1 to 16384, default "64"; not loaded\n', shown), shown
    assert re.search(r'ramdisk\.readonly +bool, default "NO"; not loaded; can be changed when loaded\n', shown), shown
    assert "run-tunable-range" in machine.command("kmtune -s ramdisk.kib=16385")
    assert "run-tunable-none" in machine.command("kmtune -s ramdisk.nosuch=1")
    assert "no tunable nosuch" in machine.command("kmtune -q ramdisk.nosuch")
    assert 'next load "128"' in machine.command("kmtune -s ramdisk.kib=128")
    listed = machine.command("kmtune -l ramdisk.kib")
    assert re.search(r"Current: +-\nPlanned: +128\nDefault: +64\n", listed), listed
    assert "Dynamic:    Yes" in machine.command("kmtune -l ramdisk.readonly")
    machine.command("kmadmin -L ramdisk")
    assert re.search(r'ramdisk\.kib +int +"128" default "64"', machine.command("kmtune -q ramdisk.kib"))
    machine.command("kmadmin -U ramdisk")
    assert "next load" not in machine.command("kmtune -r ramdisk.kib")
    machine.command("kmadmin -L ramdisk")
    assert re.search(r'ramdisk\.kib +int +"64" default "64"', machine.command("kmtune -q ramdisk.kib"))


def test_history(machine):
    machine.command("device ioctl null")
    machine.command("help")
    machine.send("\x1b[A\x1b[A")
    assert "answer" in machine.command("")


def test_completion(machine):
    """Tab after km completes the common part of kmadmin and kmtune; after the command, Tab completes modules."""
    machine.send("kma\t-Q ramd\t")
    assert "Module Name              ramdisk" in machine.command("")


def test_the_kernels_own_checks_still_hold(machine):
    """The checks hold after all these modules were loaded and unloaded."""
    answer = machine.command("selftest")
    assert "BTL-REPORT check load-cycles ok" in answer
    assert re.search(r"BTL-REPORT check \S+ failed", answer) is None, answer
