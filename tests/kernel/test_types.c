// SPDX-License-Identifier: BSD-2-Clause
// Attaching of modules of each type, stubs, and tunables at run time.
#include "lab.h"

#include <string.h>

#include "base/arena.h"
#include "device/devsw.h"
#include "device/intfc.h"

// --- wsio_class

EACH_TEST(lab_begin, lab_end)

TEST(opening_a_device_loads_its_driver)
{
    uint32_t id = lab_driver("null", "char3", 3, BTL_MAJOR_NONE);
    struct btl_device *one, *two;
    char c;

    lab_start();
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 4, 0, &one), BTL_ENODEV);
    assert_int_equal(device_open(7, 3, 0, &one), BTL_EINVAL);
    assert_int_equal(device_open(BTL_DEVICE_BLOCK, 3, 0, &one), BTL_ENODEV);
    assert_string_equal(lab_events, "");
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 1, &one), 0);
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 1, &two), 0);
    assert_string_equal(lab_events, "load null;open;open;");
    assert_int_equal(devsw_open_count(BTL_DEVICE_CHAR, 3), 2);
    assert_int_equal(device_read(one, &c, 1, 2), 1);
    assert_int_equal(c, 'd');
    assert_int_equal(device_write(one, &c, 1, 0), BTL_ENOSYS);
    assert_int_equal(device_ioctl(one, 0, NULL), BTL_ENOSYS);
    assert_int_equal(module_unload(id), BTL_EBUSY);
    assert_contains(host_printed(), "an open device (char 3:1) uses it (count 2)");
    lab_forget_events();
    device_close(one);
    assert_string_equal(lab_events, "");
    device_close(two);
    assert_string_equal(lab_events, "close;");
    assert_int_equal(module_unload(id), 0);
    assert_int_equal(device_major("null", BTL_DEVICE_CHAR), 3);
}

TEST(an_open_that_fails_leaves_nothing)
{
    uint32_t id = lab_driver("null", "char3", 3, BTL_MAJOR_NONE);
    struct btl_device *device;

    lab_start();
    assert_int_equal(module_load_by_hand(id), 0);
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 9, &device), BTL_ENODEV);
    for (int nth = 0; nth < 2; nth++) {
        host_fail_alloc((uint64_t)nth);
        assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 1, &device), BTL_ENOMEM);
        host_fail_no_alloc();
    }
    assert_snapshot(before);
}

TEST(a_driver_that_fails_is_tried_once)
{
    uint32_t id = lab_driver("null", "char3", 3, BTL_MAJOR_NONE);
    struct btl_device *device;

    lab_start();
    lab_load_result[id] = BTL_EIO;
    for (int i = 0; i < 3; i++)
        assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 1, &device), BTL_ENODEV);
    assert_string_equal(lab_events, "load null;");
}

TEST(majors_are_assigned_at_registration_and_kept)
{
    uint32_t any = lab_driver("any", "both", BTL_MAJOR_DYNAMIC, BTL_MAJOR_DYNAMIC);
    uint32_t top = lab_driver("top", "char3", BTL_MAJORS_MAX - 1, BTL_MAJOR_NONE);
    uint32_t other = lab_driver("other", "both", BTL_MAJOR_DYNAMIC, 0);

    lab_start();
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(before.majors, 5);
    assert_int_equal(device_major("top", BTL_DEVICE_CHAR), 255); // fixed ones come first
    assert_int_equal(device_major("top", BTL_DEVICE_BLOCK), BTL_ENODEV);
    assert_int_equal(device_major("any", BTL_DEVICE_CHAR), 254);
    assert_int_equal(device_major("any", BTL_DEVICE_BLOCK), 255);
    assert_int_equal(device_major("other", BTL_DEVICE_CHAR), 253);
    assert_int_equal(device_major("other", BTL_DEVICE_BLOCK), 0);
    assert_int_equal(devsw_owner(BTL_DEVICE_CHAR, 255), top);
    assert_int_equal(devsw_owner(BTL_DEVICE_CHAR, 254), any);
    assert_int_equal(devsw_owner(BTL_DEVICE_BLOCK, 0), other);
    assert_int_equal(devsw_owner(BTL_DEVICE_CHAR, BTL_MAJORS_MAX), BTL_NONE);
    assert_int_equal(module_load_by_hand(any), 0);
    assert_int_equal(module_unload(any), 0);
    assert_int_equal(device_major("any", BTL_DEVICE_CHAR), 254);
    assert_snapshot(before);
}

