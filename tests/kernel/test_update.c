// SPDX-License-Identifier: BSD-2-Clause
// Replacing the file of a module: each step that fails leaves the old module as it was.
#include "shop.h"

#include "dlkm/register.h"
#include "dlkm/volume.h"

#include <string.h>

static uint32_t mine; // its id

static int begin(void **state)
{
    lab_begin(state);
    shop_begin();
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine", .provides = "mine"});
    return 0;
}

static int end(void **state)
{
    shop_end();
    return lab_end(state);
}

EACH_TEST(begin, end)

// `mine` is registered and loaded.
static void start(const char *config)
{
    world_config(config);
    lab_start();
    assert_int_equal(module_register(BTL_STR("mine"), &mine), 0);
    assert_int_equal(module_load_by_hand(mine), 0);
    lab_forget_events();
    host_clear();
}

static int updates(const char *file)
{
    host_clear();
    lab_forget_events();
    return module_update(mine, btl_str_of(file));
}

static const char *version(void)
{
    static char text[8];
    struct btl_str is = module_version(module_get(mine));

    btl_format_to(text, sizeof(text), "%pS", &is);
    return text;
}

// The update ends before the old module was called.
static void refuses(const char *file, const char *code)
{
    struct lab_snapshot before = lab_snapshot();
    const struct module_image *image = module_get(mine)->image;

    assert_int_equal(updates(file), BTL_EINVAL);
    assert_contains(host_printed(), code);
    assert_null(strstr(lab_events, "load mine"));
    assert_string_equal(version(), "1.0");
    assert_ptr_equal(module_get(mine)->image, image);
    assert_int_equal(module_get(mine)->state, MODULE_LOADED);
    assert_non_null(btl_symtab_find(exports_table(), BTL_STR("shop_mine")));
    assert_snapshot(before);
}

// The old module is back.
static void comes_back(const char *file, const char *code, const char *events)
{
    struct lab_snapshot before = lab_snapshot();
    char is[8];

    strcpy(is, version());
    assert_int_equal(updates(file), BTL_EINVAL);
    assert_contains(host_printed(), code);
    assert_contains(host_printed(), "run-update-back");
    assert_string_equal(lab_events, events);
    assert_string_equal(version(), is);
    assert_int_equal(module_get(mine)->state, MODULE_LOADED);
    assert_snapshot(before);
}

TEST(a_loaded_module_is_replaced)
{
    const uint8_t *old;

    start("mine.depth=\"12\"\n");
    old = module_get(mine)->record->file.at;
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine", .version = "1.1"});
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(updates(""), 0); // its own place
    assert_string_equal(lab_events, "unload mine;load mine;");
    assert_string_equal(version(), "1.1");
    assert_ptr_not_equal(module_get(mine)->record->file.at, old);
    assert_int_equal(*(const int64_t *)module_get(mine)->image->linked.wrapper->tunables[0].storage,
                     12);
    assert_int_equal(btl_symtab_find(exports_table(), BTL_STR("shop_mine"))->owner, mine);
    assert_int_equal(lab_snapshot().images, before.images);
    assert_int_equal(lab_snapshot().exports, before.exports);
    assert_int_equal(lab_snapshot().allocations, before.allocations);
}

TEST(a_module_that_is_not_loaded_gets_the_file)
{
    start("");
    assert_int_equal(module_unload(mine), 0);
    shop_put("/modules/next.ko", (struct shop_item){.name = "mine", .version = "1.1"});
    assert_int_equal(updates("/modules/next.ko"), 0);
    assert_string_equal(lab_events, "");
    assert_string_equal(version(), "1.1");
    lab_load_result[mine] = BTL_EIO;
    assert_int_equal(module_load_by_hand(mine), BTL_ENODEV);
    // One that has failed may be loaded again.
    lab_load_result[mine] = 0;
    assert_int_equal(updates("/modules/mine.ko"), 0);
    assert_int_equal(module_get(mine)->state, MODULE_REGISTERED);
    assert_int_equal(module_load_by_hand(mine), 0);
}

