# SPDX-License-Identifier: BSD-2-Clause
"""Completion: the words of `btl __complete`, and what bash, zsh and fish make of them."""
import os
import re
import shutil
import subprocess

import pytest

from btltest import BTL, ROOT, btl, read, volume

COMMANDS = [name.replace("_", "-") for name in re.findall(r"^COMMAND\((\w+), \w+\)", read(os.path.join(ROOT, "tools/btl/commands.def")).decode(), re.M)]
KEYS = read(os.path.join(ROOT, "core/config/config_keys.def")).decode()
GLOBAL_KEYS = set(re.findall(r'^KEY\(\w+, "(\w+)"', KEYS, re.M))
MODULE_KEYS = set(re.findall(r'^MODULE_KEY\(\w+, "(\w+)"', KEYS, re.M))
FILES = ":files"


def offered(cwd, *words):
    """Return what `btl __complete` prints for the last word."""
    result = btl("__complete", *words, cwd=cwd)
    assert (result.status, result.err) == (0, b"")
    return {line.split("\t")[0] for line in result.out.decode().splitlines()}


@pytest.fixture
def root(tmp_path):
    return volume(str(tmp_path / "esp"))


def test_commands_and_options(root):
    assert offered(root, "") == {*COMMANDS, "--help", "--version"}
    assert offered(root, "mod") == {"modinfo"}
    assert offered(root, "nonsense", "") == offered(root, "check", "--nonsense", "-") == offered(root) == set()
    assert offered(root, "check", "--m") == {"--machine", "--memory", "--module"}
    assert offered(root, "check", "--machine", "") == {"x86-64", "ia64", "aarch64"}
    assert offered(root, "check", "--machine=i") == {"--machine=ia64"}
    assert offered(root, "check", "--memory", "") == offered(root, "gc", "") == set()
    assert offered(root, "check", "-C", "k") == offered(root, "check", "--volume=k") == {FILES}
    assert offered(root, "list", "--a") == {"--all"}


def test_modules(root, tmp_path):
    assert {"early", "driver"} <= offered(root, "set", "") and FILES not in offered(root, "set", "")
    assert offered(root, "set", "--trial", "ear") == {"early"}
    assert offered(tmp_path, "set", "-C", "esp", "ear") == {"early"}
    assert offered(tmp_path, "set", "-f", "esp/loader.conf", "ear") == {"early"}
    assert offered(tmp_path, "set", "ear") == offered(tmp_path, "set", "-C", "nowhere", "ear") == set()
    assert offered(root, "remove", "ea") == offered(root, "pin", "ea") == {"early"}
    assert offered(root, "pin", "ker") == {"kernel"} and not offered(root, "remove", "ker")


def test_a_stored_file_has_the_name_of_its_module(tmp_path):
    root = volume(str(tmp_path / "esp"), "")
    os.rename(os.path.join(root, "modules/early.ko"), os.path.join(root, "modules/early-0123abcd.ko"))
    assert offered(root, "remove", "ear") == {"early"}


def test_keys_and_values(root):
    assert offered(root, "set", "early", "") == {key + "=" for key in MODULE_KEYS} | {"tunable.size="}
    assert offered(root, "unset", "early", "") == offered(root, "get", "early", "") == MODULE_KEYS | {"tunable.size"}
    assert offered(root, "set", "early", "phase=") == {"phase=BOOT1", "phase=BOOT2", "phase=INIT", "phase=AUTO"}
    assert offered(root, "set", "early", "on_error=") == {"on_error=" + level for level in
                                                          ("ignore", "warn", "fallback", "halt")}
    assert offered(root, "set", "unheard", "tunable") == {"tunable."}
    assert offered(root, "get", "-g", "") == GLOBAL_KEYS
    assert offered(root, "set", "-g", "manif") == {"manifest_save="}
    assert offered(root, "set", "-g", "manifest_save=") == {"manifest_save=YES", "manifest_save=NO"}
    assert offered(root, "set", "-g", "menu=") == {"menu=auto", "menu=screen", "menu=line"}
    assert offered(root, "set", "-g", "title=") == set()


def test_files_with_other_words(root):
    assert offered(root, "add", "") == {FILES}
    assert offered(root, "add", "modules/early.ko", "t") == {FILES, "tunable.size="}
    assert offered(root, "add", "modules/early.ko", "required=") == {"required=YES", "required=NO"}
    assert offered(root, "state", "") == offered(root, "state", "--ok", "l") == {FILES}
    assert offered(root, "state", "--forget", "") == {"trial", "good", "failed", "next", "pending", "run"}
    assert offered(root, "manifest", "") == {FILES}
    assert offered(root, "modinfo", "modules/early.ko", "-F", "des") == {"description"}


