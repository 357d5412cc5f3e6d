// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
    return (uint32_t)(dice_next(dice) % limit);
}

static bool dice_one_in(struct dice *dice, uint32_t n)
{
    return dice_below(dice, n) == 0;
}

#define PICK(dice, table) ((table)[dice_below((dice), BTL_COUNT(table))])

static struct dice dice;       // of the machine, for keys and answers while it runs
static void *made[MOCK_FILES]; // memory of the mutated files
static size_t made_count;
static uint32_t keys_left;

// ------------------------------------------------------------------------------------------ files

static const char *const texts[] = {
    "base_load=\"YES\"\nbase_phase=\"BOOT1\"\nuser_load=\"YES\"\nuser_phase=\"BOOT1\"\n"
    "user_flags=\"verbose=1\"\nlate_load=\"YES\"\nlate_phase=\"BOOT2\"\nlate.depth=\"4\"\n"
    "lazy_load=\"YES\"\nlazy_phase=\"AUTO\"\n",
    "user_load=\"YES\"\nuser_phase=\"BOOT1\"\nuser_required=\"YES\"\non_error=\"menu\"\n"
    "late_load=\"YES\"\nmanifest_save=\"/btl/m.bin\"\n",
    "module_path=\"/more;/modules\"\nuser_load=\"YES\"\nuser_phase=\"BOOT1\"\ngone_load=\"YES\"\n"
    "reader_load=\"YES\"\nreader_phase=\"BOOT2\"\nstage=\"auto\"\nboot_tries=\"2\"\n",
    "base_load=\"YES\"\nbroken_load=\"YES\"\nbroken_phase=\"BOOT1\"\nonbroken_load=\"YES\"\n"
    "onbroken_phase=\"BOOT1\"\nuser_load=\"YES\"\nuser_phase=\"BOOT1\"\nautoboot_delay=\"2\"\n",
};
static const char *const kernels[] = {"kernel.elf", "kernel.elf", "moved.elf", "low.elf"};

static void *keep(size_t size)
{
    assert_true(made_count < MOCK_FILES);
    void *memory = malloc(size + 1);
    assert_non_null(memory);
    return made[made_count++] = memory;
}

static void add_files(struct mock *mock)
{
    static const char *const modules[] = {"base",   "user",   "late",    "lazy",
                                          "reader", "broken", "onbroken"};
    char *text = keep(1024);
    snprintf(text, 1024, "kernel=\"/kernel/kernel.elf\"\n%s", PICK(&dice, texts));
    mock_add_text(mock, "/loader.conf", text);
    mock_add_fixture(mock, "/kernel/kernel.elf", PICK(&dice, kernels));
    for (size_t i = 0; i < BTL_COUNT(modules); i++) {
        char fixture[32], *path = keep(64);
        snprintf(fixture, sizeof(fixture), "%s.ko", modules[i]);
        snprintf(path, 64, "/modules/%s", fixture);
        mock_add_fixture(mock, path, fixture);
    }
    mock_add_text(mock, "/loader.conf.d/other.conf", "kernel=\"/kernel/kernel.elf\"\n");
    mock_add_text(mock, "/loader.conf.prev", "kernel=\"/kernel/kernel.elf\"\nbase_load=\"YES\"\n");
}

static struct mock_file *any_file(struct mock *mock)
{
    size_t count = 0;
    while (count < MOCK_FILES && mock->files[count].path != NULL)
        count++;
    return &mock->files[dice_below(&dice, (uint32_t)count)];
}

static bool is_text(const struct mock_file *file)
{
    return strstr(file->path, ".conf") != NULL;
}

static struct mock_file *any_elf(struct mock *mock)
{
    struct mock_file *file;
    do
        file = any_file(mock);
    while (is_text(file) || file->size < sizeof(Elf64_Ehdr));
    return file;
}

// The file's bytes become the machine's own, with room for `more`.
static uint8_t *own_bytes(struct mock_file *file, size_t more)
{
    uint8_t *bytes = keep(file->size + more);
    memcpy(bytes, file->bytes, file->size);
    memset(bytes + file->size, 0, more);
    file->bytes = bytes;
    file->size += more;
    return bytes;
}