TEST(a_file_that_cannot_be_read_or_planned)
{
    start("");
    shop_put("/modules/junk.ko", (struct shop_item){.name = "mine"});
    shop_cut("/modules/junk.ko", 300);
    shop_put("/modules/need.ko", (struct shop_item){.name = "mine", .depends = {"gone"}});
    shop_put("/modules/name.ko", (struct shop_item){.name = "name"});
    refuses("/modules/none.ko", "run-file-not-found");
    refuses("/modules/junk.ko", "elf-");
    refuses("/modules/need.ko", "plan-dependency-failed");
    refuses("/modules/name.ko", "plan-name-mismatch");
    refuses("/attic/mine.ko", "run-register-path");
    shop_remove("/modules/mine.ko");
    refuses("", "run-file-not-found"); // it is loaded from the bytes that the kernel keeps
}

TEST(a_new_file_that_needs_another_module)
{
    uint32_t lib;

    start("");
    shop_put("/modules/lib1.ko", (struct shop_item){.name = "lib1"});
    shop_put("/modules/next.ko", (struct shop_item){.name = "mine", .depends = {"lib1"}});
    // It fails: then it is neither loaded nor registered.
    lab_load_result[mine + 1] = BTL_EIO;
    refuses("/modules/next.ko", "run-update-dependency");
    assert_false(module_find(BTL_STR("lib1"), &lib));
    lab_load_result[mine + 1] = 0;
    assert_int_equal(updates("/modules/next.ko"), 0);
    assert_string_equal(lab_events, "load lib1;unload mine;load mine;");
    assert_true(module_find(BTL_STR("lib1"), &lib));
    assert_int_equal(module_get(lib)->dependents, 1);
    // The old file does not need it.
    assert_int_equal(updates("/modules/mine.ko"), 0);
    assert_int_equal(module_get(lib)->dependents, 0);
    assert_int_equal(module_unload(lib), 0);
    assert_int_equal(module_unregister(lib), 0);
}

TEST(what_was_loaded_for_a_file_that_fails_goes)
{
    uint32_t lib;

    start("");
    shop_put("/modules/lib1.ko", (struct shop_item){.name = "lib1"});
    shop_put("/modules/next.ko", (struct shop_item){.name = "mine", .depends = {"lib1"}});
    assert_int_equal(hold_add(module_get(mine), "the test"), 0);
    refuses("/modules/next.ko", "run-busy-held");
    assert_string_equal(lab_events, "load lib1;unload lib1;");
    assert_false(module_find(BTL_STR("lib1"), &lib));
    hold_drop(module_get(mine), "the test");
}

// Also the modules that these need, whether they were registered before or not.
TEST(what_was_loaded_for_those_goes_too)
{
    uint32_t lib;

    start("");
    shop_put("/modules/lib3.ko", (struct shop_item){.name = "lib3"});
    shop_put("/modules/lib2.ko", (struct shop_item){.name = "lib2", .depends = {"lib3"}});
    shop_put("/modules/lib1.ko", (struct shop_item){.name = "lib1", .depends = {"lib2"}});
    shop_put("/modules/next.ko", (struct shop_item){.name = "mine", .depends = {"lib1"}});
    assert_int_equal(module_register(BTL_STR("lib3"), &lib), 0);
    assert_int_equal(hold_add(module_get(mine), "the test"), 0);
    refuses("/modules/next.ko", "run-busy-held");
    assert_string_equal(lab_events,
                        "load lib3;load lib2;load lib1;unload lib1;unload lib2;unload lib3;");
    assert_false(module_find(BTL_STR("lib2"), &lib));
    assert_true(module_find(BTL_STR("lib3"), &lib));
    assert_int_equal(module_get(lib)->state, MODULE_REGISTERED);
    hold_drop(module_get(mine), "the test");
}

TEST(a_file_that_does_not_link)
{
    start("");
    // Its metadata is good; it calls a function that is not exported.
    shop_put_guest("/modules/next.ko", "wild");
    refuses("/modules/next.ko", "link-unresolved");
}

