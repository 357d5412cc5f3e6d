// SPDX-License-Identifier: BSD-2-Clause
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "device/devsw.h"
#include "dlkm/source.h"
#include "vm/kmem.h"
#include "vm/page.h"

#define STAGED_PAGES 4u

struct host_calls *lab; // in the low 2 GiB, where the code of guests reaches it
char lab_events[1024];
int lab_load_result[LAB_MODULES], lab_unload_result[LAB_MODULES], lab_event_result;

void lab_forget_events(void)
{
    lab_events[0] = '\0';
}

static void note(const char *what, const char *name)
{
    size_t used = strlen(lab_events);

    snprintf(lab_events + used, sizeof(lab_events) - used, "%s%s%s;", what, name[0] ? " " : "",
             name);
}

static uint32_t id_of(const char *name)
{
    uint32_t id;

    assert_true(module_find(btl_str_of(name), &id));
    return id;
}

static int on_load(const char *name, const char *flags)
{
    note("load", name);
    return lab_load_result[id_of(name)];
}

static int on_unload(const char *name)
{
    note("unload", name);
    return lab_unload_result[id_of(name)];
}

static int on_event(const char *what)
{
    note(what, "");
    return lab_event_result;
}

int lab_begin(void **state)
{
    host_memory(2048);
    host_clear();
    world_begin("");
    lab_forget_events();
    memset(lab_load_result, 0, sizeof(lab_load_result));
    memset(lab_unload_result, 0, sizeof(lab_unload_result));
    lab_event_result = 0;
    lab = mmap(NULL, BTL_PAGE_SIZE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | 0x40 /* MAP_32BIT */, -1, 0);
    assert_true(lab != MAP_FAILED);
    *lab = (struct host_calls){.load = on_load,
                               .unload = on_unload,
                               .event = on_event,
                               .stub_enter = stub_enter,
                               .stub_leave = stub_leave,
                               .put_down = stream_put_down,
                               .put_up = stream_put_up};
    world_export("host", (uint64_t)(uintptr_t)lab, BTL_KERNEL);
    return 0;
}

// Unload the first module that can be unloaded. False: none can.
static bool unload_one(void)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        lab_unload_result[id] = 0;
        if (module_get(id)->state == MODULE_LOADED && module_unload(id) == 0)
            return true;
    }
    return false;
}

int lab_end(void **state)
{
    while (unload_one())
        ;
    munmap(lab, BTL_PAGE_SIZE);
    host_memory_end();
    return 0;
}

uint64_t lab_read_guest(const char *guest, void *buffer, uint64_t size)
{
    const char *directory = getenv("BTL_GUESTS");
    uint64_t length;
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.o", directory != NULL ? directory : "guests", guest);
    file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("no guest %s", path);
    length = fread(buffer, 1, size, file);
    fclose(file);
    assert_in_range(length, 64, size - 1);
    return length;
}

uint32_t lab_module(const char *name, const char *guest, enum btl_module_type type)
{
    uint32_t id = world_module(name, BTL_PHASE_AUTO, BTLM_STAGED);
    struct btlm_module *module = &world.module[id];

    assert_true(pages_alloc(STAGED_PAGES, PF_STAGED, &module->staged_physical));
    module->staged_size = STAGED_PAGES * BTL_PAGE_SIZE;
    module->file_size =
        lab_read_guest(guest, phys_to_virt(module->staged_physical), module->staged_size);
    module->type = (uint8_t)type;
    module->registered = BTL_PHASE_BOOT2;
    module->flags = BTLM_METADATA | BTLM_CONFIGURED;
    return id;
}

uint32_t lab_driver(const char *name, const char *guest, int char_major, int block_major)
{
    uint32_t id = lab_module(name, guest, BTL_TYPE_WSIO_CLASS);

    world.module[id].majors[BTL_DEVICE_CHAR] = (int16_t)char_major;
    world.module[id].majors[BTL_DEVICE_BLOCK] = (int16_t)block_major;
    return id;
}

void lab_start(void)
{
    world_seal();
    registry_init();
    assert_true(exports_init());
    dlkm_boot_phase(BTL_PHASE_BOOT2);
    dlkm_boot_phase(BTL_PHASE_INIT);
    assert_int_equal(dlkm_phase(), BTL_PHASE_AUTO);
    (void)search_path(); // the first call allocates; its result stays
    host_clear();
}

struct lab_snapshot lab_snapshot(void)
{
    struct lab_snapshot all = {
        .bytes = kmem_stats().bytes,
        .allocations = kmem_stats().allocations - kmem_stats().frees,
        .free_pages = pages_owned(PF_FREE) + pages_owned(PF_KMEM), // the heap is counted in bytes
        .images = world_images,
        .exports = exports_table()->count,
    };

    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        all.dependents += module->dependents;
        all.holds += module_hold_count(module);
        all.majors +=
            (module->major[BTL_DEVICE_CHAR] >= 0) + (module->major[BTL_DEVICE_BLOCK] >= 0);
    }
    return all;
}
