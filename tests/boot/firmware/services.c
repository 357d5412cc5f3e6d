// SPDX-License-Identifier: BSD-2-Clause
// An EFI application with only the loader's firmware layer: executes single-key commands, one line
// of output each (tests/boot/test_services.py).
#include <efi.h>

#include <btl/boot_state.h>
#include <btl/format.h>

#include "firmware.h"
#include "uefi/uefi.h"

#include <btl/mem.h>

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct firmware *fw = out->owner;
    fw->write(fw, text, len);
}

static void say(struct firmware *fw, const char *format, ...)
{
    struct btl_out out = {.put = put, .owner = fw};
    va_list args;
    va_start(args, format);
    btl_vformat(&out, format, args);
    va_end(args);
}

static void say_status(struct firmware *fw, const char *what, fw_status status)
{
    say(fw, "%s: %llu\r\n", what, (unsigned long long)(status & 0xff));
}

// -------------------------------------------------------------------------------- keys and screen

static void show_keys(struct firmware *fw)
{
    fw_key key;
    say(fw, "keys, until a q:\r\n");
    do {
        key = fw->wait_key(fw, 20000);
        say(fw, "key %x\r\n", key);
    } while (key != 'q' && key != 0);
}

static void show_times(struct firmware *fw)
{
    uint64_t before = fw->ticks(fw);
    fw_key key = fw->wait_key(fw, 0);
    uint64_t after = fw->ticks(fw);
    key |= fw->wait_key(fw, 1000);
    uint64_t wait = fw->ticks(fw);
    bool good = key == 0 && 20 * (after - before) < wait - after;
    say(fw, "a look is no wait: %s\r\n", good ? "yes" : "no");
}

static void show_text(struct firmware *fw)
{
    static const char text[] = "text: \xc3\xa4 \xe2\x94\x80 \xf0\x9f\x98\x80 \x1b[31m end\r\n";
    fw->write(fw, text, sizeof(text) - 1);
}

static void show_screen(struct firmware *fw)
{
    static const char *const names[FW_STYLES] = {"normal",  "title", "selected",
                                                 "problem", "good",  "dim"};
    fw->screen_cursor(fw, false);
    fw->screen_style(fw, FW_STYLE_NORMAL);
    fw->screen_clear(fw);
    for (uint32_t i = 0; i < FW_STYLES; i++) {
        fw->screen_at(fw, 10 * i, 3 + i);
        fw->screen_style(fw, i);
        say(fw, "%s", names[i]);
    }
    fw->screen_style(fw, FW_STYLE_NORMAL);
    fw->screen_at(fw, 500, 500);
    fw->screen_at(fw, 0, 12);
    fw->screen_cursor(fw, true);
    say(fw, "drawn\r\n");
}

static void show_terminal(struct firmware *fw)
{
    uint64_t before = fw->ticks(fw);
    struct fw_size size, again;
    enum fw_terminal terminal = fw->terminal(fw, &size);
    uint64_t first = fw->ticks(fw) - before;
    bool same = fw->terminal(fw, &again) == terminal && again.rows == size.rows;
    uint64_t second = fw->ticks(fw) - before - first;
    say(fw, "terminal: %u, %ux%u, %s\r\n", terminal, size.columns, size.rows,
        same && second <= first / 2 ? "asked once" : "asked again");
}

// -------------------------------------------------------------------------------------- variables

static const struct fw_variable trial = {.guid = BTL_VARIABLE_GUID, .name = "BtlTest"};

static void show_variable(struct firmware *fw, uint64_t size_given)
{
    uint8_t bytes[4096];
    uint64_t size = size_given;
    uint32_t attributes = 0;
    fw_status status = fw->variable_get(fw, &trial, bytes, &size, &attributes);
    say(fw, "get: %llu", (unsigned long long)(status & 0xff));
    if (status == FW_SUCCESS)
        say(fw, ", %llu bytes, attributes %x, first %x", (unsigned long long)size, attributes,
            size > 0 ? bytes[0] : 0);
    say(fw, "\r\n");
}

static void use_variables(struct firmware *fw)
{
    static uint8_t large[1u << 20];
    uint8_t bytes[300];
    memset(bytes, 0x5a, sizeof(bytes));
    say_status(fw, "delete", fw->variable_set(fw, &trial, NULL, 0));
    show_variable(fw, sizeof(bytes));
    say_status(fw, "set", fw->variable_set(fw, &trial, bytes, sizeof(bytes)));
    show_variable(fw, sizeof(bytes));
    show_variable(fw, sizeof(bytes) - 1);
    say_status(fw, "set", fw->variable_set(fw, &trial, "x", 1));
    show_variable(fw, 4096);
    say_status(fw, "large", fw->variable_set(fw, &trial, large, sizeof(large)));
    show_variable(fw, 4096);
}