TEST(a_busy_module)
{
    uint32_t user;

    start("");
    shop_put("/modules/user.ko",
             (struct shop_item){.name = "user", .depends = {"mine"}, .needs = "mine"});
    shop_put("/modules/next.ko",
             (struct shop_item){.name = "mine", .version = "1.1", .provides = "mine"});
    shop_put("/modules/less.ko", (struct shop_item){.name = "mine", .version = "1.2"});
    assert_int_equal(module_register(BTL_STR("user"), &user), 0);
    assert_int_equal(module_load_by_hand(user), 0);
    refuses("/modules/next.ko", "run-busy-dependent");
    refuses("/modules/less.ko", "user could not be loaded with the new one");
    assert_contains(host_printed(), "plan-interface-missing");
    assert_int_equal(module_unload(user), 0);
    refuses("/modules/less.ko", "run-update-dependent"); // it is still registered
    assert_int_equal(updates("/modules/next.ko"), 0);
    assert_int_equal(module_load_by_hand(user), 0);
}

TEST(an_unload_function_that_refuses)
{
    start("");
    lab_unload_result[mine] = BTL_EBUSY;
    shop_put("/modules/next.ko", (struct shop_item){.name = "mine", .version = "1.1"});
    assert_int_equal(updates("/modules/next.ko"), BTL_EINVAL);
    assert_contains(host_printed(), "run-unload-refused");
    assert_string_equal(lab_events, "unload mine;");
    assert_int_equal(module_get(mine)->state, MODULE_LOADED);
    assert_string_equal(version(), "1.0");
}

static int fails_once(const char *name, const char *flags)
{
    static int calls;
    size_t used = strlen(lab_events);

    btl_format_to(lab_events + used, sizeof(lab_events) - used, "load %s;", name);
    return calls++ % 2 == 0 ? BTL_EIO : 0;
}

static int fails(const char *name, const char *flags)
{
    return BTL_EIO;
}

TEST(a_load_function_that_fails)
{
    start("");
    shop_put("/modules/next.ko", (struct shop_item){.name = "mine", .version = "1.1"});
    shop_remove("/modules/mine.ko");
    lab->load = fails_once;
    comes_back("/modules/next.ko", "run-load-function", "unload mine;load mine;load mine;");
    lab->load = fails;
    assert_int_equal(updates("/modules/next.ko"), BTL_EINVAL);
    assert_contains(host_printed(), "run-update-lost");
    assert_int_equal(module_get(mine)->state, MODULE_FAILED);
    assert_string_equal(version(), "1.0");
}

static uint32_t clashing;

static int unloads_and_loads(const char *name)
{
    size_t used = strlen(lab_events);

    btl_format_to(lab_events + used, sizeof(lab_events) - used, "unload %s;", name);
    if (strcmp(name, "mine") == 0)
        module_autoload(clashing);
    return 0;
}

// The old module's unload function leads to the load of a module that exports what the new one
// does.
TEST(an_export_that_is_taken_meanwhile)
{
    start("");
    shop_put("/modules/next.ko", (struct shop_item){.name = "next"});
    shop_put("/modules/new1.ko",
             (struct shop_item){.name = "mine", .version = "1.1", .exports = "next"});
    assert_int_equal(module_register(BTL_STR("next"), &clashing), 0);
    assert_int_equal(module_load_by_hand(clashing), 0); // the tables grow
    assert_int_equal(module_unload(clashing), 0);
    lab->unload = unloads_and_loads;
    struct lab_snapshot before = lab_snapshot();
    assert_int_equal(updates("/modules/new1.ko"), BTL_EINVAL);
    assert_contains(host_printed(), "symbol shop_next is exported by both next and mine");
    assert_contains(host_printed(), "run-update-back");
    assert_string_equal(lab_events, "unload mine;load next;load mine;");
    assert_string_equal(version(), "1.0");
    assert_int_equal(module_unload(clashing), 0);
    assert_snapshot(before);
}

TEST(majors_that_are_taken)
{
    uint32_t driver = lab_driver("char3", "both", 4, -1);

    shop_put_guest("/modules/char3.ko", "char3");
    lab_driver("first", "both", 3, -1);
    start("");
    assert_int_equal(module_load_by_hand(driver), 0);
    mine = driver;
    comes_back("/modules/char3.ko", "run-major-taken", "unload char3;load char3;");
    assert_int_equal(module_get(driver)->major[BTL_DEVICE_CHAR], 4);
}

