# SPDX-License-Identifier: BSD-2-Clause
# gdb commands for BTL; tools/debug.sh writes the script that sets the paths and sources this.
#
#   btl-symbols   at the kernel's entry: load the symbols of kernel, phase-1 modules and loader at
#                 their final addresses (runs automatically at the entry)
#   btl-loader    reset the machine and stop in the loader's first function, at its address in the
#                 previous boot
import os
import struct
import subprocess
import tempfile

import gdb

PATHS = dict(
    tool=str(gdb.convenience_variable("btl_tool").string()),
    kernel=str(gdb.convenience_variable("btl_kernel").string()),
    loader=str(gdb.convenience_variable("btl_loader").string()),
    modules=str(gdb.convenience_variable("btl_modules").string()),
)
HEADER = struct.Struct("<8sHHIQIIQQ")  # struct btlm_header


def manifest_bytes(address):
    inferior = gdb.selected_inferior()
    header = HEADER.unpack(bytes(inferior.read_memory(address, HEADER.size)))
    if header[0] != b"BTLMANIF":
        raise gdb.GdbError("no manifest at 0x%x" % address)
    return bytes(inferior.read_memory(address, header[4]))


def run_tool(manifest):
    """The gdb commands that `btl gdb` derives from the manifest."""
    with tempfile.NamedTemporaryFile(suffix=".manifest") as file:
        file.write(manifest)
        file.flush()
        command = [PATHS["tool"], "gdb", "--kernel", PATHS["kernel"], "--modules", PATHS["modules"],
                   "--loader", PATHS["loader"], file.name]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def text_of_loader():
    """Return link address and first bytes of .text in the loader's ELF file."""
    with open(PATHS["loader"], "rb") as file:
        data = file.read()
    shoff, = struct.unpack_from("<Q", data, 40)
    entsize, count, names = struct.unpack_from("<HHH", data, 58)
    sections = [struct.unpack_from("<IIQQQQ", data, shoff + i * entsize) for i in range(count)]
    strings = sections[names][4]
    for name, _, _, address, offset, size in sections:
        if data[strings + name:data.index(b"\0", strings + name)] == b".text":
            return address, data[offset:offset + min(size, 4096)]
    raise gdb.GdbError("%s has no .text" % PATHS["loader"])


def find_loader(memory):
    """Find the loader's code in its memory; return the offset from the link address."""
    address, code = text_of_loader()
    # The code before the first relocated field is equal at every address.
    for start, size in memory:
        hit = gdb.selected_inferior().search_memory(start, size, code[:256])
        if hit is not None:
            return hit - address
    return None


def loader_memory(lines):
    """Return the ranges (start, size) in the comments of `btl gdb`."""
    for line in lines:
        if line.startswith("# loader may lie in "):
            start, size = line.split()[-2:]
            yield int(start, 16), int(size, 16)


class Symbols(gdb.Command):
    """btl-symbols: load kernel, module and loader symbols; only at the kernel's entry."""

    def __init__(self):
        super().__init__("btl-symbols", gdb.COMMAND_FILES)
        self.loader_offset = None

    def invoke(self, argument, from_tty):
        manifest = manifest_bytes(int(gdb.parse_and_eval("(unsigned long)$rdi")))
        gdb.execute("symbol-file")
        lines = run_tool(manifest).splitlines()
        for line in lines:
            if not line.startswith("#"):
                gdb.execute(line, to_string=True)
                gdb.write("btl: %s\n" % line.split(" -")[0])
        self.loader_offset = find_loader(loader_memory(lines))
        if self.loader_offset is not None:
            gdb.execute("add-symbol-file %s -o 0x%x" % (PATHS["loader"], self.loader_offset),
                        to_string=True)
            gdb.write("btl: loader moved by 0x%x\n" % self.loader_offset)


class Loader(gdb.Command):
    """btl-loader: reset the machine and stop in the loader's first function."""

    def __init__(self, symbols):
        super().__init__("btl-loader", gdb.COMMAND_RUNNING)
        self.symbols = symbols

    def invoke(self, argument, from_tty):
        if self.symbols.loader_offset is None:
            raise gdb.GdbError("run to the kernel's entry first, so that the loader is found")
        for _ in range(4):
            before = self.symbols.loader_offset
            gdb.execute("thbreak efi_main")
            gdb.execute("monitor system_reset")
            gdb.execute("continue")
            # Otherwise the machine is at the kernel's entry, and btl-symbols has found the loader at another address: the
            # firmware had more variables to read than in the previous boot. Then the address does not change again.
            if gdb.selected_frame().name() == "efi_main" or self.symbols.loader_offset == before:
                return


class Entry(gdb.Breakpoint):
    """The kernel's entry, with the manifest's address in the first argument register."""
    header = None

    def stop(self):
        """On a busy host QEMU may end the step over this breakpoint without a step: the second stop of the same boot,
        which has the same manifest, is none."""
        address = int(gdb.parse_and_eval("(unsigned long)$rdi"))
        header, self.header = self.header, bytes(gdb.selected_inferior().read_memory(address, HEADER.size))
        return header != self.header


symbols = Symbols()
Loader(symbols)


def on_stop(event):
    if isinstance(event, gdb.BreakpointEvent) and entry in event.breakpoints:
        gdb.execute("btl-symbols")


entry = Entry("*0x%x" % int(gdb.convenience_variable("btl_entry")), gdb.BP_HARDWARE_BREAKPOINT)
gdb.events.stop.connect(on_stop)