// Write over a volatile variable, as another program might have left it.
static void use_wrong_attributes(struct firmware *fw)
{
    static CHAR16 name[] = L"BtlTest";
    EFI_SYSTEM_TABLE *system;
    EFI_GUID guid;
    struct fw_facts facts;
    uint8_t bytes[2] = {1, 2};
    fw->facts(fw, &facts);
    system = (EFI_SYSTEM_TABLE *)(uintptr_t)facts.system_table;
    memcpy(&guid, trial.guid, sizeof(guid));
    fw->variable_set(fw, &trial, NULL, 0);
    system->RuntimeServices->SetVariable(name, &guid, EFI_VARIABLE_BOOTSERVICE_ACCESS, 2, bytes);
    show_variable(fw, 4096);
    say_status(fw, "set", fw->variable_set(fw, &trial, bytes, sizeof(bytes)));
    show_variable(fw, 4096);
    say_status(fw, "delete", fw->variable_set(fw, &trial, NULL, 0));
    show_variable(fw, 4096);
}

// ------------------------------------------------------------------------------------ directories

struct count {
    struct firmware *fw;
    uint32_t entries, last;
};

static bool show_entry(void *context, struct btl_str name, const struct volume_info *info)
{
    struct count *count = context;
    if (count->entries < 100)
        say(count->fw, "entry %s%pS %llu\r\n", info->directory ? "directory " : "", &name,
            (unsigned long long)info->size);
    return ++count->entries != count->last;
}

static void show_directory(struct firmware *fw, const char *path, uint32_t last)
{
    struct count count = {fw, 0, last};
    struct volume *volume;
    if (fw->open_volume(fw, &volume) != FW_SUCCESS)
        return;
    fw_status status = volume->list(volume, btl_str_of(path), show_entry, &count);
    volume->close_volume(volume);
    say(fw, "list %s: %llu, %u entries\r\n", path, (unsigned long long)(status & 0xff),
        count.entries);
}

static void show_directories(struct firmware *fw)
{
    show_directory(fw, "/", 0);
    show_directory(fw, "/dir", 0);
    show_directory(fw, "/dir/", 2);
    show_directory(fw, "/dir/many", 0);
    show_directory(fw, "/none", 0);
    show_directory(fw, "/loader.conf", 0);
}

// Read a file in pieces: each read continues the last one.
static void read_pieces(struct firmware *fw)
{
    struct volume *volume;
    struct volume_file file;
    char text[64];
    uint64_t used = 0, got = 0;
    if (fw->open_volume(fw, &volume) != FW_SUCCESS)
        return;
    if (volume->open(volume, BTL_STR("/dir/letters"), &file) == FW_SUCCESS) {
        while (used + 5 <= sizeof(text) &&
               volume->read(&file, text + used, 5, &got) == FW_SUCCESS && got > 0)
            used += got;
        volume->close(&file);
    }
    volume->close_volume(volume);
    say(fw, "letters: %pS\r\n", &(struct btl_str){text, used});
}

// ------------------------------------------------------------------------------- a hostile
// firmware

// A directory with invalid answers.
enum defect { ENDLESS, TOO_LONG, BEYOND, TOO_SHORT, NO_END, HALVES, BROKEN, DEFECTS };

static struct {
    enum defect defect;
    uint32_t reads;
} hostile;