TEST(modules_that_are_off_or_refused_by_the_loader_have_no_majors)
{
    uint32_t off = lab_driver("off", "char3", 3, BTL_MAJOR_NONE);
    uint32_t bad = lab_driver("bad", "char3", 3, BTL_MAJOR_NONE);
    uint32_t good = lab_driver("good", "char3", 3, BTL_MAJOR_NONE);

    world.module[off].state = BTLM_OFF;
    world.module[bad].state = BTLM_FAILED;
    lab_start();
    assert_int_equal(devsw_owner(BTL_DEVICE_CHAR, 3), good);
    assert_int_equal(device_major("off", BTL_DEVICE_CHAR), BTL_ENODEV);
}

// The whole module is refused: it would not be found where its users look for it.
TEST(a_major_that_is_taken)
{
    uint32_t a = lab_driver("a", "char3", 3, BTL_MAJOR_NONE);
    uint32_t b = lab_driver("b", "both", 3, 7);
    uint32_t c = lab_driver("c", "both", BTL_MAJOR_DYNAMIC, 7);

    world_seal();
    registry_init();
    registry_register(BTL_PHASE_BOOT2);
    const char *once = strstr(host_printed(), "run-major-taken");
    assert_non_null(once);
    assert_null(strstr(once + 1, "run-major-taken"));
    assert_int_equal(module_get(b)->state, MODULE_FAILED);
    assert_contains(module_get(b)->reason, "char major 3, which belongs to a");
    assert_contains(module_get(b)->reason, "run-major-taken");
    lab_start();
    assert_int_equal(module_get(c)->state, MODULE_REGISTERED);
    assert_int_equal(devsw_owner(BTL_DEVICE_CHAR, 3), a);
    assert_int_equal(devsw_owner(BTL_DEVICE_BLOCK, 7), c); // b has given it back
    struct lab_snapshot before = lab_snapshot();
    lab_forget_events();
    assert_int_equal(module_load_by_hand(b), BTL_ENODEV); // asked again, it is refused again
    assert_string_equal(lab_events, "");
    assert_contains(module_get(b)->reason, "run-major-taken");
    assert_snapshot(before);
}

TEST(no_major_is_left)
{
    uint32_t a = lab_driver("a", "both", BTL_MAJOR_NONE, 3);
    uint32_t b = lab_driver("b", "both", BTL_MAJOR_DYNAMIC, BTL_MAJOR_DYNAMIC);

    world_seal();
    registry_init();
    for (int i = 0; i < BTL_MAJORS_MAX; i++) { // a gets every character major in turn
        struct btl_diags diags = {0};
        module_get(a)->major[BTL_DEVICE_CHAR] = BTL_MAJOR_NONE;
        world.module[a].majors[BTL_DEVICE_CHAR] = (int16_t)i;
        assert_true(devsw_type.reserve(module_get(a), true, &diags));
    }
    registry_register(BTL_PHASE_BOOT2);
    assert_int_equal(module_get(b)->state, MODULE_FAILED);
    assert_contains(module_get(b)->reason, "run-majors-full");
    assert_int_equal(device_major("b", BTL_DEVICE_BLOCK), BTL_ENODEV);
}

TEST(a_manifest_without_majors)
{
    uint32_t a = lab_driver("a", "char3", 3, BTL_MAJOR_NONE);
    struct btl_device *device;

    lab_start();
    world.manifest.table[BTLM_MODULES].entry_size = 200; // 1.3; there is one entry
    registry_init();
    registry_register(BTL_PHASE_BOOT2);
    assert_int_equal(devsw_owner(BTL_DEVICE_CHAR, 3), BTL_NONE);
    assert_int_equal(device_major("a", BTL_DEVICE_CHAR), 255);
    assert_int_equal(device_major("a", BTL_DEVICE_BLOCK), 255);
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 255, 1, &device), 0);
    device_close(device);
    assert_int_equal(module_unload(a), 0);
}

