// SPDX-License-Identifier: BSD-2-Clause
// What the assignments come to.
#include "test_case.h"

#include <stdio.h>

#include "btl_test.h"
#include "parsed_text.h"

TEST(test_keys_of_the_boot_take_effect)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("kernel=\"/boot/k.elf\"\n"
                           "kernel_options=\"console=com1 x\"\n"
                           "module_path=\"/a;/b\"\n"
                           "autoboot_delay=\"3600\"\n"
                           "verbose=yes\n"
                           "quiet=\"Yes\"\naslr=YES\n"
                           "manifest_save=\"YES\"\n"
                           "required_failure=reset\nhash=needed\nvolume=firmware\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    assert_true(parsed.good);
    assert_int_equal(parsed.config.hash, BTL_HASH_NEEDED);
    assert_int_equal(parsed.config.volume, BTL_VOLUME_FIRMWARE);
    assert_str(&parsed.memory, parsed.config.kernel, "/boot/k.elf");
    assert_ptr_equal(parsed.config.kernel_setting, &parsed.config.settings[0]);
    assert_str(&parsed.memory, parsed.config.kernel_options, "console=com1 x");
    assert_str(&parsed.memory, parsed.config.module_path, "/a;/b");
    assert_int_equal(parsed.config.autoboot_delay, 3600);
    assert_true(parsed.config.verbose && parsed.config.quiet && parsed.config.manifest_save);
    assert_true(parsed.config.aslr && parsed.config.aslr_setting == &parsed.config.settings[6]);
    assert_int_equal(parsed.config.required_failure, BTL_STOP_RESET);
    parse_end(&parsed);
}

TEST(test_keys_of_the_menu_and_of_trials_take_effect)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("title=\"New disk driver\"\nmenu=line\nboot_tries=3\nboot_timeout=90\n"
                           "early_size=64K\n"));
    assert_true(parsed.good);
    assert_str(&parsed.memory, parsed.config.title, "New disk driver");
    assert_int_equal(parsed.config.menu, BTL_MENU_LINE);
    assert_int_equal(parsed.config.boot_tries, 3);
    assert_true(parsed.config.boot_timeout_given);
    assert_int_equal(parsed.config.boot_timeout, 90);
    assert_int_equal(parsed.config.early_size, 64 << 10);
    parse_end(&parsed);
    parse(&parsed, BTL_STR("menu=screen\nboot_timeout=0\n"));
    assert_int_equal(parsed.config.menu, BTL_MENU_SCREEN);
    assert_true(parsed.config.boot_timeout_given);
    assert_int_equal(parsed.config.boot_timeout, 0);
    parse_end(&parsed);
    parse(&parsed, BTL_STR(""));
    assert_str(&parsed.memory, parsed.config.title, "");
    assert_int_equal(parsed.config.menu, BTL_MENU_AUTO);
    assert_int_equal(parsed.config.boot_tries, 0);
    assert_int_equal(parsed.config.early_size, 0);
    assert_false(parsed.config.boot_timeout_given);
    parse_end(&parsed);
}

TEST(test_keys_of_other_kinds_of_kernel_take_effect)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("kernel_type=uki\ninitrd=\"/a.img;/b.img\"\nwatchdog=60\n"
                           "a_kernel=\">=6.1\"\na_arch=ia64\na_serial=YES\nb_serial=NO\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    assert_int_equal(parsed.config.kernel_type, BTL_KERNEL_UKI);
    assert_int_equal(parsed.config.kernel_type_setting->line, 1);
    assert_str(&parsed.memory, parsed.config.initrd, "/a.img;/b.img");
    assert_int_equal(parsed.config.initrd_setting->line, 2);
    assert_int_equal(parsed.config.watchdog, 60);
    assert_str(&parsed.memory, parsed.config.modules[0].kernel->value, ">=6.1");
    assert_str(&parsed.memory, parsed.config.modules[0].arch->value, "ia64");
    assert_true(parsed.config.modules[0].serial && !parsed.config.modules[1].serial);
    parse_end(&parsed);
    parse(&parsed, BTL_STR(""));
    assert_null(parsed.config.kernel_type_setting);
    assert_str(&parsed.memory, parsed.config.initrd, "");
    assert_int_equal(parsed.config.watchdog, 0);
    parse_end(&parsed);
}