static EFI_STATUS EFIAPI hostile_read(EFI_FILE *file, UINTN *size, void *to)
{
    EFI_FILE_INFO *info = to;
    uint16_t *name = (uint16_t *)((char *)to + SIZE_OF_EFI_FILE_INFO);
    UINTN size_given = *size, bytes = SIZE_OF_EFI_FILE_INFO + 2 * 2;
    memset(to, 0, size_given);
    *info = (EFI_FILE_INFO){.Size = bytes, .FileSize = ~(UINT64)0};
    name[0] = 'a';
    *size = bytes;
    if (++hostile.reads == 3 && hostile.defect != ENDLESS)
        *size = 0;
    else if (hostile.defect == TOO_LONG) {
        *size = 1 << 20;
        return EFI_BUFFER_TOO_SMALL;
    } else if (hostile.defect == BEYOND)
        *size = size_given + 1;
    else if (hostile.defect == TOO_SHORT)
        *size = SIZE_OF_EFI_FILE_INFO - 1;
    else if (hostile.defect == NO_END)
        *size = bytes - 2;
    else if (hostile.defect == HALVES)
        name[0] = 0xd800;
    else if (hostile.defect == BROKEN)
        return EFI_DEVICE_ERROR;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI hostile_info(EFI_FILE *file, EFI_GUID *type, UINTN *size, void *to)
{
    EFI_FILE_INFO *info = to;
    memset(to, 0, *size);
    info->Attribute = EFI_FILE_DIRECTORY;
    *size = SIZE_OF_EFI_FILE_INFO + 2;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI hostile_close(EFI_FILE *file)
{
    return EFI_SUCCESS;
}

static EFI_FILE directory;

static EFI_STATUS EFIAPI hostile_open(EFI_FILE *file, EFI_FILE **ret, CHAR16 *name, UINT64 mode,
                                      UINT64 attributes)
{
    *ret = &directory;
    return EFI_SUCCESS;
}

static EFI_FILE directory = {
    .Open = hostile_open, .Close = hostile_close, .Read = hostile_read, .GetInfo = hostile_info};

static bool count_entry(void *context, struct btl_str name, const struct volume_info *info)
{
    ++*(uint32_t *)context;
    return true;
}

static void list_hostile(struct firmware *fw)
{
    struct volume *volume;
    if (fw->open_volume(fw, &volume) != FW_SUCCESS)
        return;
    struct volume_uefi mine = {.volume = *volume, .root = &directory};
    volume->close_volume(volume);
    for (hostile.defect = 0; hostile.defect < DEFECTS; hostile.defect++) {
        uint32_t entries = 0;
        hostile.reads = 0;
        fw_status status = mine.volume.list(&mine.volume, BTL_STR("/"), count_entry, &entries);
        say(fw, "hostile %u: %llu, %u entries, %s\r\n", hostile.defect,
            (unsigned long long)(status & 0xff), entries,
            hostile.reads > 3 ? "many reads" : "few reads");
    }
}

static EFI_STATUS EFIAPI boasting_get(CHAR16 *name, EFI_GUID *guid, UINT32 *attributes, UINTN *size,
                                      void *to)
{
    *attributes = BTL_VARIABLE_ATTRIBUTES;
    ++*size;
    return EFI_SUCCESS;
}

// A GetVariable that reports a size above the buffer's.
static void get_hostile(struct firmware *fw)
{
    struct fw_facts facts;
    fw->facts(fw, &facts);
    EFI_RUNTIME_SERVICES *runtime =
        ((EFI_SYSTEM_TABLE *)(uintptr_t)facts.system_table)->RuntimeServices;
    EFI_GET_VARIABLE before = runtime->GetVariable;
    runtime->GetVariable = boasting_get;
    show_variable(fw, 16);
    runtime->GetVariable = before;
}

// ------------------------------------------------------------------------------------------ others

static void use_shell(struct firmware *fw)
{
    say(fw, "has a shell: %s\r\n", fw->has_shell(fw) ? "yes" : "no");
    say_status(fw, "shell", fw->run_shell(fw));
}

static void use_setup(struct firmware *fw)
{
    say(fw, "has a setup: %s\r\n", fw->has_setup(fw) ? "yes" : "no");
    say_status(fw, "setup", fw->enter_setup(fw));
}

static void use_off(struct firmware *fw)
{
    fw->reset(fw, FW_RESET_OFF);
}

fw_status run(struct firmware *fw)
{
    static const struct {
        char key;
        void (*use)(struct firmware *fw);
    } uses[] = {
        {'k', show_keys},
        {'i', show_times},
        {'x', show_text},
        {'s', show_screen},
        {'t', show_terminal},
        {'v', use_variables},
        {'w', use_wrong_attributes},
        {'d', show_directories},
        {'p', read_pieces},
        {'h', use_shell},
        {'u', use_setup},
        {'o', use_off},
        {'f', list_hostile},
        {'g', get_hostile},
    };
    fw->watchdog(fw, 0);
    for (;;) {
        say(fw, "services> ");
        fw_key key = fw->wait_key(fw, 60000);
        if (key == 0 || key == 'q')
            return FW_SUCCESS;
        say(fw, "\r\n");
        for (size_t i = 0; i < BTL_COUNT(uses); i++) {
            if ((fw_key)uses[i].key == key)
                uses[i].use(fw);
        }
    }
}