TEST(a_driver_whose_file_has_bad_majors)
{
    uint32_t id = lab_driver("a", "badmajors", 77, BTL_MAJOR_NONE);
    struct btl_device *device;

    lab_start();
    struct lab_snapshot before = lab_snapshot();
    for (int i = 0; i < 2; i++)
        assert_int_equal(device_open(BTL_DEVICE_CHAR, 77, 0, &device), BTL_ENODEV);
    assert_contains(module_get(id)->reason, "majors=char:256");
    assert_contains(module_get(id)->reason, "modinfo-majors");
    assert_snapshot(before);
}

// Its file is on a disk that no module serves yet: it has its major, and is not spoiled by the
// request.
TEST(a_device_that_is_opened_before_its_disk_can_be_read)
{
    uint32_t id = lab_driver("null", "char3", 3, BTL_MAJOR_NONE);
    struct btl_device *device;

    world.module[id].phase = world.module[id].configured = BTL_PHASE_INIT;
    world.module[id].path = world_str("/modules/null.ko");
    world.module[id].state = BTLM_REGISTERED;
    world_seal();
    registry_init();
    assert_true(exports_init());
    dlkm_boot_phase(BTL_PHASE_BOOT2);
    assert_int_equal(device_major("null", BTL_DEVICE_CHAR), 3);
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 1, &device), BTL_EBUSY);
    assert_contains(host_printed(), "run-no-volume-yet");
    assert_int_equal(module_get(id)->state, MODULE_REGISTERED);
    assert_snapshot(before);
    world.module[id].state = BTLM_STAGED; // its file can be read
    assert_int_equal(device_open(BTL_DEVICE_CHAR, 3, 1, &device), 0);
    device_close(device);
    assert_int_equal(module_unload(id), 0);
    world.module[id].state = BTLM_REGISTERED;
    dlkm_boot_phase(BTL_PHASE_INIT); // its own phase: now it has failed
    assert_contains(module_get(id)->reason, "run-no-volume]");
    assert_int_equal(module_get(id)->state, MODULE_FAILED);
}

// --- type data

TEST(type_data_that_cannot_be_used)
{
    uint32_t a = lab_module("a", "nodata", BTL_TYPE_STREAMS_MOD);
    uint32_t b = lab_module("b", "noup", BTL_TYPE_STREAMS_MOD);

    lab_start();
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(module_load_by_hand(a), BTL_ENODEV);
    assert_contains(module_get(a)->reason, "run-type-data");
    assert_contains(host_printed(), "run-type-unload");
    assert_int_equal(module_load_by_hand(b), BTL_ENODEV);
    assert_contains(module_get(b)->reason, "the function `up` of its type data is 0x0");
    assert_contains(module_get(b)->reason, "run-type-function");
    assert_string_equal(lab_events, "");
    assert_snapshot(before);
}

// --- wsio_intfc

static const char devices[3]; // their addresses stand for functions on the bus
static int attach_result[3];

static const struct pci_function *find(uint16_t vendor, uint16_t id,
                                       const struct pci_function *after)
{
    const char *next = after == NULL ? devices : (const char *)after + 1;

    if (vendor != 0x8086 || id != 1) // all three are 8086:0001
        return NULL;
    return next < devices + 3 ? (const struct pci_function *)next : NULL;
}

static int on_attach(const struct pci_function *device, void **ret_state)
{
    *ret_state = (void *)device;
    return attach_result[(const char *)device - devices];
}

static void on_detach(const struct pci_function *device, void *state)
{
    assert_ptr_equal(state, device);
    strcat(lab_events, "detach;");
}

static uint32_t start_bus(uint32_t *ret_driver)
{
    uint32_t pci = lab_module("pci", "pci", BTL_TYPE_MISC);

    *ret_driver = lab_module("driver", "driver", BTL_TYPE_WSIO_INTFC);
    lab_start();
    lab->find = find;
    lab->attach = on_attach;
    lab->detach = on_detach;
    memset(attach_result, 0, sizeof(attach_result));
    return pci;
}