TEST(test_raw_files_are_gathered_in_order)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("file_ramdisk=\"/r.tar\"\nfile_b=\"/b\"\nfile_ramdisk=\"/r2.tar\"\n"
                           "file_load=YES\nfile_name=\"/x.ko\"\n"));
    assert_true(parsed.good);
    assert_int_equal(parsed.config.raw_file_count, 2);
    assert_str(&parsed.memory, parsed.config.raw_files[0].name, "b");
    assert_str(&parsed.memory, parsed.config.raw_files[0].setting->value, "/b");
    assert_str(&parsed.memory, parsed.config.raw_files[1].name, "ramdisk");
    assert_str(&parsed.memory, parsed.config.raw_files[1].setting->value, "/r2.tar");
    assert_int_equal(parsed.config.module_count, 1); // "file"
    assert_true(parsed.config.modules[0].load_yes);
    assert_str(&parsed.memory, parsed.config.modules[0].path->value, "/x.ko");
    parse_end(&parsed);
}

TEST(test_levels_of_failures)
{
    static const struct {
        const char *text;
        enum btl_on_error expected;
    } cases[] = {
        {"a_load=YES", BTL_ON_ERROR_WARN},
        {"a_required=YES", BTL_ON_ERROR_REQUIRED},
        {"a_required=NO", BTL_ON_ERROR_WARN},
        {"a_on_error=ignore", BTL_ON_ERROR_IGNORE},
        {"a_on_error=warn", BTL_ON_ERROR_WARN},
        {"a_on_error=fallback", BTL_ON_ERROR_FALLBACK},
        {"a_on_error=halt", BTL_ON_ERROR_HALT},
        {"a_on_error=warn\na_required=YES", BTL_ON_ERROR_WARN}, // the more exact one wins
        {"a_required=YES\na_on_error=halt", BTL_ON_ERROR_HALT},
        {"a_on_error=halt\na_on_error=ignore", BTL_ON_ERROR_IGNORE},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct parsed parsed;
        parse(&parsed, btl_str_of(cases[i].text));
        const struct btl_module_config *module = &parsed.config.modules[0];
        assert_true(parsed.good);
        assert_str(&parsed.memory, module->name, "a");
        assert_int_equal(module->on_error, cases[i].expected);
        parse_end(&parsed);
    }
}

TEST(test_module_whose_name_ends_like_a_suffix)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("a_on_load=YES\na_on_on_error=halt\na_on_error=warn\n"));
    assert_true(parsed.good);
    assert_int_equal(parsed.config.module_count, 2);
    assert_str(&parsed.memory, parsed.config.modules[0].name, "a_on");
    assert_int_equal(parsed.config.modules[0].on_error, BTL_ON_ERROR_HALT);
    assert_int_equal(parsed.config.modules[0].on_error_setting->line, 2);
    assert_str(&parsed.memory, parsed.config.modules[1].name, "a");
    parse_end(&parsed);
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(test_keys_of_modules_are_gathered_in_order_of_first_mention)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("zeta_load=\"NO\"\n"
                           "my-mod_2_load=\"YES\"\n"
                           "my-mod_2_phase=\"BOOT1\"\n"
                           "my-mod_2_name=\"/modules/h2.ko\"\n"
                           "my-mod_2_flags=\"verbose=1\"\n"
                           "my-mod_2_sha256=\"" DIGEST "\"\nkernel_sha256=\"" DIGEST "\"\n"
                           "my-mod_2_required=\"YES\"\n"
                           "zeta_load=\"YES\"\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    assert_int_equal(parsed.config.module_count, 2);
    const struct btl_module_config *zeta = &parsed.config.modules[0], *mod = zeta + 1;
    assert_str(&parsed.memory, zeta->name, "zeta");
    assert_int_equal(zeta->first->line, 1);
    assert_int_equal(zeta->load->line, 9);
    assert_true(zeta->load_yes && !zeta->load_no && !zeta->phase_given && !zeta->required_yes);
    assert_null(zeta->path);
    assert_str(&parsed.memory, mod->name, "my-mod_2");
    assert_true(mod->load_yes && mod->phase_given && mod->required_yes && !mod->blacklisted);
    assert_int_equal(mod->configured, BTL_PHASE_BOOT1);
    assert_str(&parsed.memory, mod->path->value, "/modules/h2.ko");
    assert_str(&parsed.memory, mod->flags->value, "verbose=1");
    assert_str(&parsed.memory, mod->sha256->value, DIGEST);
    assert_str(&parsed.memory, parsed.config.kernel_sha256->value, DIGEST);
    assert_int_equal(mod->required->line, 8);
    parse_end(&parsed);
}