static void flip_bit(struct mock *mock)
{
    struct mock_file *file = any_elf(mock);
    uint64_t at = dice_next(&dice) % file->size;
    own_bytes(file, 0)[at] ^= (uint8_t)(1u << dice_below(&dice, 8));
}

static void change_size(struct mock *mock)
{
    struct mock_file *file = any_file(mock);
    if (dice_one_in(&dice, 2))
        own_bytes(file, 1 + dice_below(&dice, 5000));
    else
        file->size = dice_next(&dice) % (file->size + 1);
}

// A value that is likely to be just wrong, in a field that holds `old`.
static uint64_t odd_value(uint64_t old)
{
    static const uint64_t odd[] = {0,      1,          2,          7,         8,
                                   24,     0x7f,       0xff,       0xfff1,    0xfff2,
                                   0xffff, 0x7fffffff, 0x80000000, ~0ull,     0xffffffff,
                                   4096,   ~0ull - 7,  1ull << 63, 0xfffffff0};
    switch (dice_below(&dice, 4)) {
    case 0:
        return old + dice_below(&dice, 9) - 4;
    case 1:
        return old ^ 1ull << dice_below(&dice, 64);
    case 2:
        return dice_next(&dice) >> dice_below(&dice, 64);
    default:
        return PICK(&dice, odd);
    }
}

// Offset and number of the fields of a table, with fields of mixed widths.
struct table {
    uint64_t offset, entries, entry_size;
    const uint8_t *widths; // of the fields, ended by 0
};

static const uint8_t header_widths[] = {2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2, 0};
static const uint8_t section_widths[] = {4, 4, 8, 8, 8, 8, 4, 4, 8, 8, 0};
static const uint8_t segment_widths[] = {4, 4, 8, 8, 8, 8, 8, 8, 0};
static const uint8_t symbol_widths[] = {4, 1, 1, 2, 8, 8, 0};
static const uint8_t rela_widths[] = {8, 4, 4, 8, 0};

static struct table table_of_type(const struct mock_file *file, uint32_t type, uint64_t entry_size,
                                  const uint8_t *widths)
{
    const uint8_t *bytes = file->bytes;
    Elf64_Ehdr header;
    Elf64_Shdr section;
    memcpy(&header, bytes, sizeof(header));
    uint32_t start = dice_below(&dice, header.e_shnum + 1u);
    for (uint32_t i = 0; i < header.e_shnum; i++) {
        uint64_t at = header.e_shoff + (start + i) % header.e_shnum * sizeof(section);
        if (!btl_in_range(at, sizeof(section), file->size))
            break;
        memcpy(&section, bytes + at, sizeof(section));
        if (section.sh_type == type)
            return (struct table){section.sh_offset, section.sh_size / entry_size, entry_size,
                                  widths};
    }
    return (struct table){0};
}

static struct table any_table(const struct mock_file *file)
{
    Elf64_Ehdr header;
    memcpy(&header, file->bytes, sizeof(header));
    switch (dice_below(&dice, 6)) {
    case 0:
        return (struct table){16, 1, sizeof(header) - 16, header_widths};
    case 1:
    case 2:
        return (struct table){header.e_shoff, header.e_shnum, sizeof(Elf64_Shdr), section_widths};
    case 3:
        return (struct table){header.e_phoff, header.e_phnum, sizeof(Elf64_Phdr), segment_widths};
    case 4:
        return table_of_type(file, SHT_SYMTAB, sizeof(Elf64_Sym), symbol_widths);
    default:
        return table_of_type(file, SHT_RELA, sizeof(Elf64_Rela), rela_widths);
    }
}

