// SPDX-License-Identifier: BSD-2-Clause
// Which files the loader keeps in memory.
#include "test_case.h"

#include "plan_world.h"

#define DISK  "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00"
#define BLK   "blk phases=BOOT2,RUN alias=pci:v00008086*,pci:v00001AF4d00001042*"
#define FILES "files phases=BOOT2,RUN provides=fs:1.0"
#define BOTH  "blk_load=YES\nblk_phase=BOOT2\nfiles_load=YES\nfiles_phase=BOOT2\n"

static bool stages_all(const char *conf, const char *blk, const char *files, const char *controller)
{
    struct plan_world world;
    world_begin(&world, conf);
    world_module(&world, blk);
    world_module(&world, files);
    world_module(&world, "init");
    world_plan(&world);
    bool all = btl_plan_stages_all(&world.plan, btl_str_of(controller));
    world_end(&world);
    return all;
}

TEST(test_a_driver_of_the_disk_and_a_file_system_leave_files_on_it)
{
    assert_false(stages_all(BOTH, BLK, FILES, DISK));
    assert_false(stages_all(BOTH "stage=auto\n", BLK, FILES, DISK));
}

TEST(test_a_disk_that_nobody_drives)
{
    assert_true(stages_all(BOTH, BLK, FILES, "pci:v00008087d00002922sv*"));
    assert_true(stages_all(BOTH, "blk phases=BOOT2,RUN", FILES, DISK));
}

// An alias of '*' drives every device, but none that is not known.
TEST(test_a_disk_that_is_not_known)
{
    assert_false(stages_all(BOTH, "blk phases=BOOT2,RUN alias=*", FILES, DISK));
    assert_true(stages_all(BOTH, "blk phases=BOOT2,RUN alias=*", FILES, ""));
}

TEST(test_no_file_system)
{
    assert_true(stages_all(BOTH, BLK, "files phases=BOOT2,RUN provides=fsx:1.0,block:1.0", DISK));
}

TEST(test_what_comes_too_late_or_not_at_all)
{
    assert_true(stages_all(BOTH "blk_phase=INIT\n", BLK, FILES, DISK));
    assert_true(stages_all(BOTH "files_phase=AUTO\n", BLK, FILES, DISK));
    assert_true(stages_all(BOTH "blk_load=NO\n", BLK, FILES, DISK));
    assert_true(stages_all(BOTH, BLK " needs=kernel:9.0", FILES, DISK));
}

TEST(test_the_administrator_decides)
{
    assert_true(stages_all(BOTH "stage=all\n", BLK, FILES, DISK));
    assert_false(stages_all("stage=boot\n", BLK, FILES, ""));
    assert_true(stages_all("", BLK, FILES, DISK));
}
