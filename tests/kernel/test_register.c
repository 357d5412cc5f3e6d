// SPDX-License-Identifier: BSD-2-Clause
// Files that the boot did not name: registered with what they need, loaded, unregistered.
#include "shop.h"

#include "dlkm/register.h"
#include "dlkm/source.h"
#include "monitor/commands.h"

#include <string.h>

static int begin(void **state)
{
    lab_begin(state);
    shop_begin();
    return 0;
}

static int end(void **state)
{
    shop_end();
    return lab_end(state);
}

EACH_TEST(begin, end)

static uint32_t registers(const char *file)
{
    uint32_t id = BTL_NONE;

    assert_int_equal(module_register(btl_str_of(file), &id), 0);
    return id;
}

static void type(const char *line)
{
    char text[128], *words[8];
    int count = 0;

    btl_format_to(text, sizeof(text), "%s", line);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    host_clear();
    kmadmin_run(count, words);
}

// The boot is over; the tables that grow once have grown.
static void start(const char *config)
{
    world_config(config);
    lab_start();
    assert_non_null(module_add(record_new(), NULL));
    module_remove(module_get(module_count() - 1));
    host_clear();
}

// Nothing is registered, and nothing stays allocated.
static void refuses(const char *file, const char *code)
{
    struct lab_snapshot before = lab_snapshot();
    uint32_t count = module_count(), id = BTL_NONE;

    host_clear();
    assert_int_equal(module_register(btl_str_of(file), &id), BTL_EINVAL);
    assert_contains(host_printed(), code);
    assert_int_equal(module_count(), count);
    assert_snapshot(before);
}

TEST(a_file_is_registered_with_what_it_needs)
{
    uint32_t base = lab_module("base", "misc", BTL_TYPE_MISC), id, mine;

    shop_put("/modules/lib1.ko", (struct shop_item){.name = "lib1", .provides = "libs"});
    shop_put("/modules/mine.ko",
             (struct shop_item){
                 .name = "mine", .version = "2.5", .depends = {"base", "lib1"}, .needs = "libs"});
    start("mine_flags=\"fast\"\nmine.depth=\"12\"\n");
    struct lab_snapshot before = lab_snapshot();
    mine = registers("mine");
    assert_contains(host_printed(), "lib1: it is registered too, because mine needs it");
    assert_int_equal(base, 0);
    assert_int_equal(mine, 2); // behind the manifest's one, and the module that it needs
    assert_true(module_find(BTL_STR("lib1"), &id));
    assert_true(module_depends_on(module_get(mine), id));
    assert_true(module_depends_on(module_get(mine), base));
    assert_int_equal(module_get(mine)->state, MODULE_REGISTERED);
    assert_true(btl_str_equal(module_path(module_get(mine)), BTL_STR("/modules/mine.ko")));
    assert_true(btl_str_equal(module_version(module_get(mine)), BTL_STR("2.5")));
    assert_true(btl_str_equal(module_flags(module_get(mine)), BTL_STR("fast")));
    // The kernel links what it has judged, whatever the place has now.
    shop_remove("/modules/mine.ko");
    assert_int_equal(module_load_by_hand(mine), 0);
    assert_string_equal(lab_events, "load base;load lib1;load mine;");
    assert_int_equal(*(const int64_t *)module_get(mine)->image->linked.wrapper->tunables[0].storage,
                     12);
    assert_non_null(btl_symtab_find(exports_table(), BTL_STR("shop_mine")));

    assert_int_equal(module_unregister(mine), BTL_EBUSY);
    assert_contains(host_printed(), "run-unregister-state");
    assert_int_equal(module_unload(mine), 0);
    assert_int_equal(module_unload(id), 0);
    assert_int_equal(module_unregister(id), BTL_EBUSY);
    assert_contains(host_printed(), "lib1: it cannot be unregistered, because mine is registered");
    assert_int_equal(module_unregister(mine), 0);
    assert_int_equal(module_unregister(id), 0);
    assert_int_equal(module_unregister(base), BTL_EBUSY);
    assert_contains(host_printed(), "run-unregister-boot");
    assert_int_equal(module_unload(base), 0);
    assert_int_equal(module_count(), 1);
    assert_snapshot(before);
}

TEST(an_id_that_is_free_is_used_again)
{
    shop_put("/modules/aaaa.ko", (struct shop_item){.name = "aaaa"});
    shop_put("/modules/bbbb.ko", (struct shop_item){.name = "bbbb"});
    shop_put("/modules/cccc.ko", (struct shop_item){.name = "cccc"});
    start("");
    assert_int_equal(registers("aaaa"), 0);
    assert_int_equal(registers("bbbb"), 1);
    assert_int_equal(module_unregister(0), 0);
    assert_int_equal(module_count(), 2);
    assert_int_equal(module_get(0)->state, MODULE_GONE);
    type("kmadmin -q 0");
    assert_contains(host_printed(), "no module has the id 0");
    type("kmadmin -b i 0");
    assert_contains(host_printed(), "no module 0 is registered");
    assert_int_equal(registers("cccc"), 0);
    assert_int_equal(module_load_by_hand(0), 0);
    assert_int_equal(module_load_by_hand(1), 0);
    assert_string_equal(lab_events, "load cccc;load bbbb;");
    assert_int_equal(module_unload(0), 0);
    assert_int_equal(module_unload(1), 0);
    assert_int_equal(module_unregister(0), 0);
    assert_int_equal(module_unregister(1), 0);
    assert_int_equal(module_count(), 0);
}

