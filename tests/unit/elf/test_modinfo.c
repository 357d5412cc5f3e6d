// SPDX-License-Identifier: BSD-2-Clause
// Metadata of modules: the section, and all of it in one reading.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include <btl/modinfo.h>

#include "modinfo_samples.h"

TEST(test_everything_is_read)
{
    static const char strings[] = "name=sample\0version=1.2\0description=a = b\0author=A\0"
                                  "license=BSD\0phases=BOOT1,RUN\0type=wsio_class\0"
                                  "majors=block:-1,char:3\0"
                                  "depends=ring,clock-2\0depends=\0depends=pci\0"
                                  "interface=kernel:1.0\0interface=ring:4294967295.3\0"
                                  "provides=sample:2.7\0export=sample_load\0"
                                  "export=sample_count\0stub=sample_open\0"
                                  "export_phase=sample_load:BOOT2\0export_phase=page_free:RUN\0"
                                  "later=page_alloc\0later=page_free\0"
                                  "parm=depth:entries: many\0parmtype=speed:bool\0"
                                  "parmtype=depth:int\0vermagic=6.1\0";
    struct modinfo_sample s;
    modinfo_sample(&s, strings, sizeof(strings) - 1, NULL);
    const struct btl_modinfo *info = &s.info;
    assert_codes(&s.memory, &s.diags, "");
    assert_true(s.good);
    assert_str(&s.memory, info->name, "sample");
    assert_str(&s.memory, info->version, "1.2");
    assert_str(&s.memory, info->description, "a = b");
    assert_str(&s.memory, info->author, "A");
    assert_str(&s.memory, info->license, "BSD");
    assert_int_equal(info->supported, BTL_SUPPORTS_BOOT1 | BTL_SUPPORTS_RUN);
    assert_int_equal(info->type, BTL_TYPE_WSIO_CLASS);
    assert_int_equal(info->majors[BTL_DEVICE_CHAR], 3);
    assert_int_equal(info->majors[BTL_DEVICE_BLOCK], BTL_MAJOR_DYNAMIC);
    assert_int_equal(info->depend_count, 3);
    assert_str(&s.memory, info->depends[0], "ring");
    assert_str(&s.memory, info->depends[1], "clock-2");
    assert_str(&s.memory, info->depends[2], "pci");
    assert_int_equal(info->need_count, 2);
    assert_str(&s.memory, info->needs[1].name, "ring");
    assert_int_equal(info->needs[1].major, 4294967295u);
    assert_int_equal(info->needs[1].minor, 3);
    assert_int_equal(info->provide_count, 1);
    assert_int_equal(info->provides[0].minor, 7);
    assert_int_equal(info->export_count, 2);
    assert_str(&s.memory, info->exports[1], "sample_count");
    assert_int_equal(info->export_phase_count, 2);
    assert_str(&s.memory, info->export_phases[0].symbol, "sample_load");
    assert_int_equal(info->export_phases[0].from, BTL_SUPPORTS_BOOT2);
    assert_int_equal(info->export_phases[1].from, BTL_SUPPORTS_RUN);
    assert_int_equal(info->later_count, 2);
    assert_str(&s.memory, info->later[1], "page_free");
    assert_int_equal(info->stub_count, 1);
    assert_str(&s.memory, info->stubs[0], "sample_open");
    assert_int_equal(info->parm_count, 2);
    assert_str(&s.memory, info->parms[0].name, "depth");
    assert_str(&s.memory, info->parms[0].type, "int");
    assert_str(&s.memory, info->parms[0].description, "entries: many");
    assert_str(&s.memory, info->parms[1].name, "speed");
    assert_int_equal(info->parms[1].description.len, 0);
    modinfo_sample_end(&s);
}

TEST(test_defaults)
{
    struct modinfo_sample s;
    modinfo_sample(&s, "name=sample", 12, NULL);
    assert_true(s.good);
    assert_int_equal(s.info.supported, BTL_SUPPORTS_RUN);
    assert_int_equal(s.info.type, BTL_TYPE_MISC);
    assert_int_equal(s.info.majors[BTL_DEVICE_CHAR], BTL_MAJOR_NONE);
    assert_int_equal(s.info.majors[BTL_DEVICE_BLOCK], BTL_MAJOR_NONE);
    assert_int_equal(s.info.version.len, 0);
    assert_int_equal(s.info.depend_count + s.info.need_count + s.info.export_count, 0);
    modinfo_sample_end(&s);
}

