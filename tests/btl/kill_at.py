# SPDX-License-Identifier: BSD-2-Clause
"""Run a program, stop at each of its system calls (ptrace), and observe it or kill it there."""
import ctypes
import os
import signal
import sys

TRACEME, CONT, GETREGS, SYSCALL, SETOPTIONS = 0, 7, 12, 24, 0x4200
SYSGOOD, EXITKILL = 1, 0x100000
FSYNC, PWRITE, OPENAT = 74, 18, 257  # numbers of x86-64
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, pid, data=0):
    registers = (ctypes.c_ulonglong * 27)()
    address = ctypes.cast(registers, ctypes.c_void_p) if request == GETREGS else ctypes.c_void_p(data)
    if libc.ptrace(request, pid, None, address) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return registers[15]  # orig_rax


def begin(program, words):
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        libc.ptrace(TRACEME, 0, None, None)
        os.dup2(write_end, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(program, [program, *words])
        sys.exit(127)
    os.close(write_end)
    os.waitpid(pid, 0)  # after exec
    ptrace(SETOPTIONS, pid, SYSGOOD | EXITKILL)
    return pid, read_end


def run(program, words, at_call):
    """Call at_call(index, number) before each system call; True kills the program. Return (status, messages)."""
    pid, messages = begin(program, words)
    index, entering, pending = 0, True, 0
    while True:
        ptrace(SYSCALL, pid, pending)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            break
        pending = 0 if os.WSTOPSIG(status) == signal.SIGTRAP | 0x80 else os.WSTOPSIG(status)
        if pending:
            continue
        if entering:
            if at_call(index, ptrace(GETREGS, pid)):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                break
            index += 1
        entering = not entering
    with os.fdopen(messages, "rb") as file:
        text = file.read()
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None, text


def calls(program, words):
    """Return the numbers of the program's system calls."""
    numbers = []
    run(program, words, lambda index, number: numbers.append(number))
    return numbers


def kill(program, words, index):
    run(program, words, lambda i, number: i == index)
