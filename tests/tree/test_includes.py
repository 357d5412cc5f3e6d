# SPDX-License-Identifier: BSD-2-Clause
"""The allowed includes. core/ has a folder for each step of a boot; an arrow points from a folder to the folders
whose headers it may include. This file defines the arrows."""
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A folder of core/, and the folders that it and its public headers may include.
# "abi" are the public headers that kernel/ and modules/ implement.
ARROWS = {
    "abi": {"base"},
    "base": set(),
    "config": {"base"},
    "elf": {"base", "abi"},
    "volume": {"base"},
    "image": {"base", "elf"},
    "link": {"base", "abi", "elf"},
    "seal": {"base", "elf", "image"},
    "linux": {"base", "elf"},
    "plan": {"base", "config", "elf", "link", "linux"},
    "kernel": {"base", "elf", "link"},
    "limine": {"base", "abi", "elf", "link", "kernel", "manifest"},
    "manifest": {"base", "abi", "config", "elf", "link", "kernel", "plan"},
    "measure": {"base", "manifest"},
    "tcg": {"base", "measure"},
    "load": {"base", "abi", "elf", "link", "manifest"},
    "boot": {"base", "abi", "config", "elf", "volume", "image", "seal", "linux", "plan", "link", "kernel", "limine", "manifest", "measure"},
}
# The folder that each header of include/btl/ belongs to.
PUBLIC = {
    "abi": "boot.h device.h fs.h intfc.h intr.h kernel.h kernel_exports.def limine.h module.h stream.h",
    "base": "arena.h aslr.h assert.h cdefs.h condition.h diag.def diag.h diag_set.h format.h hash.h index.h kernel_kind.h line_edit.h log.h mem.h messages.h names.h on_error.h phases.def phases.h"
            " str.h types.h utf8.h version.h",
    "config": "bls.h config.h config_edit.h",
    "elf": "elf.h elf_format.h machine.h modinfo.h",
    "volume": "blocks.h extents.h fat.h partitions.h",
    "image": "pe.h",
    "seal": "seal.h",
    "tcg": "tcg_log.h",
    "linux": "linux_archive.h linux_command.h linux_kernel.h linux_order.h",
    "plan": "plan.h",
    "link": "link.h symtab.h tunable.h wrapper.h",
    "load": "load.h",
    "kernel": "kernel_image.h",
    "limine": "limine_features.def limine_kernel.h limine_protocol.h",
    "manifest": "manifest.h manifest_writer.h",
    "measure": "measure.h",
    "boot": "attempt.h boot_state.h configurations.h fadt.h linux_boot.h load_options.h memmap.h pending.h run_record.h running_record.h utf16.h wdat.h",
}
FOLDER = {header: folder for folder, headers in PUBLIC.items() for header in headers.split()}
# Programs: they include <btl/…> and their own.
PROGRAMS = {"efi": ["efi"], "linux/init": ["linux/init"], "kernel": ["kernel"], "modules": ["modules"], "tools/btl": ["tools/btl"]}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(root, folder):
    """Return path and text of the tracked files and of new ones."""
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", folder], cwd=root,
                           stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    for name in names:
        if name.endswith((".c", ".h", ".S", ".def", ".inc")) and os.path.exists(os.path.join(root, name)):
            with open(os.path.join(root, name), encoding="utf-8") as file:
                yield name, file.read()


def core_folder(name):
    """core/FOLDER/FILE or include/btl/HEADER."""
    parts = name.split("/")
    return parts[1] if parts[0] == "core" else FOLDER.get(parts[-1])


def core_faults(files):
    """`files`: (path, text) of core/ and include/btl/."""
    faults, graph = [], {folder: set() for folder in ARROWS}
    for name, text in files:
        here = core_folder(name)
        if here not in ARROWS:
            faults.append("%s: which folder does it belong to?" % name)
            continue
        for kind, included in INCLUDE.findall(text):
            if kind == '"':
                path = os.path.normpath(os.path.join(os.path.dirname(name), included))
                if not path.startswith(("core/", "include/btl/")):
                    faults.append("%s includes %s" % (name, included))
                    continue
            elif included.startswith("btl/"):
                path = "include/" + included
            else:
                continue
            there = core_folder(path)
            if there == here:
                continue
            graph[here].add(there)
            if there not in ARROWS[here]:
                faults.append("%s of %s includes %s of %s" % (name, here, included, there))
    return faults, graph


