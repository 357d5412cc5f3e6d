// SPDX-License-Identifier: BSD-2-Clause
// Modules that hold others, unloading by force, and the chain to the boot volume.
#include "lab.h"

#include "dlkm/source.h"
#include "dlkm/volume.h"

#include <string.h>

EACH_TEST(lab_begin, lab_end)

static uint32_t a, b;
static struct module *lower, *upper; // of a and b

// Two modules are loaded.
static void load_both(void)
{
    a = lab_module("a", "misc", BTL_TYPE_MISC);
    b = lab_module("b", "misc", BTL_TYPE_MISC);
    lab_start();
    assert_int_equal(module_load_by_hand(a), 0);
    assert_int_equal(module_load_by_hand(b), 0);
    lower = module_get(a);
    upper = module_get(b);
    host_clear();
}

static const void *inside(const struct module *module)
{
    return (const void *)(uintptr_t)(module->image->linked.base + 8);
}

TEST(a_module_is_held_by_an_address_in_its_image)
{
    load_both();
    assert_int_equal(module_hold(inside(lower), "disk0", false), 0);
    assert_int_equal(module_hold(inside(lower), "disk0", false), 0);
    assert_int_equal(module_hold_count(lower), 2);
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "because disk0 uses it (count 2)");
    assert_int_equal(module_unload_by_force(a), BTL_EBUSY); // disk0 would stay
    module_release(inside(lower), "disk0");
    module_release(inside(lower), "disk0");
    assert_panics(module_release(inside(lower), "disk0"), "does not hold it");
    assert_int_equal(module_unload(a), 0);
}

TEST(the_kernel_needs_no_hold)
{
    static int variable;

    load_both();
    assert_int_equal(module_hold(&variable, "x", true), 0);
    module_release(&variable, "x");
    host_fail_alloc(0);
    assert_int_equal(module_hold(inside(lower), "x", true), BTL_ENOMEM);
    assert_int_equal(module_hold_count(lower), 0);
}

static int unload_and_release(const char *name)
{
    if (strcmp(name, "a") == 0 && lower->holds != NULL)
        hold_drop_by(lower, upper, "disk0");
    return 0;
}

TEST(the_users_of_users_are_named)
{
    load_both();
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    assert_int_equal(hold_add(upper, "an open device"), 0);
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "error: a: it cannot be unloaded, because b (disk0) uses it");
    assert_contains(host_printed(), "kmadmin -U -f");
    assert_contains(host_printed(), "note: b: it is used by an open device itself");
    hold_drop(upper, "an open device");
    hold_drop_by(lower, upper, "disk0");
}

TEST(holds_in_a_circle_are_named_and_end)
{
    load_both();
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    assert_int_equal(hold_add_by(upper, lower, "disk1", true), 0);
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "note: b: it is used by a (disk1) itself");
    hold_drop_by(lower, upper, "disk0");
    hold_drop_by(upper, lower, "disk1");
}

TEST(by_force_the_users_leave_with_it)
{
    load_both();
    lab->unload = unload_and_release;
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    assert_int_equal(module_unload_by_force(a), 0);
    assert_int_equal(lower->state, MODULE_REGISTERED);
    assert_int_equal(upper->state, MODULE_LOADED);
    assert_int_equal(module_load_by_hand(a), 0); // it comes back
}

TEST(by_force_a_user_that_stays_is_a_panic)
{
    load_both();
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    assert_panics(module_unload_by_force(a), "module a goes, and is still used by disk0");
}

TEST(one_firm_use_of_the_same_user_is_firm)
{
    load_both();
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    assert_int_equal(hold_add_by(lower, upper, "disk0", false), 0);
    assert_int_equal(module_unload_by_force(a), BTL_EBUSY);
    assert_int_equal(lower->state, MODULE_LOADED);
    hold_drop_by(lower, upper, "disk0");
    hold_drop_by(lower, upper, "disk0");
}

TEST(what_a_module_still_holds_when_it_goes_is_released_and_named)
{
    load_both();
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    assert_int_equal(hold_add_by(lower, upper, "disk1", true), 0);
    assert_int_equal(hold_add(lower, "the kernel's"), 0);
    assert_int_equal(module_unload(b), 0);
    assert_contains(host_printed(), "b: did not release a (disk0); released now");
    assert_contains(host_printed(), "b: did not release a (disk1); released now");
    assert_int_equal(module_hold_count(lower), 1);
    hold_drop(lower, "the kernel's");
}

// --- the chain: b serves the boot volume, and its device is a's

static uint32_t asked;

