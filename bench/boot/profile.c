// SPDX-License-Identifier: BSD-2-Clause
// The time of the loader by parts. The loader is linked unchanged, with `ld --wrap` for the
// functions below: a wrapper counts the time between entering and leaving for the function's part,
// without the time of other parts that it calls. The table is printed when the kernel is started.
#include "hash.h"

#include "boot.h"
#include "trace.h"

#define PARTS(part)                                                                                \
    part(rest) part(open) part(info) part(read) part(close) part(list) part(blocks) part(hash)     \
        part(config) part(prefetch) part(kernel) part(metadata) part(plan) part(link) part(paging) \
            part(manifest) part(console) part(wait) part(clear) part(copy) part(memory) part(map)  \
                part(variables) part(exit)

#define NUMBER(name) PART_##name,
#define TEXT(name)   "in-" #name,
enum part { PARTS(NUMBER) PART_COUNT };
static const char *const names[] = {PARTS(TEXT)};

static struct {
    uint64_t time, calls;
} parts[PART_COUNT];
static enum part current;
static uint64_t since;

static void part_switch(enum part part)
{
    uint64_t now = trace_now();
    parts[current].time += now - since;
    current = part;
    since = now;
}

static enum part part_enter(enum part part)
{
    enum part before = current;
    part_switch(part);
    parts[part].calls++;
    return before;
}

// A function of a table, and its wrapper.
static struct firmware fw_real;
static struct volume volume_real;