TEST(a_driver_is_attached_to_every_device_of_its_ids)
{
    uint32_t driver, pci = start_bus(&driver);

    attach_result[1] = BTL_ENODEV; // rejected by the driver
    assert_int_equal(module_load_by_hand(driver), 0);
    assert_string_equal(lab_events, "load driver;load pci;"); // by the kernel's stub
    assert_int_equal(intfc_count(module_get(driver)), 2);
    assert_int_equal(module_unload(pci), BTL_EBUSY);
    assert_contains(host_printed(), "driver driver uses it (count 2)");
    lab_forget_events();
    assert_int_equal(module_unload(driver), 0);
    assert_string_equal(lab_events, "detach;detach;unload driver;");
    assert_int_equal(module_unload(pci), 0);
}

TEST(a_device_has_one_driver)
{
    uint32_t driver, second, pci = start_bus(&driver);

    second = lab_module("second", "driver", BTL_TYPE_WSIO_INTFC);
    lab_start();
    lab->find = find;
    assert_int_equal(module_load_by_hand(pci), 0);
    assert_int_equal(module_load_by_hand(driver), 0);
    assert_int_equal(module_load_by_hand(second), 0);
    assert_int_equal(intfc_count(module_get(driver)), 3);
    assert_int_equal(intfc_count(module_get(second)), 0);
}

TEST(a_driver_whose_devices_all_fail_is_not_loaded)
{
    uint32_t driver, pci = start_bus(&driver);

    assert_int_equal(module_load_by_hand(pci), 0);
    struct lab_snapshot before = lab_snapshot();
    attach_result[0] = attach_result[1] = attach_result[2] = BTL_EIO;
    assert_int_equal(module_load_by_hand(driver), BTL_ENODEV);
    assert_contains(module_get(driver)->reason, "none of its 3 devices");
    assert_contains(module_get(driver)->reason, "run-attach");
    assert_string_equal(lab_events, "load pci;load driver;unload driver;");
    assert_snapshot(before);
    attach_result[2] = 0;
    assert_int_equal(module_load_by_hand(driver), 0);
    assert_int_equal(intfc_count(module_get(driver)), 1);
}

// --- stubs

int answer(int question);
BTL_STUB("answer", int, answer, (int question), (question), btl_error);
int nobody(void);
BTL_STUB("nobody", int, nobody, (void), (), btl_error);
int missing(void);
BTL_STUB("answer", int, missing, (void), (), btl_error);

TEST(a_call_of_a_stub_loads_the_module)
{
    uint32_t dep = lab_module("dep", "misc", BTL_TYPE_MISC);
    uint32_t id = lab_module("answer", "answer", BTL_TYPE_MISC);

    world_depends(dep);
    lab_start();
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(answer(42), 42);
    assert_int_equal(answer(43), 43);
    assert_string_equal(lab_events, "load dep;load answer;answer;answer;");
    assert_int_equal(module_unload(id), 0); // the stub is reset
    assert_int_equal(module_unload(dep), 0);
    assert_snapshot(before);
    lab_forget_events();
    assert_int_equal(answer(44), 44);
    assert_string_equal(lab_events, "load dep;load answer;answer;");
    assert_int_equal(nobody(), BTL_ENOENT);
    assert_int_equal(missing(), BTL_ENOENT);
}

TEST(a_stub_of_a_module_that_fails)
{
    uint32_t id = lab_module("answer", "answer", BTL_TYPE_MISC);

    lab_start();
    lab_load_result[id] = BTL_EIO;
    for (int i = 0; i < 5; i++)
        assert_int_equal(answer(1), BTL_ENODEV);
    assert_string_equal(lab_events, "load answer;");
}

static uint32_t answer_id;

static int unload_inside(const char *what)
{
    return module_unload(answer_id);
}

TEST(a_module_is_busy_while_a_stub_calls_it)
{
    answer_id = lab_module("answer", "answer", BTL_TYPE_MISC);
    lab_start();
    lab->event = unload_inside;
    assert_int_equal(answer(0), BTL_EBUSY);
    assert_contains(host_printed(), "a call of a stub uses it (count 1)");
    assert_int_equal(module_unload(answer_id), 0);
}

