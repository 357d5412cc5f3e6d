// SPDX-License-Identifier: BSD-2-Clause
// Boot entries (BLS type 1) as the text of a loader.conf.
#include "btl_test.h"
#include "test_case.h"

#include <string.h>

#include <btl/bls.h>
#include <btl/config.h>

#define ENTRY "/loader/entries/debian.conf"

// Translate and compare. `complaint`: the code of the first message, or NULL.
static void translates(const char *path, const char *entry, const char *expected,
                       const char *complaint)
{
    struct test_memory memory;
    struct btl_str text;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    bool good = btl_bls_translate(btl_str_of(path), BTL_STR("e"), btl_str_of(entry), &memory.arena,
                                  &text, &diags);
    assert_int_equal(good, expected != NULL);
    if (expected != NULL) {
        assert_int_equal(text.len, strlen(expected));
        assert_memory_equal(text.at, expected, text.len);
    }
    assert_int_equal(diags.first != NULL, complaint != NULL);
    if (complaint != NULL)
        assert_string_equal(btl_code_name(diags.first->code), complaint);
    test_memory_end(&memory);
}

TEST(an_entry_of_kernel_install)
{
    translates(ENTRY,
               "# written by kernel-install\n"
               "title      Debian GNU/Linux 12 (bookworm)\n"
               "version    6.1.0-18-amd64\n"
               "machine-id 0123456789abcdef0123456789abcdef\n"
               "sort-key   debian\n"
               "options    root=/dev/vda2 ro\n"
               "options    quiet\n"
               "linux      /debian/6.1.0-18-amd64/linux\n"
               "initrd     /microcode.img\n"
               "initrd     /debian/6.1.0-18-amd64/initrd.img\n",
               "kernel=\"/debian/6.1.0-18-amd64/linux\"\n"
               "initrd=\"/microcode.img;/debian/6.1.0-18-amd64/initrd.img\"\n"
               "kernel_options=\"root=/dev/vda2 ro quiet\"\n"
               "title=\"Debian GNU/Linux 12 (bookworm)\"\n",
               NULL);
}

TEST(keys_of_the_kernel)
{
    translates(ENTRY, "linux vmlinuz", "kernel=\"/vmlinuz\"\n", NULL);
    translates(ENTRY, "\tuki\t/a.efi\r\n", "kernel=\"/a.efi\"\n", NULL);
    translates(ENTRY, "efi /shell.efi\nversion 2",
               "kernel=\"/shell.efi\"\nkernel_type=\"efi\"\ntitle=\"2\"\n", NULL);
    translates(ENTRY, "linux /a\nlinux /b", "kernel=\"/b\"\n", NULL);
}

TEST(values_are_quoted)
{
    translates(ENTRY, "linux /a\noptions x=\"a b\" \\",
               "kernel=\"/a\"\nkernel_options=\"x=\\\"a b\\\" \\\\\"\n", NULL);
}

TEST(another_configuration_stays_as_it_is)
{
    translates("/loader.conf", "linux /a", "linux /a", NULL);
    translates("/loader.conf.d/a.conf", "x", "x", NULL);
    translates("/loader/entries/a.txt", "x", "x", NULL);
}

TEST(malformed_entries)
{
    translates(ENTRY, "", NULL, "bls-no-kernel");
    translates(ENTRY, "linux", NULL, "bls-bad-path");
    translates(ENTRY, "linux /../a", NULL, "bls-bad-path");
    translates(ENTRY, "linux \\EFI\\a", NULL, "bls-bad-path");
    translates(ENTRY, "linux /a\ninitrd /b;/c", NULL, "bls-bad-path");
    translates(ENTRY, "linux /a\noptions \x1b[2J", NULL, "bls-control");
}

TEST(an_entry_that_is_too_large)
{
    static char text[BTL_BLS_MAX + 2];
    memset(text, '\n', sizeof(text) - 1);
    memcpy(text, "linux /a", 8);
    translates(ENTRY, text, NULL, "bls-too-large");
}

TEST(counters_in_names)
{
    translates("/loader/entries/a+3.conf", "linux /a", "kernel=\"/a\"\nboot_tries=\"3\"\n", NULL);
    translates("/loader/entries/a+2-1.conf", "linux /a", "kernel=\"/a\"\nboot_tries=\"2\"\n", NULL);
    translates("/LOADER/entries/a+0-3.CONF", "linux /a", "kernel=\"/a\"\n", "bls-tries");
    translates("/loader/entries/a+b.conf", "linux /a", "kernel=\"/a\"\n", NULL);
    translates("/loader/entries/a+1-x.conf", "linux /a", "kernel=\"/a\"\n", NULL);
    translates("/loader/entries/a+99999999999999999999.conf", "linux /a",
               "kernel=\"/a\"\nboot_tries=\"99\"\n", NULL);
}
