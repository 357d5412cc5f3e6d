# SPDX-License-Identifier: BSD-2-Clause
"""make debug: gdb finds functions of the kernel, of a phase-1 module and of the loader by name."""
import os
import socket

import pexpect

from btlboot import LIMIT, O, PROGRAM, ROOT, Program


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return str(it.getsockname()[1])


def gdb(tmp_path, *commands):
    """Return the output of gdb for the commands, after the generated script."""
    script = str(tmp_path / "debug.gdb")
    environment = dict(os.environ, O=O, BTL_GDB_PORT=free_port(), BTL_GDB_SCRIPT=script, BTL_PROGRAM=PROGRAM)
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