// The registry grows; nothing of it moves.
TEST(many_files)
{
    char name[8], path[64];

    shop_put("/modules/keep.ko", (struct shop_item){.name = "keep"});
    start("");
    const struct module *keep = module_get(registers("keep"));
    for (int i = 100; i < 200; i++) {
        btl_format_to(name, sizeof(name), "m%d", i);
        btl_format_to(path, sizeof(path), "/modules/%s.ko", name);
        shop_put(path, (struct shop_item){.name = name, .depends = {"keep"}});
        registers(path);
        shop_remove(path);
    }
    assert_int_equal(module_count(), 101);
    assert_ptr_equal(module_get(0), keep);
    assert_int_equal(module_load_by_hand(100), 0);
    assert_string_equal(lab_events, "load keep;load m199;");
    assert_int_equal(module_unload(100), 0);
    assert_int_equal(module_unload(0), 0);
    for (uint32_t id = 101; id > 0; id--)
        assert_int_equal(module_unregister(id - 1), 0);
    assert_int_equal(module_count(), 0);
}

TEST(what_loader_conf_permits)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    shop_put("/attic/mine.ko", (struct shop_item){.name = "mine"});
    shop_put("/modules/deep/mine.ko", (struct shop_item){.name = "mine"});
    start("module_path=\"/drivers;/modules\"\n");
    refuses("/attic/mine.ko", "run-register-path");
    refuses("/modules/deep/mine.ko", "run-register-path");
    refuses("shop0p1:/modules/mine.ko", "run-register-path");
    // A search path that the administrator has set does not permit more.
    assert_true(search_path_set(BTL_STR("/attic")));
    refuses("mine", "run-register-path");
    assert_int_equal(module_unregister(registers("/modules/mine.ko")), 0);
}

TEST(a_file_that_is_not_of_a_sealed_boot)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    world_boot(BTLM_BOOT_SEALED);
    start("");
    refuses("mine", "run-register-sealed");
    refuses("/modules/mine.ko", "run-register-sealed");
    world_boot(0);
    world_seal();
    assert_int_equal(module_unregister(registers("mine")), 0);
}

TEST(no_file_is_permitted)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    start("module_register=\"boot\"\n");
    refuses("mine", "run-register-boot");
    refuses("/modules/mine.ko", "run-register-boot");
}

TEST(any_file_is_permitted)
{
    shop_put("/attic/mine.ko", (struct shop_item){.name = "mine"});
    start("module_register=\"any\"\n");
    refuses("nowhere:/attic/mine.ko", "run-register-no-volume");
    uint32_t id = registers("shop0p1:/attic/mine.ko");
    type("kmadmin -b i mine"); // the loader would not find it
    assert_contains(host_printed(), "note: the loader looks for mine.ko in /modules, and this boot "
                                    "has shop0p1:/attic/mine.ko");
    assert_int_equal(module_unregister(id), 0);
    assert_int_equal(module_unregister(registers("/attic/mine.ko")), 0);
    assert_true(search_path_set(BTL_STR("/modules;shop0p1:/attic")));
    assert_int_equal(module_unregister(registers("mine")), 0);
}

TEST(files_that_cannot_be_registered)
{
    lab_module("base", "misc", BTL_TYPE_MISC);
    shop_put("/modules/base.ko", (struct shop_item){.name = "base"});
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    shop_put("/modules/junk.ko", (struct shop_item){.name = "junk"});
    shop_cut("/modules/junk.ko", 500);
    shop_put("/modules/sick.ko", (struct shop_item){.name = "sick"});
    shop_fail("/modules/sick.ko", BTL_EIO);
    shop_put("/modules/offs.ko", (struct shop_item){.name = "offs"});
    shop_put("/modules/need.ko", (struct shop_item){.name = "need", .depends = {"gone"}});
    shop_put("/modules/aaaa.ko", (struct shop_item){.name = "aaaa", .depends = {"bbbb"}});
    shop_put("/modules/bbbb.ko", (struct shop_item){.name = "bbbb", .depends = {"aaaa"}});
    shop_put("/modules/intf.ko", (struct shop_item){.name = "intf", .needs = "nope"});
    shop_put("/modules/uses.ko", (struct shop_item){.name = "uses", .depends = {"offs"}});
    start("offs_load=\"NO\"\nmine.depth=\"65\"\n");
    refuses("/modules/base.ko", "run-registered");
    refuses("/modules/none.ko", "run-file-not-found");
    refuses("none", "run-register-no-file");
    refuses("junk", "elf-");
    refuses("sick", "run-file-unreadable");
    shop_put("/modules/direc", (struct shop_item){.name = "dire"});
    shop_fail("/modules/direc", BTL_EINVAL);
    refuses("/modules/direc", "run-register-no-path");
    refuses("offs", "run-register-off");
    refuses("need", "run-register-no-file");
    refuses("need", "plan-dependency-failed");
    refuses("aaaa", "plan-cycle");
    refuses("intf", "plan-interface-missing");
    refuses("uses", "plan-dependency-off");
    refuses("mine", "run-tunable-range");
    world_vm_ready = false;
    refuses("base", "run-register-early");
    world_vm_ready = true;
}