def program_faults(program, own, files):
    """Every "header" is beside its includer or below the program's folder; <…> is btl's or the system's."""
    files = list(files)
    faults = []
    for name, text in files:
        for kind, included in INCLUDE.findall(text):
            beside = os.path.normpath(os.path.join(os.path.dirname(name), included))
            if kind == "<":
                good = not included.startswith(("../", "core/"))
            else:
                good = any(path.startswith(folder + "/") for folder in own
                           for path in (beside, os.path.normpath(os.path.join(folder, included)))
                           ) and not (included.startswith("../") and not any(beside.startswith(f + "/") for f in own))
            if not good:
                faults.append("%s of %s includes %s" % (name, program, included))
    return faults


def circle(graph):
    """Return a circle of folders, or None."""
    def visit(folder, path):
        if folder in path:
            return path[path.index(folder):] + [folder]
        for following in sorted(graph[folder]):
            found = visit(following, path + [folder])
            if found:
                return found
        return None
    return next((found for folder in sorted(graph) for found in [visit(folder, [])] if found), None)


def core_files():
    return [*sources(ROOT, "core"), *sources(ROOT, "include/btl")]


def test_every_public_header_belongs_to_one_folder():
    there = {os.path.basename(name) for name, _ in sources(ROOT, "include/btl")}
    assert there == set(FOLDER)
    assert len(FOLDER) == sum(len(headers.split()) for headers in PUBLIC.values())


def test_arrows_make_no_circle():
    assert circle({folder: arrows - {"abi"} for folder, arrows in ARROWS.items()}) is None
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_core():
    faults, graph = core_faults(core_files())
    assert not faults, "\n".join(faults)
    assert circle(graph) is None


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_program(program):
    faults = program_faults(program, PROGRAMS[program], sources(ROOT, program))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name, text", [
    ("core/base/x.c", "#include <btl/config.h>\n"),
    ("core/base/x.c", '#include "../config/config_parser.h"\n'),
    ("core/elf/x.c", "#include <btl/plan.h>\n"),
    ("core/link/x.h", "#include <btl/kernel_image.h>\n"),
    ("core/plan/x.c", '#  include "../manifest/manifest_draft.h"\n'),
    ("core/boot/x.c", '#include "../../efi/boot.h"\n'),
    ("core/x/x.c", ""),
    ("include/btl/arena.h", "#include <btl/diag.h>\n#include <btl/boot_state.h>\n"),
    ("include/btl/new.h", ""),
])
def test_a_wrong_arrow_is_found(name, text):
    faults, _ = core_faults([(name, text)])
    assert len(faults) == 1


@pytest.mark.parametrize("name, text", [
    ("efi/x.c", '#include "../core/link/reloc.h"\n'),
    ("efi/menu/x.c", '#include "../../kernel/arch.h"\n'),
    ("tools/btl/boot/x.c", '#include "../../../efi/boot.h"\n'),
    ("kernel/dlkm/x.c", "#include <../core/base/sort.h>\n"),
    ("modules/x.c", '#include "../kernel/console/print.h"\n'),
])
def test_a_header_of_another_program_is_found(name, text):
    program = "tools/btl" if name.startswith("tools") else name.split("/")[0]
    assert len(program_faults(program, PROGRAMS[program], [(name, text)])) == 1


# A step that read a file by itself would use it without comparing it with the seal.
READERS = {"core/boot/seal_step.c", "core/boot/configure.c", "core/boot/choose.c", "core/boot/directories_step.c"}


def test_files_of_an_attempt_are_compared_with_the_seal():
    """attempt_read_file() compares. The exceptions: the configuration, which its seal is compared with, hashes of
    configurations, and looks for directories."""
    assert {name for name, text in sources(ROOT, "core") if "driver->read(" in text} == READERS
    # The loader's own reads: the driver's, titles in the menu, and an interrupted change.
    assert {name for name, text in sources(ROOT, "efi") if re.search(r"\bfile_read\(", text)} == {
        "efi/files.c", "efi/files.h", "efi/driver.c", "efi/menu/configs.c", "efi/pending.c"}