static void change_elf_field(struct mock *mock)
{
    struct mock_file *file = any_elf(mock);
    struct table table = any_table(file);
    if (table.entries == 0)
        return;
    uint64_t at = table.offset + dice_next(&dice) % table.entries * table.entry_size;
    uint32_t field = dice_below(&dice, (uint32_t)strlen((const char *)table.widths));
    for (uint32_t i = 0; i < field; i++)
        at += table.widths[i];
    uint64_t old = 0, new;
    if (!btl_in_range(at, table.widths[field], file->size))
        return;
    uint8_t *bytes = own_bytes(file, 0);
    memcpy(&old, bytes + at, table.widths[field]);
    new = odd_value(old);
    memcpy(bytes + at, &new, table.widths[field]);
}

static void change_text(struct mock *mock)
{
    static const char *const words[] = {"\"",
                                        "\\",
                                        "=",
                                        "#",
                                        "\r",
                                        "\xef\xbb\xbf",
                                        "\xc3",
                                        "\x1b[2J",
                                        "YES",
                                        "NO",
                                        "BOOT1",
                                        "BOOT2",
                                        "AUTO",
                                        "INIT",
                                        "base",
                                        "user",
                                        "late",
                                        "\n",
                                        "_load",
                                        "_phase",
                                        "_name",
                                        "_required",
                                        "module_path",
                                        "kernel",
                                        "/",
                                        ";",
                                        "/../",
                                        "on_error",
                                        "18446744073709551616",
                                        "include",
                                        "\t ",
                                        "late.depth=\"65\"\n",
                                        "user_name=\"/modules/base.ko\"\n",
                                        "stage=\"none\"\n",
                                        "module_blacklist=\"base\"\n",
                                        "base_sha256=\"00\"\n",
                                        "manifest_save=\"/loader.conf\"\n",
                                        "autoboot_delay=\"-1\"\n",
                                        "kernel_options=\"a b\"\n",
                                        "boot_tries=\"255\"\n"};
    struct mock_file *file = any_file(mock);
    while (!is_text(file))
        file = any_file(mock);
    const char *word = PICK(&dice, words);
    size_t len = strlen(word);
    uint64_t at = dice_next(&dice) % (file->size + 1), old = file->size;
    uint8_t *bytes = own_bytes(file, len);
    memmove(bytes + at + len, bytes + at, old - at);
    memcpy(bytes + at, word, len);
    if (dice_one_in(&dice, 3) && file->size > 0) // and a byte is lost, or another
        bytes[dice_next(&dice) % file->size] = (uint8_t)dice_next(&dice);
}

// ------------------------------------------------------------------------------------ the firmware

static const fw_status failures[] = {FW_NOT_FOUND,       FW_DEVICE_ERROR, FW_OUT_OF_RESOURCES,
                                     FW_WRITE_PROTECTED, FW_NO_MEDIA,     FW_UNSUPPORTED,
                                     FW_ACCESS_DENIED};

static void lie_about_file(struct mock *mock)
{
    struct mock_file *file = any_file(mock);
    switch (dice_below(&dice, 7)) {
    case 0:
        file->open_status = PICK(&dice, failures);
        break;
    case 1:
        file->info_status = PICK(&dice, failures);
        break;
    case 2:
        file->read_status = PICK(&dice, failures);
        break;
    case 3:
        file->directory = true;
        break;
    case 4:
        file->short_by = dice_next(&dice) % (file->size + 1);
        break;
    case 5:
        file->said_size = odd_value(file->size);
        break;
    default:
        file->size_later = odd_value(file->size);
    }
}

static void fail_a_call(struct mock *mock)
{
    mock->fail_service = dice_below(&dice, MOCK_SERVICES);
    mock->fail_at = 1 + dice_below(&dice, 30);
    mock->fail_status = PICK(&dice, failures);
}

static void change_descriptor(struct mock *mock, struct fw_memory_map *map)
{
    uint64_t count = map->size / map->stride;
    uint8_t *at = (uint8_t *)map->descriptors + dice_next(&dice) % count * map->stride;
    struct btl_efi_memory descriptor;
    (void)mock;
    memcpy(&descriptor, at, sizeof(descriptor));
    uint64_t *const fields[] = {&descriptor.physical, &descriptor.pages, &descriptor.attributes};
    uint64_t *field = PICK(&dice, fields);
    if (dice_one_in(&dice, 3))
        descriptor.type = (uint32_t)odd_value(descriptor.type);
    else
        *field = odd_value(*field);
    memcpy(at, &descriptor, sizeof(descriptor));
}