// A driver that takes any major keeps the one that it has, also when a higher one is free.
TEST(a_dynamic_major_stays)
{
    shop_put_guest("/modules/both.ko", "both");
    uint32_t first = lab_driver("first", "misc", -1, -1), both = lab_driver("both", "both", -1, -1);
    start("");
    assert_int_equal(module_get(first)->major[BTL_DEVICE_CHAR], 255);
    assert_int_equal(module_get(both)->major[BTL_DEVICE_CHAR], 254);
    type_release(module_get(first));
    mine = both;
    assert_int_equal(updates("/modules/both.ko"), 0);
    assert_int_equal(module_get(both)->major[BTL_DEVICE_CHAR], 254);
}

// The file of a module of the boot may be away: then nothing is done.
TEST(no_way_back)
{
    uint32_t boot = lab_module("boot", "misc", BTL_TYPE_MISC);

    shop_put("/modules/next.ko", (struct shop_item){.name = "boot", .version = "1.1"});
    start("");
    assert_int_equal(module_load_by_hand(boot), 0);
    module_get(boot)->file_released = true;
    mine = boot;
    lab_forget_events();
    assert_int_equal(updates("/modules/next.ko"), BTL_EINVAL);
    assert_contains(host_printed(), "its file cannot be read any more");
    assert_int_equal(module_get(boot)->state, MODULE_LOADED);
    world.module[boot].supported = BTL_SUPPORTS_BOOT2;
    assert_int_equal(updates("/modules/next.ko"), BTL_EINVAL);
    assert_contains(host_printed(), "it does not support RUN");
    assert_string_equal(lab_events, "");
    module_get(boot)->file_released = false;
    world.module[boot].supported = BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN;
    assert_int_equal(updates("/modules/next.ko"), 0);
    assert_string_equal(lab_events, "unload boot;load boot;");
    assert_string_equal(version(), "1.1");
}

// The new file stands in the kernel's memory, so the loader's copy of the old one is given back.
TEST(the_staged_file_of_a_module_that_is_replaced)
{
    uint32_t boot = lab_module("boot", "misc", BTL_TYPE_MISC);

    shop_put("/modules/next.ko", (struct shop_item){.name = "boot", .version = "1.1"});
    start("");
    world.module[boot].configured = BTL_PHASE_INIT;
    assert_int_equal(module_load_by_hand(boot), 0);
    mine = boot;
    lab_unload_result[boot] = BTL_EBUSY;
    assert_int_equal(updates("/modules/next.ko"), BTL_EINVAL);
    assert_false(module_get(boot)->file_released);
    lab_unload_result[boot] = 0;
    assert_int_equal(updates("/modules/next.ko"), 0);
    assert_true(module_get(boot)->file_released);
    assert_int_equal(module_get(boot)->entry->configured, BTL_PHASE_INIT);
}

// Each allocation fails once: the module is replaced, or the old one is loaded.
TEST(memory_that_ends_at_any_point)
{
    start("mine.depth=\"12\"\n");
    shop_put("/modules/lib1.ko", (struct shop_item){.name = "lib1", .provides = "libs"});
    shop_put(
        "/modules/next.ko",
        (struct shop_item){.name = "mine", .version = "1.1", .depends = {"lib1"}, .needs = "libs"});
    struct lab_snapshot before = lab_snapshot();
    for (uint64_t n = 0;; n++) {
        host_fail_alloc(n);
        int error = updates("/modules/next.ko");
        host_fail_no_alloc();
        assert_int_equal(module_get(mine)->state, MODULE_LOADED);
        if (error == 0)
            break;
        assert_contains(host_printed(), "error: ");
        assert_string_equal(version(), "1.0");
        assert_int_equal(lab_snapshot().images, before.images);
        assert_int_equal(lab_snapshot().exports, before.exports);
        assert_int_equal(lab_snapshot().allocations, before.allocations);
        assert_in_range(n, 0, 500);
    }
    assert_string_equal(version(), "1.1");
}
