// SPDX-License-Identifier: BSD-2-Clause
// Modules of Linux: names, versions, parameters, built-in ones.
#include "test_case.h"

#include "plan_world.h"

#define RELEASE "6.1.0-18-cloud-amd64"

static void linux_begin(struct plan_world *world, const char *conf, const char *builtin)
{
    world_begin(world, conf);
    world_linux(world, RELEASE, builtin);
}

TEST(test_dependencies_and_phases)
{
    struct plan_world world;
    linux_begin(&world, "virtio_blk_load=\"YES\"\nvirtio_blk_phase=\"BOOT2\"\nloop_load=\"YES\"\n",
                "");
    world_module(&world, "virtio_blk vermagic=" RELEASE " depends=virtio,virtio_ring");
    world_module(&world, "virtio vermagic=" RELEASE);
    world_module(&world, "virtio_ring vermagic=" RELEASE " depends=virtio");
    world_module(&world, "loop vermagic=" RELEASE);
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "BOOT2: virtio<virtio_blk virtio_ring<virtio_blk virtio_blk; INIT: loop");
    assert_string_equal(world_messages(&world), "");
    world_end(&world);
}

TEST(test_boot1_is_refused)
{
    struct plan_world world;
    linux_begin(&world, "loop_load=\"YES\"\nloop_phase=\"BOOT1\"\n", "");
    world_module(&world, "loop vermagic=" RELEASE);
    world_plan(&world);
    assert_string_equal(world_messages(&world),
                        "loader.conf:2:1: error: loop: it is configured for BOOT1, but Linux links "
                        "its modules itself; set loop_phase to BOOT2 [plan-linux-boot1]\n");
    world_end(&world);
}

TEST(test_a_module_of_another_version)
{
    struct plan_world world;
    linux_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\n", "");
    world_module(&world, "a vermagic=6.1.0-17-cloud-amd64");
    world_module(&world, "b vermagic=" RELEASE " depends=a");
    world_plan(&world);
    assert_plan(&world, "failed: a b");
    assert_codes(&world.memory, &world.diags, "plan-vermagic plan-dependency-failed");
    world_end(&world);
}

TEST(test_without_a_release_every_version_is_taken)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_linux(&world, "", "");
    world_module(&world, "a vermagic=6.1.0-17-cloud-amd64");
    world_plan(&world);
    assert_plan(&world, "INIT: a");
    world_end(&world);
}

TEST(test_a_module_that_is_not_of_linux)
{
    struct plan_world world;
    linux_begin(&world, "a_load=\"YES\"\n", "");
    world_module(&world, "a phases=BOOT2,RUN");
    world_plan(&world);
    assert_codes(&world.memory, &world.diags, "plan-not-of-linux");
    world_end(&world);
}

TEST(test_a_module_of_linux_for_another_kernel)
{
    struct plan_world world;
    world_begin(&world, "a_load=\"YES\"\n");
    world_module(&world, "a vermagic=" RELEASE);
    world_plan(&world);
    assert_plan(&world, "failed: a");
    assert_codes(&world.memory, &world.diags, "plan-of-linux");
    world_end(&world);
}

TEST(test_hyphen_and_underscore_are_equal)
{
    struct plan_world world;
    linux_begin(&world,
                "virtio-rng_load=\"YES\"\nt10_pi_load=\"YES\"\nt10_pi.max-x=\"1\"\n"
                "sd_mod_load=\"YES\"\n",
                "");
    world_module(&world, "virtio-rng is=virtio_rng vermagic=" RELEASE);
    world_module(&world, "t10-pi is=t10_pi vermagic=" RELEASE " parms=max_x depends=crc-t10dif");
    world_module(&world, "crc_t10dif vermagic=" RELEASE);
    world_module(&world, "sd_mod vermagic=" RELEASE " depends=t10-pi");
    world_plan(&world);
    assert_plan(&world, "INIT: virtio-rng crc-t10dif<t10_pi t10_pi sd_mod");
    assert_string_equal(world_messages(&world), "");
    world_end(&world);
}

TEST(test_each_directory_and_each_spelling_is_tried)
{
    struct plan_world world;
    linux_begin(&world, "a_b-c_load=\"YES\"\nmodule_path=\"/x;/y\"\n", "");
    world_collect(&world);
    struct btl_planned *module = world_planned(&world, "a_b-c");
    assert_int_equal(module->verdict, BTL_FAILED);
    assert_str(&world.own, module->path, "/x/a_b-c.ko");
    world_end(&world);

    linux_begin(&world, "a_b-c_load=\"YES\"\nmodule_path=\"/x;/y\"\n", "");
    world_module(&world, "a-b-c is=a_b_c vermagic=" RELEASE " file=/y/a-b-c.ko");
    world_plan(&world);
    assert_plan(&world, "INIT: a_b-c");
    world_end(&world);
}

TEST(test_built_in_modules)
{
    struct plan_world world;
    linux_begin(&world, "ext4_load=\"YES\"\next4_required=\"YES\"\nloop_load=\"YES\"\n",
                "kernel/fs/ext4/ext4.ko\nkernel/lib/crc-t10dif.ko\n");
    world_module(&world, "loop vermagic=" RELEASE " depends=crc_t10dif");
    world_plan(&world);
    assert_true(world.ordered);
    assert_plan(&world, "INIT: loop");
    assert_codes(&world.memory, &world.diags, "plan-linux-built-in");
    world_end(&world);
}

TEST(test_parameters)
{
    struct plan_world world;
    linux_begin(&world,
                "loop_load=\"YES\"\nloop.max-loop=\"3\"\nloop.max_part=\"1\"\n"
                "loop.name=\"a\\\"b\"\n",
                "");
    world_module(&world, "loop vermagic=" RELEASE " parms=max_loop,name");
    world_plan(&world);
    assert_plan(&world, "failed: loop");
    assert_codes(&world.memory, &world.diags, "plan-unknown-tunable plan-linux-value");
    world_end(&world);
}

TEST(test_soft_dependencies)
{
    struct plan_world world;
    linux_begin(&world, "a_load=\"YES\"\nb_load=\"YES\"\n", "kernel/c-c.ko\n");
    world_module(&world, "a vermagic=" RELEASE " softdep=pre:,b,c_c,post:,d");
    world_module(&world, "b vermagic=" RELEASE);
    world_plan(&world);
    assert_plan(&world, "INIT: a b");
    assert_string_equal(world_messages(&world),
                        "loader.conf:1:1: note: a: it would like d to be loaded too (softdep), "
                        "which is not part of this boot; add d_load=\"YES\" if something is "
                        "missing [plan-softdep]\n");
    world_end(&world);
}