static void change_map(struct mock *mock)
{
    if (dice_one_in(&dice, 2))
        mock->change_map = change_descriptor;
    else
        mock->map_room = MOCK_STRIDE * dice_below(&dice, 40);
    mock->stale_keys = dice_below(&dice, 6);
}

static void change_facts(struct mock *mock)
{
    struct fw_facts *facts = &mock->facts;
    uint32_t *const narrow[] = {&facts->console_rows, &facts->console_columns,
                                &facts->framebuffer.width, &facts->framebuffer.height};
    uint64_t *const wide[] = {&facts->acpi_rsdp, &facts->smbios3, &facts->system_table,
                              &facts->memory_attributes, &mock->rate};
    switch (dice_below(&dice, 5)) {
    case 0:
        *PICK(&dice, narrow) = dice_below(&dice, MOCK_ROWS);
        break;
    case 1:
        if (dice_one_in(&dice, 2)) // the table of memory attributes is read, so its memory is there
            mock->rate = odd_value(mock->rate);
        else
            *wide[dice_below(&dice, 3)] = dice_next(&dice);
        break;
    case 2:
        facts->cpu.huge_pages = !facts->cpu.huge_pages;
        break;
    case 3:
        facts->cpu.five_levels = true;
        break;
    default:
        mock->page_limit = dice_below(&dice, 1200);
    }
}

static void change_options(struct mock *mock)
{
    static const char *const options[] = {"-n",
                                          "-h",
                                          "-x",
                                          "-m /btl/m.bin",
                                          "-c /loader.conf.d/other.conf",
                                          "-c /none",
                                          "other.conf",
                                          "root=/dev/sda1 quiet",
                                          "-c",
                                          "-m",
                                          "-b",
                                          "\xc3\xa4",
                                          "\r\n-n"};
    mock_options(mock, PICK(&dice, options));
    if (dice_one_in(&dice, 3)) { // cut, also inside of a character
        uint8_t *bytes = (uint8_t *)(uintptr_t)mock->facts.load_options;
        mock->facts.load_options_size = dice_below(&dice, mock->facts.load_options_size + 1);
        if (mock->facts.load_options_size > 0)
            bytes[dice_below(&dice, mock->facts.load_options_size)] ^= (uint8_t)dice_next(&dice);
    }
}

static void change_variables(struct mock *mock)
{
    static const char *const paths[] = {"/loader.conf", "/loader.conf.d/other.conf", "/none"};
    static const char *const lines[] = {"base_load=\"NO\"\n", "late_phase=\"BOOT1\"\n",
                                        "late.depth=\"4\"\nuser_load=\"YES\"\n",
                                        "gone_load=\"YES\"\n"};
    enum btl_variable which = dice_below(&dice, BTL_VARIABLES);
    bool pending = which == BTL_VARIABLE_PENDING;
    const struct mock_file *conf = mock_file(mock, "/loader.conf");
    char text[2048];
    snprintf(text, sizeof(text), "%.*s", (int)conf->size, (const char *)conf->bytes);
    state_put(mock, which, text, PICK(&dice, paths), dice_below(&dice, 4) + pending,
              pending ? PICK(&dice, lines) : "a reason");
    struct mock_variable *variable = mock_variable(mock, btl_variable_name(which));
    switch (dice_below(&dice, 6)) {
    case 0:
        variable->bytes[dice_next(&dice) % variable->size] ^= (uint8_t)dice_next(&dice);
        break;
    case 1:
        variable->size = 1 + dice_below(&dice, MOCK_VARIABLE_MAX);
        break;
    case 2:
        variable->said_size = odd_value(variable->size);
        break;
    case 3:
        variable->attributes = (uint32_t)odd_value(variable->attributes);
        break;
    case 4:
        mock->variable_room = dice_below(&dice, 400);
        break;
    default:
        mock->variable_status = PICK(&dice, failures);
    }
}

