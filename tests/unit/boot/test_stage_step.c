// SPDX-License-Identifier: BSD-2-Clause
// Which files the loader keeps in memory.
#include "test_case.h"

#include <btl/attempt.h>

#include "plan_world.h"

#define DISK  "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00"
#define BLK   "blk phases=BOOT2,RUN alias=pci:v00008086*,pci:v00001AF4d00001042*"
#define FILES "files phases=BOOT2,RUN provides=fs:1.0"
#define PARTS "parts phases=BOOT2,RUN provides=gpt:1.0,mbr:1.0"
#define ALL                                                                                        \
    "blk_load=YES\nblk_phase=BOOT2\nfiles_load=YES\nfiles_phase=BOOT2\n"                           \
    "parts_load=YES\nparts_phase=BOOT2\n"

static struct answer {
    bool all;
    enum btl_stage_reason reason;
    uint32_t warnings;
} ask(const char *conf, const char *blk, const char *files, const char *parts, uint32_t layout,
      const char *controller)
{
    struct plan_world world;
    struct btl_attempt attempt = {0};
    world_begin(&world, conf);
    world_module(&world, blk);
    world_module(&world, files);
    world_module(&world, parts);
    world_module(&world, "init");
    world_plan(&world);
    uint32_t before = world.diags.warnings;
    attempt.plan = world.plan;
    attempt.config = *world.plan.config;
    attempt.diags = &world.diags;
    btl_attempt_choose_staged(&attempt, &(struct btl_boot_disk){layout, btl_str_of(controller)});
    struct answer answer = {attempt.stage_all, attempt.stage_reason, world.diags.warnings - before};
    world_end(&world);
    return answer;
}

// With stage="auto" the reason decides; without a word too.
static void expect(const char *conf, const char *blk, const char *files, const char *parts,
                   uint32_t layout, const char *controller, enum btl_stage_reason reason)
{
    struct answer answer = ask(conf, blk, files, parts, layout, controller);
    assert_int_equal(answer.reason, reason);
    assert_int_equal(answer.all, reason != BTL_STAGE_READABLE);
    assert_int_equal(answer.warnings, 0);
    assert_true(btl_stage_reason_text(reason)[0] != '\0');
}

TEST(a_volume_that_modules_certainly_read_keeps_its_files)
{
    expect(ALL, BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK, BTL_STAGE_READABLE);
    expect(ALL "stage=auto\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK, BTL_STAGE_READABLE);
    expect(ALL, BLK, FILES, PARTS, BTLM_VOLUME_MBR, DISK, BTL_STAGE_READABLE);
    expect(ALL, BLK, FILES, PARTS, BTLM_VOLUME_DISK, DISK, BTL_STAGE_READABLE);
}

TEST(each_kind_of_partition_has_its_reader)
{
    const char *gpt = "parts phases=BOOT2,RUN provides=gpt:1.0";
    const char *mbr = "parts phases=BOOT2,RUN provides=mbr:1.0", *none = "parts phases=BOOT2,RUN";
    expect(ALL, BLK, FILES, gpt, BTLM_VOLUME_GPT, DISK, BTL_STAGE_READABLE);
    expect(ALL, BLK, FILES, gpt, BTLM_VOLUME_MBR, DISK, BTL_STAGE_NO_PARTITIONS);
    expect(ALL, BLK, FILES, mbr, BTLM_VOLUME_GPT, DISK, BTL_STAGE_NO_PARTITIONS);
    expect(ALL, BLK, FILES, mbr, BTLM_VOLUME_MBR, DISK, BTL_STAGE_READABLE);
    expect(ALL, BLK, FILES, none, BTLM_VOLUME_DISK, DISK, BTL_STAGE_READABLE);
    expect(ALL "parts_load=NO\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK,
           BTL_STAGE_NO_PARTITIONS);
    expect(ALL "parts_phase=INIT\n", BLK, FILES, PARTS, BTLM_VOLUME_MBR, DISK,
           BTL_STAGE_NO_PARTITIONS);
}

TEST(a_volume_that_lies_somewhere_else)
{
    expect(ALL, BLK, FILES, PARTS, BTLM_VOLUME_UNKNOWN, DISK, BTL_STAGE_NO_LAYOUT);
    expect(ALL, BLK, FILES, PARTS, 99, DISK, BTL_STAGE_NO_LAYOUT);
}

TEST(a_disk_without_a_driver)
{
    expect(ALL, BLK, FILES, PARTS, BTLM_VOLUME_GPT, "pci:v00008087d00002922sv*",
           BTL_STAGE_NO_DRIVER);
    expect(ALL, "blk phases=BOOT2,RUN", FILES, PARTS, BTLM_VOLUME_DISK, DISK, BTL_STAGE_NO_DRIVER);
}

// An alias of '*' drives every device, but none that is not known.
TEST(a_controller_that_is_not_known)
{
    expect(ALL, "blk phases=BOOT2,RUN alias=*", FILES, PARTS, BTLM_VOLUME_GPT, DISK,
           BTL_STAGE_READABLE);
    expect(ALL, "blk phases=BOOT2,RUN alias=*", FILES, PARTS, BTLM_VOLUME_GPT, "",
           BTL_STAGE_NO_CONTROLLER);
}

TEST(no_file_system)
{
    expect(ALL, BLK, "files phases=BOOT2,RUN provides=fsx:1.0,block:1.0", PARTS, BTLM_VOLUME_GPT,
           DISK, BTL_STAGE_NO_FILES);
    expect("", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK, BTL_STAGE_NO_FILES);
}

TEST(a_module_that_comes_too_late_or_not_at_all)
{
    expect(ALL "blk_phase=INIT\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK, BTL_STAGE_NO_DRIVER);
    expect(ALL "files_phase=AUTO\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK, BTL_STAGE_NO_FILES);
    expect(ALL "blk_load=NO\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK, BTL_STAGE_NO_DRIVER);
    struct answer failed = ask(ALL, BLK " needs=kernel:9.0", FILES, PARTS, BTLM_VOLUME_GPT, DISK);
    assert_int_equal(failed.reason, BTL_STAGE_NO_DRIVER);
    assert_true(failed.all);
}

TEST(the_administrator_decides)
{
    assert_true(ask(ALL "stage=all\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK).all);
    assert_false(ask("stage=boot\n", BLK, FILES, PARTS, BTLM_VOLUME_UNKNOWN, "").all);
}

// stage="boot" is warned of where modules will fail, not where that is not known.
TEST(a_demand_that_cannot_be_met_is_warned_of)
{
    const char *boot = ALL "init_load=YES\nstage=boot\n";
    assert_int_equal(ask(boot, BLK, FILES, PARTS, BTLM_VOLUME_GPT, DISK).warnings, 0);
    assert_int_equal(ask(boot, BLK, FILES, PARTS, BTLM_VOLUME_UNKNOWN, DISK).warnings, 0);
    assert_int_equal(ask(boot, BLK, FILES, PARTS, BTLM_VOLUME_GPT, "").warnings, 0);
    assert_int_equal(ask(boot, BLK, FILES, PARTS, BTLM_VOLUME_GPT, "pci:v0").warnings, 1);
    assert_int_equal(ask(ALL "stage=boot\n", BLK, FILES, PARTS, BTLM_VOLUME_GPT, "pci:v0").warnings,
                     0);
    assert_int_equal(ask(boot, BLK, "files phases=BOOT2,RUN", PARTS, BTLM_VOLUME_GPT, "").warnings,
                     1);
}