// The file is not missing: there is nothing that it could be read from.
TEST(no_volume)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    start("module_register=\"any\"\n");
    assert_true(search_path_set(BTL_STR("nowhere:/modules")));
    refuses("mine", "nowhere:/modules/mine.ko: error: the file cannot be read");
    assert_true(search_path_set(BTL_STR("/modules")));
    shop_end();
    refuses("mine", "run-no-volume");
    shop_begin();
}

TEST(a_pinned_file)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    start("mine_sha256=\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n");
    refuses("mine", "boot-pinned");
}

// Majors belong to registered modules; a new driver gets those of the one that has gone.
TEST(majors)
{
    shop_put_guest("/modules/char3.ko", "char3");
    lab_driver("both", "both", -1, -1);
    start("");
    struct lab_snapshot before = lab_snapshot();
    uint32_t id = registers("char3");
    assert_int_equal(module_get(id)->major[BTL_DEVICE_CHAR], 3);
    assert_int_equal(module_unregister(id), 0);
    assert_snapshot(before);
}

TEST(a_major_that_is_taken)
{
    shop_put_guest("/modules/char3.ko", "char3");
    lab_driver("first", "both", 3, -1);
    start("");
    refuses("char3", "run-major-taken");
}

// A module that the loader has refused fails those that need it, and a file of its name is refused.
TEST(a_module_that_the_loader_refused)
{
    world_module("sick", BTL_PHASE_AUTO, BTLM_FAILED);
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine", .depends = {"sick"}});
    shop_put("/modules/sick.ko", (struct shop_item){.name = "sick"});
    start("");
    refuses("mine", "plan-dependency-failed");
    refuses("sick", "run-registered");
    // Its file can be replaced, and then it can be loaded.
    assert_int_equal(module_update(0, BTL_STR("/modules/sick.ko")), 0);
    assert_int_equal(module_get(0)->state, MODULE_REGISTERED);
    assert_int_equal(module_load_by_hand(registers("mine")), 0);
    assert_string_equal(lab_events, "load sick;load mine;");
}

// Each allocation fails in turn: the module is registered, or nothing has happened.
TEST(memory_that_ends_at_any_point)
{
    shop_put("/modules/lib1.ko", (struct shop_item){.name = "lib1", .provides = "libs"});
    shop_put("/modules/mine.ko",
             (struct shop_item){.name = "mine", .depends = {"lib1"}, .needs = "libs"});
    start("mine_flags=\"fast\"\nmine.depth=\"12\"\n");
    struct lab_snapshot before = lab_snapshot();
    bool good = false;
    for (uint64_t n = 0; !good; n++) {
        uint32_t id;
        host_clear();
        host_fail_alloc(n);
        good = module_register(BTL_STR("mine"), &id) == 0;
        host_fail_no_alloc();
        if (good)
            break;
        assert_contains(host_printed(), "error: ");
        assert_int_equal(module_count(), 0);
        assert_snapshot(before);
        assert_in_range(n, 0, 200);
    }
    assert_int_equal(module_count(), 2);
}

// Without memory loader.conf cannot be read; then nothing is permitted.
TEST(memory_that_ends_while_loader_conf_is_read)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    start("module_register=\"boot\"\n");
    for (uint64_t n = 0; n < 20; n++) {
        uint32_t id;
        host_fail_alloc(n);
        assert_int_equal(module_register(BTL_STR("mine"), &id), BTL_EINVAL);
        host_fail_no_alloc();
    }
}

TEST(the_commands)
{
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine"});
    start("");
    type("kmadmin -r mine nosuch");
    assert_contains(host_printed(), "kmadmin: Module mine registered, ID = 0\n");
    assert_contains(host_printed(), "kmadmin: nosuch was not registered\n");
    type("kmadmin -L /modules/mine.ko"); // registered already, with this file
    assert_contains(host_printed(), "kmadmin: Module mine loaded, ID = 0\n");
    shop_put("/modules/mine.ko", (struct shop_item){.name = "mine", .version = "1.1"});
    type("kmadmin -M mine");
    assert_contains(host_printed(),
                    "kmadmin: Module mine updated, version 1.1, ID = 0; it is loaded\n");
    type("kmadmin -R mine");
    assert_contains(host_printed(), "kmadmin: Module mine was not unregistered\n");
    type("kmadmin -U mine");
    type("kmadmin -R mine");
    assert_contains(host_printed(), "kmadmin: Module mine unregistered\n");
    type("kmadmin -s");
    assert_null(strstr(host_printed(), "mine"));
    type("kmadmin -L mine");
    assert_contains(host_printed(), "kmadmin: Module mine loaded, ID = 0\n");
    type("kmadmin -M mine a b");
    assert_contains(host_printed(), "usage");
}
