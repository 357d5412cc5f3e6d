# SPDX-License-Identifier: BSD-2-Clause
"""Make modules and kernels byte by byte, so that the output of btl is the same on every machine."""
import struct

R_64, R_PC32, R_PLT32, R_32S = 1, 2, 4, 11
SHF_WRITE, SHF_ALLOC, SHF_EXEC = 1, 2, 4
PROGBITS, SYMTAB, STRTAB, RELA, NOBITS = 1, 2, 3, 4, 8
KERNEL_BASE = 0xffffffff80200000


class Strings:
    """A string table."""

    def __init__(self):
        self.bytes = b"\0"

    def add(self, text):
        if not text:
            return 0
        at = len(self.bytes)
        self.bytes += text.encode() + b"\0"
        return at


class File:
    """An ELF file that grows section by section."""

    def __init__(self, kind, machine):
        self.kind, self.machine = kind, machine
        self.names = Strings()
        self.sections = [struct.pack("<IIQQQQIIQQ", *[0] * 10)]
        self.body = b""
        self.head = 64 + (56 if kind != 1 else 0)

    def section(self, name, kind, flags, data, align=1, link=0, info=0, entsize=0, size=None, address=0):
        self.body += b"\0" * (-(self.head + len(self.body)) % max(align, 1))
        self.sections.append(struct.pack(
            "<IIQQQQIIQQ", self.names.add(name), kind, flags, address, self.head + len(self.body),
            len(data) if size is None else size, link, info, align, entsize))
        self.body += data
        return len(self.sections) - 1

    def finish(self, entry=0, segments=b""):
        index = self.section(".shstrtab", STRTAB, 0, b"")
        data = self.names.bytes
        old = list(struct.unpack("<IIQQQQIIQQ", self.sections[index]))
        old[5] = len(data)
        self.sections[index] = struct.pack("<IIQQQQIIQQ", *old)
        self.body += data
        self.body += b"\0" * (-(self.head + len(self.body)) % 8)
        table = self.head + len(self.body)
        header = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + struct.pack(
            "<HHIQQQIHHHHHH", self.kind, self.machine, 1, entry, 64 if segments else 0, table, 0, 64,
            56, len(segments) // 56, 64, len(self.sections), index)
        return header + segments + self.body + b"".join(self.sections)


def symbol(strings, name, info, section, value=0, size=0):
    return struct.pack("<IBBHQQ", strings.add(name), info, 0, section, value, size)


def modinfo(pairs):
    return b"".join(pair.encode("utf-8", "surrogateescape") + b"\0" for pair in pairs)


ABI, WRAPPER = 2, 48  # of btl/module.h; the size of the structure


def module(name, info=(), exports=(), needs=(), bss=0, machine=62, text_flags=SHF_ALLOC | SHF_EXEC,
           weak=(), wrapper=(ABI, WRAPPER, 1)):
    """Make a module: each export is a function of 16 bytes, each need a call. wrapper: (ABI, size, has a load
    function at the beginning of .text); None: no such section."""
    file, strings = File(1, machine), Strings()
    code = b"\x90" * 15 + b"\xc3"
    text = code * max(len(exports) + len(needs) + len(weak), 1)
    text_index = file.section(".text", PROGBITS, text_flags, text, 16)
    if bss:
        file.section(".bss", NOBITS, SHF_ALLOC | SHF_WRITE, b"", 16, size=bss)
    strings_of_module = ["name=" + name, *info, *("export=" + export for export in exports)]
    file.section(".modinfo", PROGBITS, SHF_ALLOC, modinfo(strings_of_module))
    symbols = symbol(strings, "", 0, 0)
    for number, export in enumerate(exports):
        symbols += symbol(strings, export, 0x12, text_index, 16 * number, 16)
    relocations, load = b"", b""
    if wrapper is not None:
        wrapper_index = file.section(".btl.module", PROGBITS, SHF_ALLOC,
                                     struct.pack("<II40x", *wrapper[:2]), 8)
    for number, need in enumerate([*needs, *weak]):
        symbols += symbol(strings, need, 0x10 if need in needs else 0x20, 0)
        relocations += struct.pack("<QQq", 16 * (len(exports) + number) + 4,
                                   (1 + len(exports) + number) << 32 | R_PLT32, -4)
    if wrapper is not None and wrapper[2]:
        number = len(symbols) // 24
        symbols += symbol(strings, "load", 0x10, text_index)  # global, as all here are
        load = struct.pack("<QQq", 8, number << 32 | R_64, 0)
    symtab = len(file.sections) + bool(relocations) + bool(load)
    if load:
        file.section(".rela.btl.module", RELA, 0, load, 8, symtab, wrapper_index, 24)
    if relocations:
        file.section(".rela.text", RELA, 0, relocations, 8, symtab, text_index, 24)
    file.section(".symtab", SYMTAB, 0, symbols, 8, symtab + 1, 1, 24)
    file.section(".strtab", STRTAB, 0, strings.bytes)
    return file.finish()


def kernel(exports=("kprintf", "kmem_alloc"), provides="kernel:1.0", base=KERNEL_BASE, machine=62,
           flags=5, info=()):
    """Make a kernel: one segment of code at `base` with the p_flags `flags`."""
    file, strings = File(2, machine), Strings()
    text = (b"\x90" * 15 + b"\xc3") * max(len(exports), 1)
    text_index = file.section(".text", PROGBITS, SHF_ALLOC | SHF_EXEC, text, 4096, address=base)
    file.section(".modinfo", PROGBITS, 0,
                 modinfo(["provides=" + provides, *info, *("export=" + export for export in exports)]))
    symbols = symbol(strings, "", 0, 0)
    for number, export in enumerate(exports):
        symbols += symbol(strings, export, 0x12, text_index, base + 16 * number, 16)
    symtab = len(file.sections)
    file.section(".symtab", SYMTAB, 0, symbols, 8, symtab + 1, 1, 24)
    file.section(".strtab", STRTAB, 0, strings.bytes)
    segment = struct.pack("<IIQQQQQQ", 1, flags, 4096, base, base, len(text), len(text), 4096)
    return file.finish(base, segment)
