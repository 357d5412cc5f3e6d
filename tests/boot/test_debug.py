# SPDX-License-Identifier: BSD-2-Clause
"""make debug: gdb finds functions of the kernel, of a phase-1 module and of the loader by name."""
import os
import socket
import subprocess

import pexpect

from btlboot import LIMIT, O, PROGRAM, ROOT


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return str(it.getsockname()[1])


def gdb(tmp_path, *commands):
    """What gdb says to the commands, given once the generated script has run."""
    script = str(tmp_path / "debug.gdb")
    environment = dict(os.environ, O=O, BTL_GDB_PORT=free_port(), BTL_GDB_SCRIPT=script, BTL_PROGRAM=PROGRAM)
    machine = pexpect.spawn(os.path.join(ROOT, "tools/debug.sh"), cwd=ROOT, env=environment,
                            timeout=LIMIT, encoding="utf-8", codec_errors="replace")
    machine.expect("gdb -x " + script)
    machine.expect("stops in the loader")
    words = ["gdb", "-nx", "-batch", "-ex", "set tcp connect-timeout 60", "-x", script]
    for command in commands:
        words += ["-ex", command]
    try:
        done = subprocess.run(words, check=False, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    finally:
        machine.close(force=True)
    return done.stdout


def test_breakpoint_in_a_phase_1_module(tmp_path):
    output = gdb(tmp_path, "thbreak hello_load", "continue", "bt", "p greeting", "kill")
    assert "hello_load (args=" in output, output
    assert "modules/hello.c" in output
    assert "kmain" in output
    assert "hello from the boot volume" in output


def test_breakpoint_in_the_loader(tmp_path):
    output = gdb(tmp_path, "btl-loader", "bt 1", "kill")
    assert "efi_main (" in output, output
    assert "efi/" in output
