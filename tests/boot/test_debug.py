# SPDX-License-Identifier: BSD-2-Clause
"""make debug: gdb finds functions of the kernel, of the modules of every phase and of the loader by name."""
import os
import re
import shutil
import socket
import subprocess

import pexpect

from developer import Developer

from btlboot import LIMIT, O, PROGRAM, ROOT, Program


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return str(it.getsockname()[1])


def gdb(tmp_path, *commands, typed=(), **variables):
    """Return the output of gdb for the commands, after the generated script. `typed`: lines for the monitor's prompt,
    each when the prompt has come, or functions that return one."""
    script = str(tmp_path / "debug.gdb")
    environment = {**os.environ, "O": O, "BTL_GDB_PORT": free_port(), "BTL_GDB_SCRIPT": script,
                   "BTL_PROGRAM": PROGRAM, **variables}
    machine = pexpect.spawn(os.path.join(ROOT, "tools/debug.sh"), cwd=ROOT, env=environment,
                            timeout=10 * LIMIT, encoding="utf-8", codec_errors="replace")
    machine.expect("gdb -x " + script)
    machine.expect("stops in the loader")
    words = ["-nx", "-batch", "-ex", "set tcp connect-timeout %d" % LIMIT, "-ex", "set remotetimeout %d" % LIMIT,
             "-x", script]
    for command in (*commands, "kill"):
        words += ["-ex", command]
    try:
        with Program("gdb", words) as debugger:
            for line in typed:
                machine.expect("btl> $")
                machine.send((line() if callable(line) else line) + "\r")
            while debugger.receive():
                pass
            machine.expect(pexpect.EOF)
            machine.wait()
            return debugger.text()
    finally:
        machine.close(force=True)


def test_breakpoint_in_a_phase_1_module(tmp_path):
    output = gdb(tmp_path, "thbreak hello_load", "continue", "bt", "p greeting", "list hello_unload")
    assert "hello_load (args=" in output, output
    assert "modules/hello.c" in output
    assert "kmain" in output
    assert "hello from the boot volume" in output
    assert 'monitor_remove("hello");' in output, "gdb does not find the source"


def test_breakpoint_in_the_loader(tmp_path):
    output = gdb(tmp_path, "btl-loader", "bt 1")
    assert "efi_main (" in output, output
    assert "efi/" in output


def test_breakpoints_in_modules_that_are_not_loaded_yet(tmp_path):
    """In a module of BOOT2, of INIT, and of AUTO, which the monitor loads."""
    output = gdb(tmp_path, "break fatfs_load", "break ramdisk_load", "break rot13_load", "continue", "bt 2",
                 "continue", "continue", "info line", "p rot13.down", typed=["kmadmin -L rot13"])
    assert output.count(" not defined.") == 3, output
    for name in ("fatfs", "ramdisk", "rot13"):
        assert "btl: module %s at 0x" % name in output, output
        assert re.search(r"Breakpoint [\d.]+, %s_load \(args=.*modules/%s\.c:\d+" % (name, name), output, re.S), output
    assert "load_call" in output
    assert "rot13_down" in output


def test_breakpoints_follow_a_module(tmp_path):
    """A module leaves and comes back to another address."""
    output = gdb(tmp_path, "break hello_load", "continue", "p/x $pc", "continue", "info breakpoints", "p/x $pc",
                 typed=["kmadmin -U hello", "kmadmin -L hello"])
    first, second = re.findall(r"^\$\d = (0x[0-9a-f]+)$", output, re.M)
    assert first != second, output
    assert "btl: module hello is gone" in output and "btl: module hello at " in output
    assert output.count("hello_load (args=") == 2
    assert re.search(r"^2 +breakpoint +keep y +%s in hello_load at " % (second[:2] + second[2:].rjust(16, "0")), output,
                     re.M), output


def test_symbols_of_other_directories_and_of_another_build(tmp_path):
    """BTL_SYMBOLS comes first, but a file of another build is not used."""
    other = tmp_path / "with a blank"
    other.mkdir()
    for name in ("rot13", "null"):
        shutil.copy(os.path.join(O, "modules", name + ".ko.debug"), other)
    shutil.copy(os.path.join(O, "modules/upper.ko.debug"), other / "loop.ko.debug")
    os.symlink("nowhere", other / "ring.ko.debug")
    output = gdb(tmp_path, "break rot13_load", "continue", "list rot13_load",
                 typed=["kmadmin -L rot13"], BTL_SYMBOLS="%s:/nowhere" % other)
    assert re.search(r"^btl: module rot13 at 0x\w+: %s/rot13\.ko\.debug$" % other, output, re.M), output
    assert re.search(r"^btl: module loop at 0x\w+: %s/modules/loop\.ko\.debug$" % O, output, re.M), output
    assert "static int rot13_load(" in output


def test_modules_without_symbols(tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(O, tree, ignore=lambda _, names: [name for name in names if name == "loop.ko.debug"])
    shutil.copy(os.path.join(O, "modules/upper.ko"), tree / "modules/loop.ko")
    os.remove(tree / "modules/rot13.ko.debug")
    os.remove(tree / "modules/rot13.ko")
    output = gdb(tmp_path, "break null_load", "continue", typed=["kmadmin -L rot13", "kmadmin -L null"], O=str(tree))
    assert "btl: module loop has no symbols: it is of another build than %s/modules/loop.ko\n" % tree in output, output
    assert "module rot13 has no symbols: rot13.ko.debug is not in %s/modules (BTL_SYMBOLS)\n" % tree in output, output
    assert "null_load (args=" in output


def test_a_module_that_is_being_written(tmp_path):
    """make debug SHARE=DIR: the breakpoint is in the new build of the module, and gdb shows its lines."""
    directory = tmp_path / "mine"
    directory.mkdir()
    developer = Developer(directory)
    developer.build()

    def next_build():
        developer.edit("#include <btl/module.h>\n", "#include <btl/module.h>\n\n// Two lines more.\n")
        developer.edit("i < repeat;", "i < 2 * repeat;")
        developer.build()
        return "kmadmin -M mine"

    output = gdb(tmp_path, "break mine_load", "continue", "continue", typed=["kmadmin -L host:/mine.ko", next_build],
                 SHARE=str(directory))
    assert output.count("btl: module mine at 0x") == 2 and output.count("btl: module mine is gone") == 1, output
    lines = re.findall(r"mine_load \(args=.*\) at mine\.c:(\d+)\n\1\t +for .*i < (.*);", output)
    assert len(lines) == 2, output
    assert [condition for _, condition in lines] == ["repeat", "2 * repeat"]
    assert int(lines[1][0]) == int(lines[0][0]) + 2


def test_a_port_that_is_in_use(tmp_path):
    """gdb would follow the machine that has the port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run([os.path.join(ROOT, "tools/debug.sh")], cwd=ROOT, capture_output=True, text=True, check=False,
                              env={**os.environ, "O": O, "BTL_GDB_PORT": port,
                                   "BTL_GDB_SCRIPT": str(tmp_path / "debug.gdb"), "BTL_PROGRAM": PROGRAM})
    assert done.returncode == 1 and done.stdout == ""
    assert "debug: port %s is in use, perhaps by another machine; end it, or set BTL_GDB_PORT\n" % port == done.stderr