TEST(a_stub_in_a_module_goes_with_it)
{
    uint32_t id = lab_module("answer", "answer", BTL_TYPE_MISC);
    uint32_t asks = lab_module("asks", "asks", BTL_TYPE_MISC);

    lab_start();
    struct lab_snapshot before = lab_snapshot();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(module_load_by_hand(asks), 0);
        assert_int_equal(module_unload(i == 1 ? id : asks), 0);
        assert_int_equal(module_unload(i == 1 ? asks : id), 0);
    }
    assert_snapshot(before);
    assert_int_equal(module_load_by_hand(asks), 0);
    lab_event_result = BTL_EIO - 1; // answer() returns BTL_EIO
    assert_int_equal(module_unload(asks), 0);
    assert_int_equal(module_load_by_hand(asks), BTL_ENODEV);
    assert_contains(module_get(asks)->reason, "run-load-function");
    lab_event_result = 0;
}

TEST(a_stub_before_there_are_exports)
{
    lab_module("answer", "answer", BTL_TYPE_MISC);
    world.manifest.table[BTLM_EXPORTS].count = 0;
    lab_start();
    assert_int_equal(answer(1), BTL_ENODEV);
}

// --- tunables at run time

static struct heap_arena heap;
static struct btl_diags diags;

static uint32_t start_runtime(void)
{
    uint32_t id = lab_module("runtime", "runtime", BTL_TYPE_MISC);

    world_tunable("depth", "5", 3);
    lab_start();
    assert_int_equal(module_load_by_hand(id), 0);
    heap_arena_init(&heap);
    diags = (struct btl_diags){.arena = &heap.arena};
    return id;
}

static void assert_value(uint32_t id, const char *name, const char *value, const char *of_default)
{
    char text[64];
    uint32_t index =
        btl_wrapper_find_tunable(module_get(id)->image->linked.wrapper, btl_str_of(name));

    assert_true(index != BTL_NONE);
    tunable_text(module_get(id), index, false, text, sizeof(text));
    assert_string_equal(text, value);
    tunable_text(module_get(id), index, true, text, sizeof(text));
    assert_string_equal(text, of_default);
}

static int set(uint32_t id, const char *name, const char *value)
{
    return tunable_change(
        module_get(id),
        btl_wrapper_find_tunable(module_get(id)->image->linked.wrapper, btl_str_of(name)),
        btl_str_of(value), &diags);
}

TEST(tunables_change_where_the_module_allows_it)
{
    uint32_t id = start_runtime();

    assert_value(id, "depth", "5", "8");
    assert_int_equal(set(id, "depth", "-5"), 0);
    assert_int_equal(set(id, "loud", "YES"), 0);
    assert_int_equal(set(id, "text", "1234567"), 0);
    assert_value(id, "depth", "-5", "8");
    assert_value(id, "loud", "YES", "NO");
    assert_value(id, "text", "1234567", "hi");
    assert_int_equal(set(id, "fixed", "2"), BTL_ENOSYS);
    assert_int_equal(set(id, "depth", "65"), BTL_EINVAL);
    assert_int_equal(set(id, "depth", "x"), BTL_EINVAL);
    assert_int_equal(set(id, "loud", "maybe"), BTL_EINVAL);
    assert_int_equal(set(id, "text", "12345678"), BTL_EINVAL);
    lab_event_result = BTL_EBUSY;
    assert_int_equal(set(id, "depth", "6"), BTL_EBUSY);
    assert_value(id, "depth", "-5", "8");
    lab_event_result = 0;
    assert_int_equal(tunable_reset(module_get(id), 0, &diags), 0);
    assert_value(id, "depth", "8", "8");
    char reason[REASON_MAX];
    diags_explain(&diags, reason);
    assert_contains(host_printed(), "run-tunable-fixed");
    assert_contains(host_printed(), "run-tunable-refused");
    heap_arena_free(&heap);
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(module_unload(id), 0); // the defaults are removed and come back
    assert_int_equal(module_load_by_hand(id), 0);
    assert_snapshot(before);
    assert_value(id, "depth", "5", "8");
}
