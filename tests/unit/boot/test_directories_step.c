// SPDX-License-Identifier: BSD-2-Clause
// The search for modules' files in the directories of module_path: its cost, and what it finds.
#include "test_case.h"

#include <stdio.h>

#include <btl/attempt.h>

#include "btl_test.h"

// A volume without files. `existing`: the beginning of the names of directories that are there.
struct search_world {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_boot boot;
    struct btl_attempt attempt;
    const char *existing;
    uint32_t looks, files; // calls of the driver, and those for files below existing directories
};

static const struct btl_boot_file *world_read(void *owner, struct btl_str path, uint64_t max,
                                              struct btl_file_problem *ret_problem)
{
    struct search_world *world = owner;
    bool below = btl_str_begins(path, btl_str_of(world->existing));
    bool file = btl_str_ends(path, BTL_STR(".ko"));
    world->looks++;
    world->files += below && file;
    *ret_problem = (struct btl_file_problem){.code = below && !file ? BTL_FILE_IS_DIRECTORY
                                                                    : BTL_FILE_NOT_FOUND};
    return NULL;
}

static struct btl_str world_name(void *owner, struct btl_str path)
{
    return path;
}

static void world_plan_grew(void *owner, uint32_t first)
{
}

static const struct btl_boot_driver driver = {
    .read = world_read, .name = world_name, .plan_grew = world_plan_grew};

// Search `modules` modules in `directories` directories named /dN.
static void search(struct search_world *world, const char *existing, int directories, int modules)
{
    static char conf[1 << 20];
    size_t len = (size_t)snprintf(conf, sizeof(conf), "module_path=\"/d0");
    for (int i = 1; i < directories; i++)
        len += (size_t)snprintf(conf + len, sizeof(conf) - len, ";/d%d", i);
    len += (size_t)snprintf(conf + len, sizeof(conf) - len, "\"\n");
    for (int i = 0; i < modules; i++)
        len += (size_t)snprintf(conf + len, sizeof(conf) - len, "m%d_load=\"YES\"\n", i);
    test_memory_begin(&world->memory);
    world->existing = existing;
    world->diags = (struct btl_diags){.arena = &world->memory.arena};
    world->boot = (struct btl_boot){.driver = &driver, .owner = world};
    world->looks = world->files = 0;
    btl_attempt_begin(&world->attempt, &world->boot, &world->memory.arena, &world->diags);
    assert_true(btl_config_parse(BTL_STR("loader.conf"), (struct btl_str){conf, len},
                                 &world->memory.arena, &world->attempt.config, &world->diags));
    assert_true(btl_attempt_read_modules(&world->attempt));
    assert_int_equal(world->attempt.plan.module_count, modules);
}

TEST(missing_directories_cost_one_look_each)
{
    struct search_world world;
    search(&world, "/nothing", 200, 2000);
    assert_in_range(world.looks, 2200, 2210);
    assert_int_equal(test_count_code(&world.diags, BTL_BOOT_NO_DIRECTORY), 1);
    test_memory_end(&world.memory);
}

TEST(existing_directories_are_searched_up_to_the_limit)
{
    struct search_world world;
    search(&world, "/d", 200, 2000);
    assert_int_equal(world.looks, 200 + BTL_MODULE_DIRECTORIES_MAX * 2000);
    assert_int_equal(world.files, BTL_MODULE_DIRECTORIES_MAX * 2000);
    assert_int_equal(test_count_code(&world.diags, BTL_BOOT_DIRECTORIES), 1);
    test_memory_end(&world.memory);
}

// The limit counts those that exist, wherever they are in the line.
TEST(missing_directories_do_not_count)
{
    struct search_world world;
    search(&world, "/d9", 100, 50); // 9 and 90 to 99
    assert_int_equal(world.files, 11 * 50);
    assert_int_equal(world.looks, 100 + 11 * 50);
    assert_int_equal(test_count_code(&world.diags, BTL_BOOT_DIRECTORIES), 0);
    test_memory_end(&world.memory);
}

TEST(a_single_directory_is_not_asked_for)
{
    struct search_world world;
    search(&world, "/nothing", 1, 20);
    assert_int_equal(world.looks, 20);
    assert_int_equal(test_count_code(&world.diags, BTL_BOOT_NO_DIRECTORY), 0);
    test_memory_end(&world.memory);
}
