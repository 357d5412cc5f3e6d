// SPDX-License-Identifier: BSD-2-Clause
// The ELF gate as a whole, and its checks of the header.
#include "test_case.h"

#include <stdio.h>

#include "elf_defects.h"

SPOIL(no_bytes, eb_truncate(b, 0))
SPOIL(three_bytes, eb_truncate(b, 3))
SPOIL(magic_alone, eb_truncate(b, 4))
SPOIL(one_byte_short, eb_truncate(b, sizeof(struct elf64_header) - 1))
SPOIL(header_only, eb_truncate(b, sizeof(struct elf64_header)))
SPOIL(no_magic, b->file[1] = 'e')
SPOIL(class_32, b->file[4] = 1)
SPOIL(class_3, b->file[4] = 3)
SPOIL(big_endian, b->file[5] = 2)
SPOIL(encoding_0, b->file[5] = 0)
SPOIL(ident_version_2, b->file[6] = 2)
SPOIL(all_of_ident, b->file[4] = 1; b->file[5] = 2; b->file[6] = 0)
SPOIL(version_0, eb_header(b)->version = 0)
SPOIL(machine_ia64, eb_header(b)->machine = ELF_MACHINE_IA64)
SPOIL(machine_riscv, eb_header(b)->machine = 243)
SPOIL(machine_4711, eb_header(b)->machine = 4711)
SPOIL(type_exec, eb_header(b)->type = ELF_EXEC)
SPOIL(type_dyn, eb_header(b)->type = ELF_DYN)
SPOIL(type_rel, eb_header(b)->type = ELF_REL)
SPOIL(type_core, eb_header(b)->type = 4)
SPOIL(type_5, eb_header(b)->type = 5)
SPOIL(machine_and_type, machine_ia64(b); type_exec(b); version_0(b))
SPOIL(three_stages, eb_section_at(b, SAMPLE_DATA)->align = 3;
      eb_symbol_at(b, SAMPLE_LOAD)->section = 99; eb_section_at(b, SAMPLE_RELA)->info = 99)

static const struct elf_defect module_defects[] = {
    {"module is sound", NULL, "", NULL, false},
    {"module is sound, with extended section numbers", NULL, "", NULL, true},
    {"file is empty", no_bytes, "elf-empty", "sample.ko: error: sample: the file is empty", false},
    {"file has 3 bytes", three_bytes, "elf-not-elf", NULL, false},
    {"file is the magic alone", magic_alone, "elf-truncated", "after 4 bytes", false},
    {"file ends inside the header", one_byte_short, "elf-truncated",
     "after 63 bytes, inside the ELF header of 64 bytes", false},
    {"file is the header alone", header_only, "elf-section-table-range", "file of 64 bytes", false},
    {"magic is wrong", no_magic, "elf-not-elf", "7f 45 4c 46", false},
    {"class is 32-bit", class_32, "elf-32-bit", NULL, false},
    {"class is unknown", class_3, "elf-class", "ELF class 3", false},
    {"data is big-endian", big_endian, "elf-big-endian", NULL, false},
    {"data encoding is unknown", encoding_0, "elf-encoding", "encoding 0", false},
    {"version in e_ident is 2", ident_version_2, "elf-version", "version 2", false},
    {"all of e_ident is wrong", all_of_ident, "elf-32-bit elf-big-endian elf-version", NULL, false},
    {"e_version is 0", version_0, "elf-version", "version 0", false},
    {"machine is another one", machine_ia64, "elf-machine", "built for ia64, but x86-64 is needed",
     false},
    {"machine has a name but is not supported", machine_riscv, "elf-machine-unknown",
     "machine 243 (riscv), which BTL does not know; build it for x86-64", false},
    {"machine is unknown", machine_4711, "elf-machine-unknown", "machine 4711 (unknown)", false},
    {"module is a program", type_exec, "elf-not-relocatable", "type 2 (executable)", false},
    {"module is a shared library", type_dyn, "elf-not-relocatable", NULL, false},
    {"machine, version and type are wrong", machine_and_type,
     "elf-machine elf-version elf-not-relocatable", NULL, false},
    {"a section, a symbol and a relocation section are wrong", three_stages,
     "elf-section-align elf-symbol-section elf-rela-target", NULL, false},
};
TEST_ROWS(module_defects, check_module_defect)

static const struct elf_defect kernel_defects[] = {
    {"kernel is sound", NULL, "", NULL, false},
    {"kernel is an object", type_rel, "elf-not-executable", "type 1 (relocatable)", false},
    {"kernel is a core dump", type_core, "elf-not-executable", "type 4 (core dump)", false},
    {"kernel is of an unknown type", type_5, "elf-not-executable", "type 5 (unknown)", false},
    {"kernel is position-independent", type_dyn, "", NULL, false},
};
TEST_ROWS(kernel_defects, check_kernel_defect)

static bool open_file(struct test_memory *memory, struct elf_builder *b, enum btl_elf_kind kind,
                      uint16_t machine, struct btl_elf *ret_elf)
{
    struct btl_diags diags = {.arena = &memory->arena};
    return btl_elf_open(eb_finish(b), kind, machine, SAMPLE_PLACE, ret_elf, &diags);
}