static void change_writing(struct mock *mock)
{
    switch (dice_below(&dice, 4)) {
    case 0:
        mock->write_status = PICK(&dice, failures);
        break;
    case 1:
        mock->write_limit = dice_below(&dice, 20000);
        break;
    case 2:
        mock->vanish_at = 1 + dice_below(&dice, 60);
        break;
    default:
        mock->rename_status = PICK(&dice, failures);
    }
}

// ------------------------------------------------------------------------------------------- keys

static fw_key (*mock_wait_key)(struct firmware *fw, uint32_t milliseconds);

static fw_key any_key(void)
{
    static const fw_key keys[] = {FW_KEY_UP,   FW_KEY_DOWN,   FW_KEY_LEFT,  FW_KEY_RIGHT,  '\r',
                                  '\r',        FW_KEY_ESCAPE, FW_KEY_F1,    FW_KEY_END,    ' ',
                                  FW_KEY_HOME, FW_KEY_DELETE, FW_KEY_OTHER, FW_KEY_F1 + 9, '\b',
                                  '\t',        'y',           'n',          'b',           'e'};
    return dice_one_in(&dice, 4) ? (fw_key)(' ' + dice_below(&dice, 95)) : PICK(&dice, keys);
}

// A user presses some keys, and then none: a menu that is open stays open.
static fw_key press_key(struct firmware *fw, uint32_t milliseconds)
{
    static uint32_t idle;
    fw_key key = mock_wait_key(fw, milliseconds);
    if (milliseconds > 0 && keys_left > 0 && dice_one_in(&dice, 2)) {
        keys_left--;
        idle = 0;
        return any_key();
    }
    if (++idle > 5000)
        _exit(MACHINE_WAITS);
    return key;
}

static void press_keys(struct mock *mock)
{
    keys_left = 1 + dice_below(&dice, 60);
    mock->typed = "\r";
    mock->has_setup = dice_one_in(&dice, 2);
    mock->has_shell = dice_one_in(&dice, 2);
}

// --------------------------------------------------------------------------------------- a machine

static void (*const mutations[])(struct mock *mock) = {
    flip_bit,         flip_bit,         change_elf_field, change_elf_field,
    change_elf_field, change_size,      change_text,      change_text,
    lie_about_file,   fail_a_call,      change_map,       change_facts,
    change_options,   change_variables, change_writing,   press_keys};

struct mock *machine_begin(uint64_t seed, uint64_t number)
{
    dice = (struct dice){seed ^ number * 0xd1342543de82ef95};
    keys_left = 0;
    struct mock *mock = mock_begin();
    mock_wait_key = mock->firmware.wait_key;
    mock->firmware.wait_key = press_key;
    mock->reads_again = true; // after a failure, or by two names
    add_files(mock);
    for (uint32_t i = 1 + dice_below(&dice, 3); i > 0; i--)
        PICK(&dice, mutations)(mock);
    return mock;
}

void machine_end(void)
{
    while (made_count > 0)
        free(made[--made_count]);
}

static void save(const char *directory, const char *name, const void *bytes, size_t size)
{
    char path[512];
    size_t at = (size_t)snprintf(path, sizeof(path), "%s/", directory);
    snprintf(path + at, sizeof(path) - at, "%s", name);
    for (char *c = path + at; *c != '\0'; c++)
        *c = *c == '/' ? '_' : *c;
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        fprintf(stderr, "attack: %s cannot be written\n", path);
}

void machine_save(const struct mock *mock, const char *directory)
{
    for (size_t i = 0; i < MOCK_FILES && mock->files[i].path != NULL; i++)
        save(directory, mock->files[i].path + 1, mock->files[i].bytes, mock->files[i].size);
    for (size_t i = 0; i < MOCK_VARIABLES; i++)
        if (mock->variables[i].size > 0)
            save(directory, mock->variables[i].name, mock->variables[i].bytes,
                 mock->variables[i].size);
}