TEST(test_padding_between_strings_is_skipped)
{
    static const char strings[] = "\0\0name=sample\0\0\0\0version=1\0\0";
    struct modinfo_sample s;
    modinfo_sample(&s, strings, sizeof(strings) - 1, NULL);
    assert_true(s.good);
    assert_str(&s.memory, s.info.version, "1");
    modinfo_sample_end(&s);
}

static void nobits(struct elf_builder *b)
{
    eb_section_at(b, b->modinfo)->type = ELF_SHT_NOBITS;
}

static void compressed(struct elf_builder *b)
{
    eb_section_at(b, b->modinfo)->flags |= ELF_SHF_COMPRESSED;
}

static void writable(struct elf_builder *b)
{
    eb_section_at(b, b->modinfo)->flags |= ELF_SHF_WRITE;
}

static void relocated(struct elf_builder *b)
{
    eb_section_at(b, SAMPLE_RELA)->info = b->modinfo;
    eb_section_at(b, SAMPLE_RELA)->name = 0; // else for another section than its name says
}

static void relocated_by_rel(struct elf_builder *b)
{
    relocated(b);
    eb_section_at(b, SAMPLE_RELA)->type = ELF_SHT_REL;
}

static void renamed(struct elf_builder *b)
{
    eb_section_at(b, b->modinfo)->name = 0;
}

static void twice(struct elf_builder *b)
{
    eb_section_at(b, SAMPLE_DATA)->name = eb_section_at(b, b->modinfo)->name;
}

static void unterminated(struct elf_builder *b)
{
    eb_section_at(b, b->modinfo)->size--;
}

static void without_any_nul(struct elf_builder *b)
{
    memset(eb_bytes_at(b, b->modinfo), 'x', eb_section_at(b, b->modinfo)->size);
}

static void empty(struct elf_builder *b)
{
    eb_section_at(b, b->modinfo)->size = 0;
}

static void writable_and_relocated(struct elf_builder *b)
{
    writable(b);
    relocated(b);
}

static void check_section_defect(void (*spoil)(struct elf_builder *), const char *codes)
{
    struct modinfo_sample s;
    modinfo_sample(&s, "name=sample", 12, spoil);
    assert_codes(&s.memory, &s.diags, codes);
    assert_int_equal(s.good, codes[0] == '\0');
    modinfo_sample_end(&s);
}

TEST(test_defects_of_the_section)
{
    check_section_defect(renamed, "modinfo-missing");
    check_section_defect(twice, "modinfo-section-twice");
    check_section_defect(nobits, "modinfo-no-contents");
    check_section_defect(compressed, "modinfo-compressed");
    check_section_defect(writable, "modinfo-writable");
    check_section_defect(relocated, "modinfo-relocated");
    check_section_defect(writable_and_relocated, "modinfo-writable modinfo-relocated");
    check_section_defect(relocated_by_rel, "modinfo-relocated");
    check_section_defect(without_any_nul, "modinfo-unterminated");
    check_section_defect(unterminated, "modinfo-unterminated");
    check_section_defect(empty, "modinfo-no-name");
}

// A kernel may have no metadata, or some.
TEST(test_kernel)
{
    for (int with = 0; with < 2; with++) {
        struct modinfo_sample s;
        struct btl_elf elf;
        test_memory_begin(&s.memory);
        s.diags = (struct btl_diags){.arena = &s.memory.arena};
        sample_kernel(&s.builder);
        if (with)
            eb_modinfo(&s.builder, "provides=kernel:1.4");
        struct btl_bytes file = eb_finish(&s.builder);
        assert_true(btl_elf_open(file, BTL_ELF_KERNEL, 0, SAMPLE_PLACE, &elf, &s.diags));
        assert_true(btl_modinfo_read(&elf, &s.memory.arena, &s.info, &s.diags));
        assert_int_equal(s.info.provide_count, with);
        assert_int_equal(s.info.name.len, 0);
        modinfo_sample_end(&s);
    }
}

// Every allocation failing in turn: a refusal that says so, never a crash.
TEST(test_no_memory)
{
    static const char strings[] = "name=sample\0parm=a:b\0depends=x\0export=sample_load";
    size_t failures = 0;
    for (size_t allowed = 0;; allowed++) {
        struct modinfo_sample s;
        modinfo_sample_limited(&s, strings, sizeof(strings), allowed);
        bool starved = s.memory.refused > 0;
        assert_int_equal(s.good, !starved);
        if (starved)
            assert_true(s.diags.errors > 0);
        failures += starved;
        modinfo_sample_end(&s);
        if (!starved)
            break;
    }
    assert_true(failures >= 10); // one for each array
}