TEST(test_each_phase_can_be_configured)
{
    for (int i = 0; i < BTL_PHASES; i++) {
        struct parsed parsed;
        char text[32];
        int len = snprintf(text, sizeof(text), "a_phase=%s", btl_phase_name((enum btl_phase)i));
        parse(&parsed, (struct btl_str){text, (size_t)len});
        assert_true(parsed.good);
        assert_int_equal(parsed.config.modules[0].configured, i);
        parse_end(&parsed);
    }
}

TEST(test_last_assignment_wins_and_marks_the_earlier_ones)
{
    struct parsed parsed;
    parse(&parsed,
          BTL_STR("quiet=YES\na_load=YES\nquiet=NO\na_load=NO\nquiet=YES\na.x=1\na.x=2\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    static const bool overridden[] = {true, true, true, false, false, true, false};
    assert_int_equal(parsed.config.setting_count, BTL_COUNT(overridden));
    for (size_t i = 0; i < BTL_COUNT(overridden); i++)
        assert_int_equal(parsed.config.settings[i].overridden, overridden[i]);
    assert_true(parsed.config.quiet);
    assert_true(parsed.config.modules[0].load_no && !parsed.config.modules[0].load_yes);
    assert_int_equal(parsed.config.modules[0].tunable_count, 1);
    assert_str(&parsed.memory, parsed.config.modules[0].tunables[0].setting->value, "2");
    parse_end(&parsed);
}

TEST(test_bad_line_does_not_override_an_earlier_good_one)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("a_load=YES\na_load=MAYBE\nautoboot_delay=5\nautoboot_delay=x\n"));
    assert_false(parsed.good);
    assert_codes(&parsed.memory, &parsed.diags, "conf-bad-yes-no conf-bad-number");
    assert_int_equal(parsed.config.setting_count, 2);
    assert_true(parsed.config.modules[0].load_yes);
    assert_int_equal(parsed.config.autoboot_delay, 5);
    parse_end(&parsed);
}

TEST(test_tunables_are_kept_by_module_in_order_of_the_file)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("a.x=1\nb.y=\"any \xc3\xa4 value\"\na.z.deep=2\nc_load=YES\na.x=3\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    const struct btl_module_config *a = &parsed.config.modules[0], *b = a + 1, *c = a + 2;
    assert_int_equal(parsed.config.module_count, 3);
    assert_int_equal(a->tunable_count, 2);
    assert_str(&parsed.memory, a->tunables[0].name, "z.deep");
    assert_str(&parsed.memory, a->tunables[1].name, "x");
    assert_str(&parsed.memory, a->tunables[1].setting->value, "3");
    assert_int_equal(b->tunable_count, 1);
    assert_str(&parsed.memory, b->tunables[0].setting->value, "any \xc3\xa4 value");
    assert_int_equal(c->tunable_count, 0);
    parse_end(&parsed);
}

TEST(test_blacklist_is_separated_by_blanks_and_commas)
{
    struct parsed parsed;
    parse(&parsed, BTL_STR("module_blacklist=\"x\"\nb_load=YES\n"
                           "module_blacklist=\" ,a, b\tc,,d  \"\n"));
    assert_codes(&parsed.memory, &parsed.diags, "");
    static const char *const names[] = {"b", "a", "c", "d"}; // "x" is on the overridden list alone
    assert_int_equal(parsed.config.module_count, BTL_COUNT(names));
    for (size_t i = 0; i < BTL_COUNT(names); i++) {
        assert_str(&parsed.memory, parsed.config.modules[i].name, names[i]);
        assert_true(parsed.config.modules[i].blacklisted);
    }
    assert_int_equal(parsed.config.modules[1].first->line, 3);
    parse_end(&parsed);
}
