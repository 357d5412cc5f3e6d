# SPDX-License-Identifier: BSD-2-Clause
"""README.md and docs/trials.md show what a boot shows, except for numbers. The commands of modules/README.md bring a
new module into the kernel."""
import os
import re
import shutil
import subprocess

from btlboot import (LIMIT, O, PROGRAM, PROMPT, ROOT, Machine, conf, default_tree, make_image, read, started,
                     test_module as bad_module)
from terminal import Terminal

# ----------------------------------------------------------------------------------------- README.md


def blocks(page):
    """The transcripts of a page."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S)


def plain(text):
    """Remove what differs from boot to boot: numbers, and the blanks around them."""
    text = re.sub(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+(\.\d+)?", "#", text)
    return re.sub(r"\s+", " ", text).strip()


def assert_shown(block, text):
    """Check that every line of the block is a line of the text, in the same order."""
    lines = iter(plain(line) for line in text.splitlines())
    wanted = [line for line in block.splitlines() if plain(line) not in ("", "...", "btl>")]
    assert wanted
    for line in wanted:
        assert plain(line) in lines, "%r is not, or not there, in:\n%s" % (line, text)


def test_a_boot():
    block, = blocks("README.md")
    shown, command, table = re.split(r"^btl> (.*)\n", block, flags=re.M)
    with started({}) as machine:
        assert_shown(shown, machine.expect(PROMPT))
        assert_shown(table, machine.command(command))


def test_a_mistake(tmp_path):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        line = re.search(r"^    (loader\.conf:.*\[conf-bad-phase\])$", file.read(), re.M).group(1)
    text = read(os.path.join(ROOT, "loader.conf")).decode()
    assert text.count('hello_phase="BOOT1"') == 1
    (tmp_path / "loader.conf").write_text(text.replace('hello_phase="BOOT1"', 'hello_phase="BOOT3"'))
    done = subprocess.run([PROGRAM, "check"], cwd=tmp_path, check=False, text=True, stderr=subprocess.PIPE)
    assert line in [said.removeprefix("./") for said in done.stderr.splitlines()]


def test_commands_on_the_host(tmp_path):
    """Each of them succeeds, on the image and the variables of a machine that boots when the page says so, and on a
    directory."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = file.read().split("\n## On the host, without a boot\n")[1].split("\n## ")[0]
    lines = re.findall(r"^    btl ([^#\n]*)", section, re.M)
    assert len(lines) == 10
    image = make_image(str(tmp_path), {"loader.conf": conf().encode()})
    variables = str(tmp_path / "vars.fd")
    volume = tmp_path / "volume"
    for path, source in default_tree().items():
        (volume / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, volume / path)
    shutil.copy(os.path.join(O, "modules/hello.ko"), tmp_path / "mine.ko")
    (tmp_path / "efivars").mkdir()
    (tmp_path / "build").mkdir()
    for line in lines:
        words = line.replace("build/x86_64/btl.img", image).replace("build/x86_64/vars.fd", variables).replace(
            "DIR", str(volume)).split()
        if "--trial" in words:
            words[1:1] = ["--efivars", str(tmp_path / "efivars")]
        subprocess.run([PROGRAM, *words], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
        if "manifest_save=YES" in words:  # "from the next boot on"
            with Machine(image, variables=variables) as machine:
                machine.wait()
    assert (tmp_path / "build/boot.svg").exists()


# ------------------------------------------------------------------------------------ docs/trials.md


class Owner:
    """The owner of a machine whose disk and variables are files of one directory, in which the commands run."""

    def __init__(self, directory):
        files = {"modules/hangs.ko": bad_module("hangs"),
                 "loader.conf": conf('boot_timeout="15"\n', options="").encode()}
        self.directory = str(directory)
        self.image = make_image(self.directory, files)
        assert os.path.basename(self.image) == "btl.img"

    def on(self):
        return Machine(self.image, variables=os.path.join(self.directory, "vars.fd"), steady=True,
                       options=["-action", "reboot=reset", "-device", "VGA,xres=640,yres=480"])

    def gives(self, block):
        """Run the commands of a block; compare what each prints."""
        for command, said in re.findall(r"^\$ btl (.*)\n((?:(?!\$).*\n)*)", block, re.M):
            done = subprocess.run([PROGRAM, *command.split()], cwd=self.directory, check=True, text=True,
                                  stdout=subprocess.PIPE)
            if said:
                assert_shown(said, done.stdout)
            else:
                assert done.stdout == ""

    def puts_before_the_loader(self, name):
        """Install an application of tests/boot/efi."""
        volume = ["-i", self.image + "@@1M"]
        subprocess.run(["mmd", *volume, "::/EFI/BTL"], check=True)
        subprocess.run(["mcopy", *volume, default_tree()["EFI/BOOT/BOOTX64.EFI"], "::/EFI/BTL/LOADER.EFI"], check=True)
        subprocess.run(["mcopy", "-o", *volume, os.path.join(O, "testefi", name + ".efi"), "::/EFI/BOOT/BOOTX64.EFI"],
                       check=True)


def test_a_change_on_trial(tmp_path):
    before, boot, after, menu = blocks("docs/trials.md")
    owner = Owner(tmp_path)
    with owner.on() as machine:
        machine.expect(PROMPT)
        assert "last good configuration from now on" in machine.command("boot-ok")
    owner.gives(before)
    with owner.on() as machine:
        machine.expect(PROMPT)
        assert_shown(boot, machine.text())
    owner.gives(after)
    owner.puts_before_the_loader("typed")
    with owner.on() as machine:
        machine.expect("waiting for a key")
        machine.send(" ")
        terminal = Terminal(machine)
        terminal.see("boot menu", "l: lines")
        terminal.type("{home}")  # the first key may be line noise; this one confirms it
        terminal.wait(lambda screen: plain(screen) == plain(menu), "not the menu of docs/trials.md")


# --------------------------------------------------------------------------------- modules/README.md


def commands():
    with open(os.path.join(ROOT, "modules/README.md"), encoding="utf-8") as file:
        section = file.read().split("## Your own in five minutes")[1].split("\n## ")[0]
    return re.findall(r"^       (\S.*)$", section, re.M)


def test_your_own_module_in_five_minutes(tmp_path):
    tree = tmp_path / "btl"  # a checkout with its own image; the rest is shared
    tree.mkdir()
    for name in ("Makefile", "modules", "tools", "include"):
        (tree / name).symlink_to(os.path.join(ROOT, name))
    (tree / "build/x86_64").mkdir(parents=True)
    (tree / "build/host").symlink_to(os.path.join(ROOT, "build/host"))
    (tree / "build/x86_64/modules").symlink_to(os.path.join(O, "modules"))
    shutil.copy(os.path.join(O, "btl.img"), tree / "build/x86_64/btl.img")
    lines = commands()
    assert len(lines) == 5
    script = "\n".join(["set -e", *lines, "O=build/x86_64 tools/run.sh"])
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O")}
    done = subprocess.run(["/bin/sh", "-c", script], cwd=tree, check=False,
                          env=dict(environment, HOME=str(tmp_path), BTL_TIMEOUT=str(10 * LIMIT)), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "1 module checked: all can be loaded" in done.stdout
    assert "mine: here" in done.stdout
    assert re.search(r"BTL-REPORT module .* name=mine .* phase=BOOT1 .* state=loaded", done.stdout)
