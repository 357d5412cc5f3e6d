# SPDX-License-Identifier: BSD-2-Clause
"""btl as a program: help, version, messages, manual pages, installation."""
import os
import pty
import re
import shutil
import stat
import subprocess
import tempfile

import pytest

from btltest import BTL, GOOD_CONF, HERE, ROOT, btl, golden, image, read, volume

COMMANDS = [name.replace("_", "-") for name in re.findall(
    r"^COMMAND\((\w+), \w+\)", read(os.path.join(ROOT, "tools/btl/commands.def")).decode(), re.M)]
MAN = sorted(name for name in os.listdir(os.path.join(ROOT, "docs/man")) if re.search(r"\.[1-9]$", name))


def test_help_names_every_command():
    result = btl("--help")
    assert result.status == 0
    assert re.findall(r"^  ([a-z-]+) ", result.out.decode(), re.M) == COMMANDS
    assert btl("-h").out == result.out


def test_no_command_is_an_error():
    result = btl()
    assert result.status == 2 and result.out == b"" and b"Usage" in result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(command):
    result = btl(command, "--help")
    text = result.out.decode()
    assert result.status == 0 and text.startswith("Usage: btl %s " % command)
    assert "Example: btl %s " % command in text and "Exit status" in text
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_options_are_usage_errors(command):
    result = btl(command, "--no-such-option")
    assert result.status == 2 and result.codes() == ["host-usage"]


@pytest.mark.parametrize("words,says", [
    (["check", "--memory"], "the option --memory needs a value;"),
    (["check", "--mem"], "the option --memory needs a value;"),
    (["check", "--volume"], "the option --volume needs a value;"),
    (["check", "-C"], "the option -C needs a value;"),
    (["check", "x", "-WC"], "the option -C needs a value;"),
    (["check", "--all=3"], "the option --all takes no value;"),
    (["list", "x", "--jso=1", "y"], "the option --json takes no value;"),
    (["list", "--jsno"], 'there is no option --jsno (did you mean "--json"?);'),
    (["list", "x", "--jsno=1", "y"], 'there is no option --jsno (did you mean "--json"?);'),
    (["check", "--foo"], "there is no option --foo;"),
    (["check", "--m"], "--m is short for both --machine and --memory;"),
    (["check", "-WZ"], "there is no option -Z;"),
    (["check", "--all", "-ZW"], "there is no option -Z;"),
])
def test_what_is_wrong_with_an_option(words, says):
    result = btl(*words)
    assert result.status == 2 and result.codes() == ["host-usage"]
    assert result.err.decode().startswith("btl: error: " + says)


def test_unknown_command_names_the_nearest():
    golden("unknown-command", btl("chek"))


def test_version():
    assert re.fullmatch(rb"btl [0-9]+\.[0-9]+\n", btl("--version").out)