#define WRAP_TABLE(real, of, type, name, parameters, arguments)                                    \
    static type real##_##name parameters                                                           \
    {                                                                                              \
        enum part before = part_enter(PART_##of);                                                  \
        type answer = real.name arguments;                                                         \
        part_switch(before);                                                                       \
        return answer;                                                                             \
    }
#define FW(of, type, name, parameters, arguments)                                                  \
    WRAP_TABLE(fw_real, of, type, name, parameters, arguments)
#define VOLUME(of, type, name, parameters, arguments)                                              \
    WRAP_TABLE(volume_real, of, type, name, parameters, arguments)

VOLUME(open, fw_status, open,
       (struct volume * volume, struct btl_str path, struct volume_file *ret_file),
       (volume, path, ret_file))
VOLUME(info, fw_status, info, (struct volume_file * file, struct volume_info *ret_info),
       (file, ret_info))
VOLUME(list, fw_status, list,
       (struct volume * volume, struct btl_str path, volume_visit *visit, void *context),
       (volume, path, visit, context))

// Count bytes instead of calls: their sum shows that no file is read twice.
static fw_status volume_real_read(struct volume_file *file, void *to, uint64_t size,
                                  uint64_t *ret_read)
{
    enum part before = part_enter(PART_read);
    fw_status status = volume_real.read(file, to, size, ret_read);
    parts[PART_read].calls += *ret_read - 1;
    part_switch(before);
    return status;
}

static fw_status volume_real_read_blocks(struct volume *volume, uint64_t offset, void *to,
                                         uint64_t size)
{
    enum part before = part_enter(PART_blocks);
    fw_status status = volume_real.read_blocks(volume, offset, to, size);
    parts[PART_blocks].calls += size - 1;
    part_switch(before);
    return status;
}

static void volume_real_close(struct volume_file *file)
{
    enum part before = part_enter(PART_close);
    volume_real.close(file);
    part_switch(before);
}

FW(memory, fw_status, allocate,
   (struct firmware * fw, enum fw_memory_type type, uint64_t pages, uint64_t *ret_address),
   (fw, type, pages, ret_address))
FW(memory, fw_status, allocate_at,
   (struct firmware * fw, enum fw_memory_type type, uint64_t pages, uint64_t address),
   (fw, type, pages, address))
FW(memory, fw_status, release, (struct firmware * fw, uint64_t address, uint64_t pages),
   (fw, address, pages))
FW(map, fw_status, memory_map, (struct firmware * fw, struct fw_memory_map *map), (fw, map))
FW(wait, fw_key, wait_key, (struct firmware * fw, uint32_t milliseconds), (fw, milliseconds))
FW(console, enum fw_terminal, terminal, (struct firmware * fw, struct fw_size *ret_size),
   (fw, ret_size))
FW(variables, fw_status, variable_get,
   (struct firmware * fw, const struct fw_variable *which, void *to, uint64_t *size,
    uint32_t *ret_attributes),
   (fw, which, to, size, ret_attributes))
FW(variables, fw_status, variable_set,
   (struct firmware * fw, const struct fw_variable *which, const void *data, uint64_t size),
   (fw, which, data, size))
FW(exit, fw_status, exit_boot_services, (struct firmware * fw, uint64_t key), (fw, key))

static void fw_real_write(struct firmware *fw, const char *text, size_t len)
{
    enum part before = part_enter(PART_console);
    fw_real.write(fw, text, len);
    part_switch(before);
}

static void fw_real_stall(struct firmware *fw, uint64_t microseconds)
{
    enum part before = part_enter(PART_wait);
    fw_real.stall(fw, microseconds);
    part_switch(before);
}

static fw_status fw_real_open_volume(struct firmware *fw, struct volume **ret_volume)
{
    enum part before = part_enter(PART_open);
    fw_status status = fw_real.open_volume(fw, ret_volume);
    if (status == FW_SUCCESS) {
        volume_real = **ret_volume;
        (*ret_volume)->open = volume_real_open;
        (*ret_volume)->info = volume_real_info;
        (*ret_volume)->read = volume_real_read;
        (*ret_volume)->read_blocks = volume_real_read_blocks;
        (*ret_volume)->close = volume_real_close;
        (*ret_volume)->list = volume_real_list;
    }
    part_switch(before);
    return status;
}

static void fw_real_hand_off(struct firmware *fw, const struct handoff *handoff)
{
    part_switch(PART_rest);
    for (int i = 0; i < PART_COUNT; i++)
        trace(names[i], parts[i].time, parts[i].calls);
    fw_real.hand_off(fw, handoff);
}

// ------------------------------------------------------------------ the loader's steps, hashing

#define STEP(of, name, state)                                                                      \
    bool __real_##name(struct state *of_step);                                                     \
    bool __wrap_##name(struct state *of_step);                                                     \
    bool __wrap_##name(struct state *of_step)                                                      \
    {                                                                                              \
        enum part before = part_enter(PART_##of);                                                  \
        bool good = __real_##name(of_step);                                                        \
        part_switch(before);                                                                       \
        return good;                                                                               \
    }

STEP(config, btl_attempt_configure, btl_attempt)
STEP(prefetch, prefetch_configured, boot)
STEP(kernel, btl_attempt_open_kernel, btl_attempt)
STEP(kernel, btl_attempt_place_kernel, btl_attempt)
STEP(metadata, btl_attempt_read_modules, btl_attempt)
STEP(plan, btl_attempt_plan, btl_attempt)
STEP(link, btl_attempt_link, btl_attempt)
STEP(paging, space_build, boot)
STEP(manifest, manifest_write, boot)

void __real_hash_file(struct btl_bytes bytes, uint8_t ret_digest[32]);
void __wrap_hash_file(struct btl_bytes bytes, uint8_t ret_digest[32]);
void __wrap_hash_file(struct btl_bytes bytes, uint8_t ret_digest[32])
{
    enum part before = part_enter(PART_hash);
    __real_hash_file(bytes, ret_digest);
    part_switch(before);
}

// String instructions: the emulated processor counts one per byte, a real one moves 16 to 32 bytes
// in a cycle. Long ones are therefore a part of their own, with bytes instead of calls.
#define STRING_MIN 64

#undef memset
#undef memcpy
void *__real_memset(void *to, int byte, size_t size);
void *__wrap_memset(void *to, int byte, size_t size);
void *__wrap_memset(void *to, int byte, size_t size)
{
    if (size < STRING_MIN)
        return __real_memset(to, byte, size);
    enum part before = part_enter(PART_clear);
    parts[PART_clear].calls += size - 1;
    __real_memset(to, byte, size);
    part_switch(before);
    return to;
}

void *__real_memcpy(void *restrict to, const void *restrict from, size_t size);
void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size);
void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size)
{
    if (size < STRING_MIN)
        return __real_memcpy(to, from, size);
    enum part before = part_enter(PART_copy);
    parts[PART_copy].calls += size - 1;
    __real_memcpy(to, from, size);
    part_switch(before);
    return to;
}

fw_status __real_run(struct firmware *fw);
fw_status __wrap_run(struct firmware *fw);
fw_status __wrap_run(struct firmware *fw)
{
    fw_real = *fw;
    fw->allocate = fw_real_allocate;
    fw->allocate_at = fw_real_allocate_at;
    fw->release = fw_real_release;
    fw->memory_map = fw_real_memory_map;
    fw->wait_key = fw_real_wait_key;
    fw->terminal = fw_real_terminal;
    fw->variable_get = fw_real_variable_get;
    fw->variable_set = fw_real_variable_set;
    fw->exit_boot_services = fw_real_exit_boot_services;
    fw->write = fw_real_write;
    fw->stall = fw_real_stall;
    fw->open_volume = fw_real_open_volume;
    fw->hand_off = fw_real_hand_off;
    since = trace_now();
    return __real_run(fw);
}