// ------------------------------------------------------------------------ static modules of a
// kernel

// A kernel with one export, and the metadata of a static module in a section of its own.
static bool read_static(struct test_memory *memory, struct btl_diags *diags, const char *strings,
                        size_t size, struct btl_modinfo *kernel, struct btl_modinfo *info)
{
    struct elf_builder b;
    struct btl_elf elf;
    eb_begin(&b, ELF_EXEC, ELF_MACHINE_X86_64);
    uint32_t segment = eb_segment(&b, ELF_PT_LOAD, 5, 0xffffffff80200000, "\xc3", 1, 1, 0);
    uint32_t text = eb_section_of_segment(&b, ".text", ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, segment);
    eb_symbol(&b, "ring_new", EB_GLOBAL(ELF_STT_FUNC), text, 0xffffffff80200000, 1);
    eb_symbol(&b, "hidden", EB_LOCAL(ELF_STT_FUNC), text, 0xffffffff80200000, 1);
    eb_section(&b, ".modinfo.ring", ELF_SHT_PROGBITS, 0, 1, strings, size);
    b.entry = 0xffffffff80200000;
    struct btl_bytes file = eb_finish(&b);
    diags->arena = &memory->arena;
    assert_true(btl_elf_open(file, BTL_ELF_KERNEL, 0, SAMPLE_PLACE, &elf, diags));
    assert_true(btl_modinfo_read(&elf, &memory->arena, kernel, diags));
    assert_int_equal(kernel->static_count, 1);
    assert_true(btl_str_equal(kernel->statics[0].name, BTL_STR("ring")));
    bool good = btl_modinfo_read_static(&elf, &kernel->statics[0], &memory->arena, info, diags);
    eb_end(&b);
    return good;
}

TEST(test_static_modules_of_a_kernel)
{
    static const char good[] = "name=ring\0provides=ring:1.2\0export=ring_new\0phases=BOOT1";
    static const char hidden[] = "name=ring\0export=hidden", nameless[] = "version=1";
    struct btl_modinfo kernel, info;
    struct test_memory memory;
    struct btl_diags diags = {0};
    test_memory_begin(&memory);
    assert_true(read_static(&memory, &diags, good, sizeof(good), &kernel, &info));
    assert_int_equal(kernel.export_count, 0); // they are the module's
    assert_int_equal(info.export_count, 1);
    assert_int_equal(info.provides[0].minor, 2);
    assert_int_equal(info.supported, BTL_SUPPORTS_BOOT1);
    assert_false(read_static(&memory, &diags, hidden, sizeof(hidden), &kernel, &info));
    assert_codes(&memory, &diags, "modinfo-export-local");
    diags = (struct btl_diags){0};
    assert_false(read_static(&memory, &diags, nameless, sizeof(nameless), &kernel, &info));
    assert_codes(&memory, &diags, "modinfo-no-name");
    test_memory_end(&memory);
}

// Cost: each distinct name is hashed once. 200,000 names would take minutes if they were compared
// with each other.
TEST(test_many_tunables_and_exports)
{
    enum { MANY = 200000 };
    struct modinfo_sample s;
    struct btl_elf elf;
    test_memory_begin(&s.memory);
    s.diags = (struct btl_diags){.arena = &s.memory.arena};
    sample_module(&s.builder);
    for (int i = 0; i < MANY; i++) {
        char text[64];
        snprintf(text, sizeof(text), "parm=p%d:x", i);
        eb_modinfo(&s.builder, text);
        snprintf(text, sizeof(text), "export=e%d", i);
        eb_modinfo(&s.builder, text);
        eb_symbol(&s.builder, text + 7, EB_GLOBAL(ELF_STT_FUNC), SAMPLE_TEXT, 0, 0);
    }
    struct btl_bytes file = eb_finish(&s.builder);
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &s.diags));
    assert_true(btl_modinfo_read(&elf, &s.memory.arena, &s.info, &s.diags));
    assert_int_equal(s.info.parm_count, MANY);
    assert_int_equal(s.info.export_count, MANY);
    modinfo_sample_end(&s);
}
