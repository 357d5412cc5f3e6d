# SPDX-License-Identifier: BSD-2-Clause
"""The example kernels, built with an installed BTL by the commands of their pages, and booted by those commands."""
import os
import re
import shutil
import subprocess

import pytest

from btlboot import CONTROL, PART, ROOT, Machine, Program, conf, make_image

END = "the kernel has come to its end"
# Lines that the examples may have, without blank ones and comments.
LINES = {"smallest": 50, "phase1": 100, "phase2": 200}


def environment(prefix):
    ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "O", "BUILD", "BTL")
    return {**{k: v for k, v in os.environ.items() if k not in ours},
            "PKG_CONFIG_PATH": os.path.join(prefix, "lib/pkgconfig"), "PATH": os.path.join(prefix, "bin:") + os.environ["PATH"]}


def sh(command, cwd, prefix):
    done = subprocess.run(["sh", "-e", "-c", command], cwd=cwd, env=environment(prefix), text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module", name="prefix")
def installed_btl(tmp_path_factory):
    prefix = str(tmp_path_factory.mktemp("prefix"))
    sh("make install PREFIX=%s" % prefix, ROOT, prefix)
    return prefix


def page(name):
    with open(os.path.join(ROOT, "examples", name, "README.md"), encoding="utf-8") as file:
        return file.read()


def commands(name):
    """Return the first block of commands of the page, split at the line that starts QEMU."""
    block = re.search(r"^((?:    .*\n)+)", page(name), re.M).group(1).replace("    ", "", 1)
    return re.split(r"^ *(?=qemu-system)", block, flags=re.M)


def build(name, folder, prefix):
    """Type the commands of the page in the folder; return the words that start QEMU."""
    typed = commands(name)
    sh(typed[0], folder, prefix)
    return sh("cd %s; printf '%%s\\n' %s" % (name, typed[1]), folder, prefix).split("\n")[:-1]


def run(words, folder):
    """Run QEMU up to the end of the kernel; return what the kernel has printed."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        machine = Program(words[0], words[1:])
    finally:
        os.chdir(here)
    try:
        machine.expect(END)
        return CONTROL.sub("", machine.raw).split("starting /kernel.elf", 1)[1]
    finally:
        machine.child.kill()
        machine.child.wait()


@pytest.mark.parametrize("name", sorted(LINES))
def test_length(name):
    with open(os.path.join(ROOT, "examples", name, "kernel.c"), encoding="utf-8") as file:
        code = [line for line in file if not re.match(r"\s*(//.*)?$", line)]
    assert len(code) < LINES[name]
    assert "%d lines of code" % len(code) in re.sub(r"\s+", " ", page(name))


def test_smallest(prefix, tmp_path):
    shown = run(build("smallest", tmp_path, prefix), tmp_path / "smallest")
    assert re.search(r"^ *0 mine +misc +1 +BOOT1 linked ", shown, re.M), shown
    assert re.search(r"^Diagnostics:\n\n", shown, re.M), shown  # none


@pytest.mark.parametrize("name", ["phase1", "phase2"])
def test_modules_are_started(prefix, tmp_path, name):
    """The output ends as the page shows."""
    shown = run(build(name, tmp_path, prefix), tmp_path / name)
    ending = re.search(r"^The end of the output is:\n\n((?:    .*\n)+)", page(name), re.M).group(1)
    lines = [line.strip() for line in ending.splitlines() if "starting /kernel.elf" not in line]
    assert [line.strip() for line in shown.splitlines()[1:] if line.strip()] == lines, shown


def test_failures(prefix, tmp_path):
    """In both phases: a load function that fails, and a dependent of it."""
    words = build("phase2", tmp_path, prefix)
    folder = tmp_path / "phase2"
    for name in ("early", "mine"):
        source = (folder / (name + ".c")).read_text()
        (folder / (name + "_fails.c")).write_text(
            source.replace('"%s"' % name, '"%s_fails"' % name).replace("return 0;", "return BTL_EIO;")
            .replace("early_count", "fails_count").replace('BTL_DEPENDS("early")', 'BTL_DEPENDS("early_fails")'))
    with open(folder / "early.h", "a", encoding="utf-8") as file:
        file.write("unsigned fails_count(void);\n")
    with open(folder / "loader.conf", "a", encoding="utf-8") as file:
        file.write('early_fails_load="YES"\nearly_fails_phase="BOOT1"\nmine_fails_load="YES"\nmine_fails_phase="BOOT2"\n'
                   'mine.repeat="2"\n')
    sh("make MODULES='early mine early_fails mine_fails'", folder, prefix)
    shown = run(words, folder)
    assert "BOOT1 early: loaded" in shown and "BOOT1 early_fails: not loaded" in shown
    assert "BOOT2 mine: loaded" in shown and "BOOT2 mine_fails: not loaded" in shown
    assert "early_fails: its load function returned error -5 (input/output error)" in shown
    assert "mine_fails: it needs early_fails, which is not loaded (failed)" in shown


def test_what_the_kernel_does_not_export(prefix, tmp_path):
    """A module is checked against this kernel, not against the reference kernel."""
    build("phase1", tmp_path, prefix)
    source = tmp_path / "phase1/mine.c"
    source.write_text(source.read_text().replace("return 0;", "return page_alloc(1) == 0;"))
    done = subprocess.run(["make"], cwd=tmp_path / "phase1", env=environment(prefix), text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0 and "page_alloc" in done.stdout and "link-unresolved" in done.stdout, done.stdout


def test_host_program(prefix, tmp_path):
    """A boot in which one module fails: the manifest that is saved names the module."""
    image = make_image(str(tmp_path), {"loader.conf": conf('manifest_save="YES"\nnowhere_load="YES"\n').encode()})
    with Machine(image) as machine:
        machine.wait()
    block = commands("host")[0]
    typed, run_it = block.rsplit("\n", 2)[0], block.rsplit("\n", 2)[1].strip()
    sh(typed, tmp_path, prefix)
    sh("mcopy -i %s@@%d ::/btl/manifest.bin host/manifest.bin" % (image, PART), tmp_path, prefix)
    done = subprocess.run(run_it.split(), cwd=tmp_path / "host", check=False, text=True, stdout=subprocess.PIPE)
    assert done.returncode == 1
    assert re.fullmatch(r"nowhere\t.*\[file-not-found\]\n", done.stdout), done.stdout
    (tmp_path / "host/spoiled.bin").write_bytes(b"BTLMANIF" + bytes(100))
    done = subprocess.run(["./failed", "spoiled.bin"], cwd=tmp_path / "host", check=False, text=True,
                          stderr=subprocess.PIPE)
    assert done.returncode == 2 and "manifest" in done.stderr