TEST(test_module_view)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin(&memory);
    sample_module(&b);
    assert_true(open_file(&memory, &b, BTL_ELF_MODULE, ELF_MACHINE_X86_64, &elf));
    assert_int_equal(elf.type, ELF_REL);
    assert_int_equal(elf.machine, ELF_MACHINE_X86_64);
    assert_int_equal(elf.section_count, b.section_count);
    assert_int_equal(elf.symbol_count, SAMPLE_SYMBOLS);
    assert_int_equal(elf.segment_count, 0);
    assert_null(elf.extended_sections);
    assert_ptr_equal(elf.symbols, eb_symbol_at(&b, 0));
    assert_str(&memory, elf.place.module, "sample");
    eb_end(&b);
    test_memory_end(&memory);
}

TEST(test_kernel_view)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin(&memory);
    sample_kernel(&b);
    assert_true(open_file(&memory, &b, BTL_ELF_KERNEL, 0, &elf));
    assert_int_equal(elf.type, ELF_EXEC);
    assert_int_equal(elf.entry, SAMPLE_BASE);
    assert_int_equal(elf.segment_count, SAMPLE_SEGMENTS);
    assert_int_equal(elf.segments[SAMPLE_SEG_DATA].memsz, 0x800);
    assert_int_equal(elf.symbol_count, 2);
    eb_end(&b);
    test_memory_end(&memory);
}

TEST(test_any_machine_means_every_known_one)
{
    static const struct {
        uint16_t machine;
        bool good;
    } cases[] = {{ELF_MACHINE_X86_64, true},
                 {ELF_MACHINE_IA64, true},
                 {ELF_MACHINE_AARCH64, true},
                 {243, false},
                 {0, false}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct test_memory memory;
        struct elf_builder b;
        struct btl_elf elf;
        test_memory_begin(&memory);
        sample_module(&b);
        b.machine = cases[i].machine;
        struct btl_diags diags = {.arena = &memory.arena};
        struct btl_bytes file = eb_finish(&b);
        assert_int_equal(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &diags),
                         cases[i].good);
        assert_int_equal(
            strstr(test_diags_text(&memory, &diags), "build it for " BTL_MACHINE_NAMES) == NULL,
            cases[i].good);
        eb_end(&b);
        test_memory_end(&memory);
    }
}

// Cut after each of its bytes, the file is refused and nothing behind its end is read.
static void check_truncations(enum btl_elf_kind kind, void (*sample)(struct elf_builder *))
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin(&memory);
    sample(&b);
    struct btl_bytes whole = eb_finish(&b);
    for (size_t size = 0; size < whole.size; size++) {
        struct btl_diags diags = {.arena = &memory.arena};
        struct btl_bytes part = test_block(&memory, whole.at, size);
        assert_false(btl_elf_open(part, kind, 0, SAMPLE_PLACE, &elf, &diags));
        assert_true(diags.errors > 0);
    }
    eb_end(&b);
    test_memory_end(&memory);
}

TEST(test_module_truncated_anywhere)
{
    check_truncations(BTL_ELF_MODULE, sample_module);
}

TEST(test_kernel_truncated_anywhere)
{
    check_truncations(BTL_ELF_KERNEL, sample_kernel);
}

// Only the size is looked at: nothing of this size can be made for a test.
TEST(test_file_too_large)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_module(&b);
    struct btl_bytes file = eb_finish(&b);
    file.size = BTL_ELF_FILE_MAX + 1;
    assert_false(
        btl_elf_open(file, BTL_ELF_MODULE, ELF_MACHINE_X86_64, SAMPLE_PLACE, &elf, &diags));
    assert_codes(&memory, &diags, "elf-too-large");
    eb_end(&b);
    test_memory_end(&memory);
}

// No memory for the diagnostic: the file is refused all the same.
TEST(test_refused_without_memory_for_the_reason)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    test_memory_begin_limited(&memory, 0);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_module(&b);
    struct btl_bytes file = eb_finish(&b);
    three_stages(&b);
    assert_false(
        btl_elf_open(file, BTL_ELF_MODULE, ELF_MACHINE_X86_64, SAMPLE_PLACE, &elf, &diags));
    assert_int_equal(diags.lost, 3);
    eb_end(&b);
    test_memory_end(&memory);
}

// Objects made by these tools; tests run at the top of the source tree.
static void check_real_object(const char *path)
{
    struct test_memory memory;
    struct btl_elf elf;
    uint8_t buffer[4096];
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    size_t size = fread(buffer, 1, sizeof(buffer), stream);
    fclose(stream);
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes file = test_block(&memory, buffer, size);
    bool good = btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &diags);
    assert_codes(&memory, &diags, "");
    assert_true(good);
    assert_true(elf.symbol_count > 1);
    test_memory_end(&memory);
}

TEST(test_objects_of_gcc_clang_ld_and_other_machines)
{
    check_real_object("tests/fuzz/seeds/elf/gcc_object");
    check_real_object("tests/fuzz/seeds/elf/clang_object");
    check_real_object("tests/fuzz/seeds/elf/ld_r_module");
    check_real_object("tests/fuzz/seeds/elf/ia64_object");
    check_real_object("tests/fuzz/seeds/elf/aarch64_object");
}