def test_full_disk_is_an_error():
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BTL, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 2 or b"--help" in done.stderr or done.returncode == 0
        done = subprocess.run([BTL, "list", "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 2 and b"error" in done.stderr


def test_colours_on_a_terminal_alone(tmp_path):
    volume(str(tmp_path / "esp"), 'early_load="YES"\nearly_phase="X"\n')
    environment = dict(os.environ, TERM="xterm")
    environment.pop("NO_COLOR", None)
    master, terminal = pty.openpty()
    subprocess.run([BTL, "check", "-C", "esp"], cwd=tmp_path, env=environment, stderr=terminal,
                   stdout=subprocess.DEVNULL, check=False)
    os.close(terminal)
    text = b""
    try:
        while chunk := os.read(master, 65536):
            text += chunk
    except OSError:
        pass
    assert b"\x1b[1;31merror: \x1b[0m" in text
    assert b"\x1b" not in btl("check", "-C", "esp", cwd=tmp_path, env={"NO_COLOR": ""}).err


def test_freebsd_syntax(tmp_path):
    """The forms of an assignment: with quotes or without, comments, escapes, blanks; the last one wins."""
    volume(str(tmp_path / "esp"), read(os.path.join(HERE, "sample.conf")).decode())
    golden("check-freebsd-syntax", btl("check", "-C", "esp", cwd=tmp_path))
    golden("list-freebsd-syntax", btl("list", "-C", "esp", cwd=tmp_path))


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="needs the package mandoc")
@pytest.mark.parametrize("page", MAN)
def test_manual_page_is_good_mdoc(page):
    """References to other pages name pages of this directory."""
    done = subprocess.run(["mandoc", "-Tlint", os.path.join(ROOT, "docs/man", page)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    complaints = [line for line in done.stdout.decode().splitlines()
                  if "referenced manual not found" not in line and "outdated mandoc.db" not in line]
    assert complaints == []


def test_manual_names_every_command_and_option():
    page = read(os.path.join(ROOT, "docs/man/btl.1")).decode().replace("\\-", "-")
    for command in COMMANDS:
        assert ".Ss btl %s\n" % command in page, command
        for option in set(re.findall(r"--([a-z][a-z-]+)", btl(command, "--help").out.decode())):
            assert "Fl -%s" % option in page or ", -%s" % option in page, (command, option)


@pytest.mark.parametrize("command", COMMANDS)
def test_usage_has_every_option(command):
    """In the usage, and in the synopsis of the manual; --conf is another name of --volume."""
    usage, options = btl(command, "--help").out.decode().split("\n\n")[:2]
    page = read(os.path.join(ROOT, "docs/man/btl.1")).decode().split(".Sh DESCRIPTION")[0]
    synopsis = "".join(part for part in page.split(".Nm btl\n") if part.startswith(".Cm %s\n" % command))
    for letter, word in re.findall(r"^  (?:-(\w), |    |)--([a-z-]+)", options, re.M):
        if (command, word) == ("state", "conf"):
            continue
        assert re.search(r"[\[ |]--%s\b" % word, usage) or letter and re.search(r"[\[ ]-%s\b" % letter, usage), word
        assert re.search(r"Fl -%s\b" % word, synopsis) or letter and re.search(r"Fl %s\b" % letter, synopsis), word


def test_manual_has_each_table_of_the_manifest():
    header = read(os.path.join(ROOT, "include/btl/manifest.h")).decode()
    sizes = {name: int(size) for name, size in re.findall(r"sizeof\(struct (btlm_\w+)\) == (\d+)", header)}
    sizes.update(char=1, uint32_t=4)
    tables = re.findall(r"^    BTLM_(\w+),? *(?:= 1,)? *// (?:struct )?(\w+)", header.split("enum btlm_kind {")[1].split("};")[0], re.M)
    page = read(os.path.join(ROOT, "docs/man/btl-manifest.5")).decode()
    rows = re.findall(r"^\.It ([A-Z_]+) Ta (\d+) Ta (\d+) Ta", page, re.M)
    assert len(tables) > 15
    assert rows == [(name, str(kind), str(sizes[of])) for kind, (name, of) in enumerate(tables, 1)]


def test_manual_has_the_version_of_the_manifest():
    header = read(os.path.join(ROOT, "include/btl/manifest.h")).decode()
    page = read(os.path.join(ROOT, "docs/man/btl-manifest.5")).decode()
    for name in ("MAJOR", "MINOR"):
        assert "%s version, %s:" % (name.lower(), re.search(r"^#define BTLM_%s +(\d+)" % name, header, re.M)[1]) in page


def test_manual_of_loader_conf_has_every_key():
    page = read(os.path.join(ROOT, "docs/man/loader.conf.5")).decode()
    keys = read(os.path.join(ROOT, "core/config/config_keys.def")).decode()
    for key in re.findall(r'^KEY\(\w+, "(\w+)"', keys, re.M):
        assert ".It Cm %s\n" % key in page, key
    for suffix in re.findall(r'^MODULE_KEY\(\w+, "(\w+)"', keys, re.M):
        assert ".It Ar NAME Ns Cm _%s\n" % suffix in page, suffix


def test_manual_of_modules_has_every_macro():
    page = read(os.path.join(ROOT, "docs/man/btl-module.9")).decode()
    header = read(os.path.join(ROOT, "include/btl/module.h")).decode()
    macros = set(re.findall(r"^#define (BTL_[A-Z]+)\(", header, re.M)) - {"BTL_CONCAT", "BTL_MODINFO"}
    assert macros and all(macro in page for macro in macros), sorted(m for m in macros if m not in page)


def test_manual_of_the_loader_has_every_option():
    page = read(os.path.join(ROOT, "docs/man/btl-loader.8")).decode()
    text = re.search(r'help\[\] =(.*?);\n', read(os.path.join(ROOT, "efi/options.c")).decode(), re.S)[1]
    options = re.findall(r'^    "  -(\w)( FILE)? ', text, re.M)
    assert len(options) > 7
    for letter, file in options:
        assert re.search(r"^\.It Fl %s%s" % (letter, " Ar file" if file else "$"), page, re.M), letter
    flags = re.search(r"\[-(\w+)\]", text)[1]
    assert ".Op Fl %s\n" % flags in page and sorted(flags) == [letter for letter, file in sorted(options) if not file]


def test_manual_of_the_loader_has_every_variable():
    page = read(os.path.join(ROOT, "docs/man/btl-loader.8")).decode()
    headers = "".join(read(os.path.join(ROOT, "include/btl", name)).decode() for name in ("boot_state.h", "run_record.h"))
    names = set(re.findall(r"\bBtl[A-Z][a-z]+\b", headers))
    assert len(names) == 6 and names == set(re.findall(r"^\.It Va (\w+)$", page, re.M))
    assert re.search("GUID `([0-9a-f-]+)`", read(os.path.join(ROOT, "docs/boot-state.md")).decode())[1] in page


def test_manual_of_the_monitor_has_every_command():
    """Those of the kernel's table, with their arguments, and those of modules."""
    page = read(os.path.join(ROOT, "docs/man/btl-monitor.8")).decode()
    table = re.findall(r'^    \{"([a-z-]+)", (?:"([^"]*)"|NULL),', read(os.path.join(ROOT, "kernel/monitor/commands.c")).decode(), re.M)
    assert len(table) > 15
    for name, arguments in table:
        words = re.sub(r"^\[(\w+)\]$", r"Op Ar \1", arguments) if "[" in arguments else arguments and "Ar " + arguments
        assert re.search(r"^\.It Cm %s%s" % (name, " %s$" % words if words else ""), page, re.M), name
    assert {name for name, _ in table} == set(re.findall(r"^\.It Cm ([a-z-]+)", page, re.M))
    modules = "".join(read(os.path.join(ROOT, "modules", name)).decode()
                      for name in os.listdir(os.path.join(ROOT, "modules")) if name.endswith(".c"))
    added = set(re.findall(r'monitor_add(?:_with)?\("(\w+)"', modules))
    assert added and added == set(re.findall(r"^\.Cm (\w+)$", page.split(".Ss Commands of modules")[1], re.M))


@pytest.mark.parametrize("command", ["kmadmin", "kmtune"])
def test_manual_of_the_monitor_has_every_option(command):
    page = read(os.path.join(ROOT, "docs/man/btl-monitor.8")).decode()
    part = page.split(".It Cm %s " % command)[1].split("\n.El\n")[0]
    usage = re.search(r'"usage: %s.*?\);' % command, read(os.path.join(ROOT, "kernel/monitor/%s.c" % command)).decode(), re.S)[0]
    items = " ".join(line.replace(", S", ", Fl S") for line in part.splitlines() if line.startswith(".It Fl"))
    assert set(re.findall(r" -(\w)", usage)) == set(re.findall(r"Fl (\w)\b", items))


def test_manual_of_the_protocol_is_of_this_version():
    page = read(os.path.join(ROOT, "docs/man/btl-protocol.7")).decode()
    header = read(os.path.join(ROOT, "include/btl/manifest.h")).decode()
    version = ".".join(re.search(r"^#define BTLM_%s +(\d+)" % name, header, re.M)[1] for name in ("MAJOR", "MINOR"))
    assert "The version of the protocol is that of the manifest, %s.\n" % version in page
    headers = header + read(os.path.join(ROOT, "include/btl/load.h")).decode()
    functions = set(re.findall(r"^\.Fn (btl_\w+)", page, re.M))
    assert len(functions) == 3 and all(name + "(" in headers for name in functions)


# ------------------------------------------------------------------------------------ memory errors

@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs the package valgrind")
def test_no_memory_errors_under_valgrind(tmp_path):
    """Run the plain build on an image, for errors that the sanitizers miss (uninitialised memory)."""
    program = os.path.join(ROOT, os.environ.get("BUILD", "build"), "host/btl")
    if not os.path.exists(program):
        pytest.skip("needs make btl")
    disk = image(str(tmp_path / "disk.img"), volume(str(tmp_path / "esp")))
    subprocess.run(["valgrind", "-q", "--error-exitcode=9", program, "list", "--json", "-C", disk], check=True,
                   stdout=subprocess.DEVNULL)


# ------------------------------------------------------------------------------ files of other kinds

@pytest.mark.parametrize("kind", ["fifo", "zero", "socket"])
@pytest.mark.parametrize("path", ["loader.conf", "kernel/kernel.elf", "modules/early.ko", "loader.conf.d/a.conf"])
def test_only_regular_files_of_a_tree_are_read(tmp_path, kind, path):
    """A FIFO would wait for its other end; /dev/zero has none."""
    root = volume(str(tmp_path / "esp"), files={"loader.conf.d/a.conf": GOOD_CONF})
    file = os.path.join(root, path)
    os.unlink(file)
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "zero":
        os.symlink("/dev/zero", file)
    else:
        os.mknod(file, stat.S_IFSOCK | 0o600)
    for words in (["check", "--all"], ["list"], ["set", "early", "load=NO"], ["image", "-o", str(tmp_path / "i")]):
        result = btl(*words, "-C", root, timeout=30)
        assert b"(it is no regular file)" in result.err or words[0] != "image" and path != "loader.conf"
        assert result.status == 2 or words[0] == "set" or path == "loader.conf.d/a.conf"


def test_a_volume_is_a_directory_or_a_disk(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", "/dev/null", "/dev/zero"):
        for words in (["check"], ["set", "early", "load=NO"], ["state"]):
            result = btl(*words, "-C", path, timeout=30, env={"HOME": "/nowhere"})
            assert result.status == 2
        assert btl("check", "-C", path, timeout=30).codes() == ["host-not-volume"]


@pytest.fixture
def open_path():
    """A directory that every user may enter, as those of pytest are not."""
    with tempfile.TemporaryDirectory() as path:
        os.chmod(path, 0o755)
        yield path


def test_what_may_not_be_read(open_path):
    """The cure is a permission, not the file system. Root may read everything: another user runs btl."""
    root = volume(os.path.join(open_path, "esp"))
    shutil.copy(BTL, open_path)
    other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(path, mode):
        os.chmod(os.path.join(open_path, path), 0)
        done = subprocess.run([os.path.join(open_path, "btl"), "check", "-C", "esp"], cwd=open_path, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **other)
        os.chmod(os.path.join(open_path, path), mode)
        return done.returncode, done.stderr.decode()
    for path in ("loader.conf", "kernel/kernel.elf", "modules/early.ko"):
        status, text = run("esp/" + path, 0o644)
        assert status == 2 and "esp/%s: error: " % path in text and "[host-access]" in text, text
        assert "file system" not in text
    status, text = run(root, 0o755)
    assert status == 2 and text.startswith("esp: error: this user may not read it") and "[host-access]" in text


def test_a_stream_without_end_is_given_up():
    result = btl("modinfo", "/dev/zero", timeout=120)
    assert result.status == 2 and result.codes() == ["file-open-failed"]