def test_every_code_and_section():
    codes = re.findall(r'^DIAG\(\w+, "([a-z0-9-]+)"', read(os.path.join(ROOT, "include/btl/diag.def")).decode(), re.M)
    assert offered(ROOT, "explain", "") == set(codes)
    sections = re.search(r"SECTION is ([^;]*);", btl("manifest", "--help").out.decode())[1]
    assert offered(ROOT, "manifest", "x", "") - {FILES} == set(re.split(r",\s+|\s+or\s+", sections))


@pytest.mark.parametrize("command", COMMANDS)
def test_options_are_those_of_the_help(command):
    text = btl(command, "--help").out.decode()
    listed = set(re.findall(r"(?m)^  (?:-\w, |    |)(--[a-z-]+)", text))
    assert {word for word in offered(ROOT, command, "-") if word.startswith("--")} == listed | {"--help"}


# A line that a person types, and some of what the shell offers for its last word.
LINES = [
    ("btl ", {*COMMANDS, "--help"}), ("btl check --m", {"--machine", "--memory", "--module"}),
    ("btl check --machine ", {"x86-64", "ia64", "aarch64"}), ("btl set ", {"early", "driver"}),
    ("btl set early ", {"phase=", "sha256=", "tunable.size="}), ("btl get early tun", {"tunable.size"}),
    ("btl get -g ", {"quiet", "kernel_sha256"}), ("btl pin ", {"early", "kernel"}), ("btl remove ", {"early"}),
    ("btl explain conf-unknown", {"conf-unknown-key"}), ("btl check lo", {"loader.conf"}),
    ("btl check -C k", {"kernel"}), ("btl add modules/early.ko lo", {"loader.conf", "load="}),
    ("btl state --forget ", {"trial", "run"}), ("btl manifest x mem", {"memory"}), ("btl list --a", {"--all"}),
]
ASSIGNMENTS = [
    ("btl set early phase=BOOT", {"phase=BOOT1", "phase=BOOT2"}), ("btl set -g menu=", {"menu=auto", "menu=line"}),
    ("btl check --machine=", {"--machine=x86-64", "--machine=ia64", "--machine=aarch64"}), ("btl check --volume=k", {"--volume=kernel"}),
]


def bash(line):
    # bash cuts words at blanks and around '='.
    words = re.findall(r"=|[^\s=]+", line) + ([""] if line[-1] == " " else [])
    return ["bash", "-c", '. %s; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _btl; '
            'printf "%%s\\n" "${COMPREPLY[@]}"' % os.path.join(ROOT, "tools/btl/completion.bash"), "bash", *words]


def zsh(line):
    # compadd prints what it is given; zsh calls the file with these arrays.
    return ["zsh", "-f", "-c", 'compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- $@ }; '
            '_files() { print -l * }; compset() { :; }; words=("${(@s: :)1}"); CURRENT=${#words}; () { . %s }' %
            os.path.join(ROOT, "tools/btl/completion.zsh"), "zsh", line]


def fish(line):
    return ["fish", "-c", 'source %s; complete -C "$argv"' % os.path.join(ROOT, "tools/btl/completion.fish"), line]


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


def shell_offers(shell, line, cwd, home):
    done = subprocess.run(SHELLS[shell](line), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, env={
        **os.environ, "HOME": home, "XDG_CONFIG_HOME": home,
        "PATH": "%s:%s" % (os.path.dirname(BTL), os.environ["PATH"])})
    assert done.stderr == b"", done.stderr
    return {words.split("\t")[0].rstrip("/") for words in done.stdout.decode().splitlines()}


@pytest.mark.parametrize("shell", SHELLS)
def test_shells(root, tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip("needs " + shell)
    for line, wanted in LINES:
        found = shell_offers(shell, line, root, str(tmp_path))
        assert wanted <= found and FILES not in found, (line, found)
    for line, wanted in ASSIGNMENTS:
        # bash and zsh keep what stands before '=' on the line.
        kept = shell == "bash" or shell == "zsh" and "volume" in line
        found = shell_offers(shell, line, root, str(tmp_path))
        assert {word.split("=")[1] if kept else word for word in wanted} <= found, (line, found)
