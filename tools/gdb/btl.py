# SPDX-License-Identifier: BSD-2-Clause
# gdb commands for BTL; tools/debug.sh writes the script that sets the paths and sources this.
#
#   btl-symbols   at the kernel's entry: load the symbols of kernel, phase-1 modules and loader at
#                 their final addresses (runs automatically at the entry)
#   btl-loader    reset the machine and stop in the loader's first function, at its address in the
#                 previous boot
#
# The symbols of all other modules come and go with the modules: the kernel calls debug_image_changed() for each image
# (kernel/base/images.h). So a breakpoint on a function of a module that is not loaded is pending, and is set each time
# the module comes. The files NAME.ko.debug are searched for in the directories of $btl_symbols.
import os
import re
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
SYMBOLS = [path for path in str(gdb.convenience_variable("btl_symbols").string()).split(":") if path]
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


def elf_sections(data):
    """Return name and header (type, flags, address, offset, size, link, info) of each section of an ELF file."""
    shoff, = struct.unpack_from("<Q", data, 40)
    entsize, count, names = struct.unpack_from("<HHH", data, 58)
    headers = [struct.unpack_from("<IIQQQQII", data, shoff + i * entsize) for i in range(count)]
    strings = headers[names][4]
    return [(data[strings + header[0]:data.index(b"\0", strings + header[0])].decode("latin-1"), header[1:])
            for header in headers]


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def text_of_loader():
    """Return link address and first bytes of .text in the loader's ELF file."""
    data = read_file(PATHS["loader"])
    for name, (_, _, address, offset, size, _, _) in elf_sections(data):
        if name == ".text":
            return address, data[offset:offset + min(size, 4096)]
    raise gdb.GdbError("%s has no .text" % PATHS["loader"])


SHT_RELA = 4


def is_file_of(path, address):
    """Is the code at the address that of a module's file, except in the fields that are relocated?"""
    data = read_file(path)
    sections = elf_sections(data)
    text = [name for name, _ in sections].index(".text")
    offset, size = sections[text][1][3:5]
    file, memory = bytearray(data[offset:offset + size]), bytearray(gdb.selected_inferior().read_memory(address, size))
    for _, (kind, _, _, offset, size, _, info) in sections:
        for entry in range(offset, offset + size, 24) if kind == SHT_RELA and info == text else ():
            field, = struct.unpack_from("<Q", data, entry)
            file[field:field + 8] = memory[field:field + 8] = bytes(8)
    return file == memory


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


def text_of(view):
    """The text of a struct btl_str."""
    return view["at"].string(encoding="latin-1", length=int(view["len"]))


def quoted(path):
    """A path as gdb's commands split it."""
    return re.sub(r"([\\\s'\"])", r"\\\1", path)


class Modules:
    """The modules whose symbols gdb has. One that is being replaced is there twice for a moment."""

    def __init__(self):
        self.addresses = []  # of the first section of each

    def forget(self):
        self.addresses = []

    def note(self, command):
        """Take note of a module that a line of `btl gdb` has loaded."""
        module = re.search(r"\.ko(?:\.debug)? -s \S+ (0x[0-9a-f]+)", command)
        if module:
            self.addresses.append(int(module.group(1), 16))

    def within(self, image):
        base, size = int(image["linked"]["base"]), int(image["linked"]["size"])
        return [address for address in self.addresses if base <= address < base + size]

    @staticmethod
    def find(name, text):
        """Return the file with the module's symbols, or None. What was built after the module was loaded has others."""
        directories = SYMBOLS + [PATHS["modules"]]
        paths = [os.path.join(directory, name + ending) for ending in (".ko.debug", ".ko") for directory in directories]
        paths = [path for path in paths if os.path.isfile(path)] if re.fullmatch(r"[\w+.-]+", name) else []
        for path in paths:
            if is_file_of(path, text):
                return path
        gdb.write("btl: module %s has no symbols: %s\n" % (
            name, "it is of another build than " + ", ".join(paths) if paths
            else "%s.ko.debug is not in %s (BTL_SYMBOLS)" % (name, ", ".join(directories))))
        return None

    def add(self, image):
        name = text_of(image["module"])
        sections = [(text_of(image["sections"][i]["name"]), int(image["sections"][i]["address"]))
                    for i in range(int(image["section_count"]))]
        sections = [one for one in sections if re.fullmatch(r"[\w.-]+", one[0])]
        text = dict(sections).get(".text")
        path = self.find(name, text) if text is not None and not self.within(image) else None
        if path is None:
            return
        gdb.execute("add-symbol-file %s %s" % (quoted(path), " ".join("-s %s 0x%x" % one for one in sections)),
                    to_string=True)
        self.addresses.append(text)
        gdb.execute("maintenance flush source-cache", to_string=True)  # the sources may have been edited
        gdb.write("btl: module %s at 0x%x: %s\n" % (name, text, path))

    def remove(self, image):
        for address in self.within(image):
            gdb.execute("remove-symbol-file -a 0x%x" % address, to_string=True)
            self.addresses.remove(address)
            gdb.write("btl: module %s is gone\n" % text_of(image["module"]))


class Hook(gdb.Breakpoint):
    """The kernel's call for each image of a module that has come or goes."""

    def __init__(self, modules):
        super().__init__("debug_image_changed", gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True
        self.modules = modules

    def stop(self):
        """A second stop for one call changes nothing (see Entry)."""
        frame = gdb.selected_frame()
        image = frame.read_var("image").dereference()
        if frame.read_var("present"):
            self.modules.add(image)
        else:
            self.modules.remove(image)
        return False


class Symbols(gdb.Command):
    """btl-symbols: load kernel, module and loader symbols; only at the kernel's entry."""

    def __init__(self, modules):
        super().__init__("btl-symbols", gdb.COMMAND_FILES)
        self.loader_offset = None
        self.modules = modules
        self.hook = None

    def invoke(self, argument, from_tty):
        manifest = manifest_bytes(int(gdb.parse_and_eval("(unsigned long)$rdi")))
        gdb.execute("symbol-file")
        self.modules.forget()
        lines = run_tool(manifest).splitlines()
        for line in lines:
            if not line.startswith("#"):
                gdb.execute(line, to_string=True)
                self.modules.note(line)
                gdb.write("btl: %s\n" % line.split(" -")[0])
        # gdb removes an internal breakpoint together with its symbols.
        if self.hook is not None and self.hook.is_valid():
            self.hook.delete()
        self.hook = Hook(self.modules)
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


symbols = Symbols(Modules())
Loader(symbols)


def on_stop(event):
    if isinstance(event, gdb.BreakpointEvent) and entry in event.breakpoints:
        gdb.execute("btl-symbols")


entry = Entry("*0x%x" % int(gdb.convenience_variable("btl_entry")), gdb.BP_HARDWARE_BREAKPOINT)
gdb.events.stop.connect(on_stop)