static int chain_open(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret)
{
    asked++;
    return BTL_ENOENT;
}

static int chain_read(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer,
                      uint64_t size)
{
    return BTL_EIO;
}

static struct btl_fs volume = {
    .name = "disk0p1", .type = "test", .open = chain_open, .read = chain_read};

// The functions above belong to b. `wants`: another module has its file on the
// volume.
static struct module_image functions;

static void serve(bool wants)
{
    a = lab_module("a", "misc", BTL_TYPE_MISC);
    uint32_t bus = lab_module("bus", "misc", BTL_TYPE_MISC);
    b = lab_module("b", "misc", BTL_TYPE_MISC);
    world_depends(bus);
    uint32_t id = world_module("wants", BTL_PHASE_AUTO, wants ? BTLM_REGISTERED : BTLM_OFF);
    world.module[id].registered = BTL_PHASE_BOOT2;
    memset(volume.partition_guid, 7, 16);
    lab_start();
    world.volume = (struct btlm_volume){.kind = BTLM_VOLUME_GPT};
    memcpy(world.volume.guid, volume.partition_guid, 16);
    world.manifest.table[BTLM_VOLUME] =
        (struct btlm_table){BTLM_VOLUME, sizeof(world.volume), offsetof(struct world, volume), 1};
    assert_int_equal(module_load_by_hand(a), 0);
    assert_int_equal(module_load_by_hand(b), 0);
    lower = module_get(a);
    upper = module_get(b);
    functions = (struct module_image){
        .module = BTL_STR("b"), .linked.base = (uint64_t)(uintptr_t)chain_open, .linked.size = 1};
    images_add(&functions);
    asked = 0;
    assert_int_equal(hold_add_by(lower, upper, "disk0", true), 0);
    fs_remove(&volume); // of a test that failed
    assert_int_equal(fs_add(&volume), 0);
    host_clear();
}

static void serve_end(void)
{
    fs_remove(&volume);
    images_remove(&functions);
    if (lower->holds != NULL)
        hold_drop_by(lower, upper, "disk0");
}

TEST(the_boot_volume_is_held_while_a_module_needs_it)
{
    uint32_t wants;

    serve(true);
    assert_true(module_find(BTL_STR("wants"), &wants));
    assert_ptr_equal(volume_boot(), &volume);
    assert_int_equal(asked, 1); // mounted, so that its device is held
    assert_int_equal(module_hold_count(upper), 1);
    assert_int_equal(module_unload(b), BTL_EBUSY);
    assert_contains(host_printed(), "because the kernel (files of modules) uses it");
    assert_int_equal(module_unload(a), BTL_EBUSY);
    assert_contains(host_printed(), "because b (disk0) uses it");
    assert_contains(host_printed(), "note: b: it is used by the kernel (files of modules)");
    module_get(wants)->state = MODULE_LOADED; // nothing is left to read
    chain_hold();
    assert_int_equal(module_hold_count(upper), 0);
    module_get(wants)->state = MODULE_REGISTERED;
    chain_hold();
    assert_int_equal(module_hold_count(upper), 1);
    fs_remove(&volume);
    assert_int_equal(module_hold_count(upper), 0);
    serve_end();
}

TEST(the_chain_has_what_its_modules_hold_and_need)
{
    uint32_t bus;

    serve(true);
    volume_boot();
    chain_mark();
    assert_true(module_find(BTL_STR("bus"), &bus));
    assert_true(lower->in_chain && upper->in_chain && module_get(bus)->in_chain);
    assert_false(module_get(bus + 2)->in_chain); // wants
    fs_remove(&volume);
    chain_mark();
    assert_false(lower->in_chain || upper->in_chain || module_get(bus)->in_chain);
    serve_end();
}

TEST(files_of_the_chain_stay_in_memory)
{
    serve(true);
    source_release_rest();
    assert_true(source_is_staged(lower) && source_is_staged(upper));
    fs_remove(&volume);
    source_release_rest();
    assert_false(source_is_staged(lower) || source_is_staged(upper));
    serve_end();
}

TEST(a_boot_volume_that_no_module_needs_is_not_held)
{
    serve(false);
    assert_ptr_equal(volume_boot(), &volume);
    assert_int_equal(module_hold_count(upper), 0);
    serve_end();
}

TEST(by_force_it_says_what_will_be_unreachable)
{
    serve(true);
    volume_boot();
    lab->unload = unload_and_release;
    assert_int_equal(module_unload_by_force(a), 0);
    assert_contains(host_printed(), "a serves the boot volume; without it these modules cannot be "
                                    "loaded: wants\n");
    serve_end();
}
