// SPDX-License-Identifier: BSD-2-Clause
// What a value may not be: code, place and sentence of each complaint.
#include "test_case.h"

#include <string.h>

#include "parsed_text.h"

TEST(test_bad_module_name)
{
#define BAD_NAME(column, name)                                                                     \
    "loader.conf:1:" column ": error: \"" name "\" is not a valid module name; use "               \
    "1 to 63 letters, digits, '_' and '-' [conf-bad-module-name]\n"
#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    COMPLAINT("_load=YES", BAD_NAME("1", ""));
    COMPLAINT(".tunable=1", BAD_NAME("1", ""));
    COMPLAINT(X63 "_load=YES", "");
    COMPLAINT(X63 "x_load=YES", BAD_NAME("1", X63 "x"));
    COMPLAINT(X63 "x.y=1", BAD_NAME("1", X63 "x"));
    COMPLAINT("module_blacklist=\"a b.ko,/c\"", BAD_NAME("18", "b.ko") BAD_NAME("18", "/c"));
}

TEST(test_bad_tunable)
{
    COMPLAINT("hello.=1", "loader.conf:1:1: error: hello: no tunable is named after \"hello.\"; "
                          "write hello.NAME=\"value\" [conf-bad-tunable]\n");
}

TEST(test_bad_phase)
{
    COMPLAINT(
        "hello_phase=\"BOOT3\"",
        "loader.conf:1:13: error: hello: hello_phase must be one of BOOT1, BOOT2, INIT, AUTO, "
        "not \"BOOT3\" [conf-bad-phase]\n");
    COMPLAINT("a_phase=\"\"", "loader.conf:1:9: error: a: a_phase must be one of BOOT1, BOOT2, "
                              "INIT, AUTO, not \"\" [conf-bad-phase]\n");
}

TEST(test_bad_yes_no)
{
    COMPLAINT("hello_load=\"ON\"", "loader.conf:1:12: error: hello: hello_load must be YES or "
                                   "NO, not \"ON\" [conf-bad-yes-no]\n");
    COMPLAINT("quiet=1", "loader.conf:1:7: error: quiet must be YES or NO, not \"1\" "
                         "[conf-bad-yes-no]\n");
    COMPLAINT("a_required=YESS", "loader.conf:1:12: error: a: a_required must be YES or NO, not "
                                 "\"YESS\" [conf-bad-yes-no]\n");
    COMPLAINT("verbose=\"\"", "loader.conf:1:9: error: verbose must be YES or NO, not \"\" "
                              "[conf-bad-yes-no]\n");
}

TEST(test_bad_numbers)
{
#define NOT_A_NUMBER(text)                                                                         \
    "loader.conf:1:16: error: autoboot_delay must be a whole number from 0 to 3600, not "          \
    "\"" text "\" [conf-bad-number]\n"
#define OUT_OF_RANGE(text)                                                                         \
    "loader.conf:1:16: error: autoboot_delay must be a whole number from 0 to 3600, not " text     \
    " [conf-number-range]\n"
    COMPLAINT("autoboot_delay=\"\"", NOT_A_NUMBER(""));
    COMPLAINT("autoboot_delay=-1", NOT_A_NUMBER("-1"));
    COMPLAINT("autoboot_delay=2s", NOT_A_NUMBER("2s"));
    COMPLAINT("autoboot_delay=3601", OUT_OF_RANGE("3601"));
    COMPLAINT("autoboot_delay=18446744073709551617", OUT_OF_RANGE("18446744073709551617"));
    COMPLAINT("autoboot_delay=4294967296", OUT_OF_RANGE("4294967296"));
    COMPLAINT("autoboot_delay=0003600", "");
}

TEST(test_bad_action)
{
    COMPLAINT("required_failure=halt",
              "loader.conf:1:18: error: required_failure must be \"stop\" or \"reset\", not "
              "\"halt\" [conf-bad-action]\n");
    COMPLAINT("required_failure=stop", "");
}

TEST(test_bad_stage)
{
    COMPLAINT("kernel_sha256=12", "loader.conf:1:15: error: kernel_sha256 must be a SHA-256, 64 "
                                  "hexadecimal digits, not \"12\"; 'btl pin' writes the line "
                                  "[conf-bad-sha256]\n");
    COMPLAINT("a_sha256=0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "");
    COMPLAINT("a_sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
              "loader.conf:1:10: error: a: a_sha256 must be a SHA-256, 64 hexadecimal digits, not "
              "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg\"; 'btl pin' "
              "writes the line [conf-bad-sha256]\n");
    COMPLAINT("stage=none", "loader.conf:1:7: error: stage must be \"auto\", \"all\" or "
                            "\"boot\", not \"none\" [conf-bad-stage]\n");
    COMPLAINT("hash=some", "loader.conf:1:6: error: hash must be \"auto\", \"all\" or "
                           "\"needed\", not \"some\" [conf-bad-hash]\n");
    COMPLAINT("volume=uefi", "loader.conf:1:8: error: volume must be \"auto\" or \"firmware\", "
                             "not \"uefi\" [conf-bad-volume]\n");
    COMPLAINT("volume=firmware", "");
    COMPLAINT("hash=auto", "");
    COMPLAINT("hash=needed", "");
    COMPLAINT("seal=hard", "loader.conf:1:6: error: seal must be \"warn\" or \"strict\", not "
                           "\"hard\" [conf-bad-seal]\n");
    COMPLAINT("seal=strict", "");
    COMPLAINT("tpm=yes", "loader.conf:1:5: error: tpm must be \"auto\", \"no\" or \"required\", "
                         "not \"yes\" [conf-bad-tpm]\n");
    COMPLAINT("tpm=auto", "");
    COMPLAINT("tpm=no", "");
    COMPLAINT("tpm=required", "");
    COMPLAINT("stage=auto", "");
    COMPLAINT("stage=all", "");
    COMPLAINT("stage=boot", "");
}

TEST(test_bad_kernel_type)
{
    COMPLAINT("kernel_type=ELF",
              "loader.conf:1:13: error: kernel_type must be \"btl\", \"limine\", \"linux\", "
              "\"uki\" or \"efi\", not \"ELF\" [conf-bad-kernel-type]\n");
    COMPLAINT("kernel_type=limine", "");
    COMPLAINT(
        "initrd=\"a;/b\"",
        "loader.conf:1:8: error: the path \"a\" of initrd does not begin with '/'; write it from "
        "the root of the boot volume, with '/' instead of '\\' [conf-path-relative]\n");
    COMPLAINT(
        "file_x=y",
        "loader.conf:1:8: error: the path \"y\" of file_x does not begin with '/'; write it from "
        "the root of the boot volume, with '/' instead of '\\' [conf-path-relative]\n");
}

TEST(test_bad_module_register)
{
    COMPLAINT("module_register=YES",
              "loader.conf:1:17: error: module_register must be \"path\", \"boot\" or \"any\", not "
              "\"YES\" [conf-bad-register]\n");
    COMPLAINT("module_register=path", "");
}

TEST(test_bad_tries)
{
    COMPLAINT("boot_tries=100",
              "loader.conf:1:12: error: boot_tries must be a whole number from 0 to 99, not 100 "
              "[conf-number-range]\n");
    COMPLAINT("boot_tries=all", "loader.conf:1:12: error: boot_tries must be a whole number from "
                                "0 to 99, not \"all\" [conf-bad-number]\n");
    COMPLAINT("boot_tries=0\nboot_tries=99", "");
}

TEST(test_bad_timeout)
{
    COMPLAINT("boot_timeout=3601",
              "loader.conf:1:14: error: boot_timeout must be a whole number from 0 to 3600, "
              "not 3601 [conf-number-range]\n");
    COMPLAINT("boot_timeout=\"1 s\"",
              "loader.conf:1:14: error: boot_timeout must be a whole number from 0 to 3600, not "
              "\"1 s\" [conf-bad-number]\n");
    COMPLAINT("boot_timeout=0\nboot_timeout=3600", "");
}

#define NO_EARLY_SIZE(value)                                                                       \
    COMPLAINT("early_size=\"" value "\"",                                                          \
              "loader.conf:1:12: error: early_size must be a size from 64 KiB to 256 MiB, such "   \
              "as 4M, not \"" value "\" [conf-bad-size]\n")

TEST(test_bad_early_size)
{
    NO_EARLY_SIZE("65535");
    NO_EARLY_SIZE("63K");
    NO_EARLY_SIZE("257M");
    NO_EARLY_SIZE("268435457");
    NO_EARLY_SIZE("18446744073709551616G");
    NO_EARLY_SIZE("M");
    NO_EARLY_SIZE("4m");
    NO_EARLY_SIZE("-1M");
    COMPLAINT("early_size=65536\nearly_size=64K\nearly_size=256M\nearly_size=0262144K", "");
}

TEST(test_bad_menu)
{
    COMPLAINT("menu=YES", "loader.conf:1:6: error: menu must be \"auto\", \"screen\" or "
                          "\"line\", not \"YES\" [conf-bad-menu]\n");
    COMPLAINT("menu=auto\nmenu=screen\nmenu=line", "");
}

TEST(test_bad_on_error)
{
    COMPLAINT("my_disk_on_error=stop",
              "loader.conf:1:18: error: my_disk: my_disk_on_error must be \"ignore\", \"warn\", "
              "\"fallback\" or \"halt\", not \"stop\" [conf-bad-on-error]\n");
    COMPLAINT("a_on_error=required",
              "loader.conf:1:12: error: a: a_on_error must be \"ignore\", \"warn\", \"fallback\" "
              "or \"halt\", not \"required\" [conf-bad-on-error]\n");
    COMPLAINT("a_on_error=ignore\nb_on_error=warn\nc_on_error=fallback\nd_on_error=halt", "");
    COMPLAINT("_on_error=halt", BAD_NAME("1", ""));
}

TEST(test_bad_paths)
{
#define RELATIVE(column, path, key)                                                                \
    "loader.conf:1:" column ": error: the path \"" path "\" of " key " does not begin with '/'; "  \
    "write it from the root of the boot volume, with '/' instead of '\\' "                         \
    "[conf-path-relative]\n"
    COMPLAINT("kernel=\"kernel.elf\"", RELATIVE("8", "kernel.elf", "kernel"));
    COMPLAINT("kernel=\"\\kernel\\kernel.elf\"", RELATIVE("8", "kernelkernel.elf", "kernel"));
    COMPLAINT("kernel=\"\"", RELATIVE("8", "", "kernel"));
    COMPLAINT("module_path=\"/a;;b\"",
              RELATIVE("13", "", "module_path") RELATIVE("13", "b", "module_path"));
    COMPLAINT("a_name=\"/m/../../x.ko\"",
              "loader.conf:1:8: error: a: the path \"/m/../../x.ko\" of "
              "a_name contains \"..\"; write it without "
              "[conf-path-dotdot]\n");
    COMPLAINT("kernel=\"/..\"", "loader.conf:1:8: error: the path \"/..\" of kernel contains "
                                "\"..\"; write it without [conf-path-dotdot]\n");
    COMPLAINT("kernel=\"/...\"\nkernel=\"/a..b/..c/.\"", "");
    COMPLAINT("kernel=\"/a\\\\..\\\\b\"",
              "loader.conf:1:8: error: the path \"/a\\..\\b\" of kernel "
              "contains '\\'; separate directories with '/' and use no "
              "control characters [conf-path-character]\n");
    COMPLAINT("kernel=\"/a\tb\"", "loader.conf:1:8: error: the path \"/a\\x09b\" of kernel "
                                  "contains '\\x09'; separate directories with '/' and use no "
                                  "control characters [conf-path-character]\n");
}

TEST(test_path_of_255_bytes_is_the_longest)
{
    char text[300] = "kernel=\"/";
    memset(text + 9, 'p', 254);
    memcpy(text + 9 + 254, "\"", 2);
    assert_complaint(btl_str_of(text), "");
    memcpy(text + 9 + 254, "p\"", 3);
    assert_complaint(btl_str_of(text),
                     "loader.conf:1:8: error: a path of kernel has 256 bytes; the maximum is "
                     "255; move the file closer to the root [conf-path-too-long]\n");
}
