// SPDX-License-Identifier: BSD-2-Clause
// What each key of the metadata takes, and what it says of a malformed value.
#include "test_case.h"

#include <string.h>

#include "modinfo_samples.h"

struct value_case {
    const char *name;
    const char *entries; // behind "name=sample", separated by ';'
    const char *codes;
    const char *says;
};

#define NAME_63 "n23456789_123456789_123456789_123456789_123456789_123456789_123"

static const struct value_case cases[] = {
    {"string without =", "justtext", "modinfo-no-equals", "\"justtext\""},
    {"string without a key", "=value", "modinfo-no-equals", NULL},
    {"unknown key", "retpoline=Y;alias=pci:v*", "", NULL},
    {"key that begins like a known one", "names=x y", "", NULL},
    {"escape sequence in a text", "description=\x1b[31mred", "modinfo-control", "\\x1b[31mred"},
    {"escape sequence in an unknown key", "\x1b]0\a=x", "modinfo-control", "character 0x1b"},
    {"escape sequence of a known key's value", "export=\x1b[m", "modinfo-control", NULL},
    {"bell in an unknown key's value", "vermagic=6.1\a", "modinfo-control", "character 0x7"},
    {"carriage return in a text", "author=a\rb", "modinfo-control", "0xd"},
    {"delete in a text", "author=a\x7f", "modinfo-control", "0x7f"},
    {"C1 control of 8 bits",
     "author=a\x9b"
     "31m",
     "modinfo-control", "0x9b"},
    {"C1 control of UTF-8", "parm=a:b\xc2\x9b", "modinfo-control", "0x9b"},
    {"control in a device", "alias=pci:\x1b*", "modinfo-control", NULL},
    {"lines in texts", "description=a\n\tb;parm=a:\tb\nc;author=a\tb;license=a\nb;srcversion=a\tb",
     "", NULL},
    {"line end in a version", "version=1\n2", "modinfo-control", "0xa"},
    {"line end in a key", "a\nb=c", "modinfo-control", "0xa"},
    {"line end in an export", "export=a\nb", "modinfo-control", NULL},
    {"letters of UTF-8 and Latin-1", "author=\xc3\x84rger;license=\xc4rger", "", NULL},
    {"name twice", "name=again", "modinfo-repeated", "name=again"},
    {"version twice", "version=1;version=2", "modinfo-repeated", "version=2"},
    {"phases twice", "phases=RUN;phases=RUN", "modinfo-repeated", NULL},
    {"type twice", "type=misc;type=misc", "modinfo-repeated", NULL},
    {"texts of Linux twice", "author=a;author=b;license=c;license=d;description=e;description=f",
     "", NULL},
    {"all phases", "phases=BOOT1,BOOT2,RUN", "", NULL},
    {"phase unknown", "phases=BOOT1,BOOT3", "modinfo-phase", "names \"BOOT3\""},
    {"phase in small letters", "phases=boot1", "modinfo-phase", NULL},
    {"configured phases are not supported phases", "phases=INIT,AUTO",
     "modinfo-phase modinfo-phase", NULL},
    {"phase with a blank", "phases=BOOT1, RUN", "modinfo-phase", "names \" RUN\""},
    {"phases end with a comma", "phases=BOOT1,", "modinfo-phase", "names \"\""},
    {"phases empty", "phases=", "modinfo-no-phase", NULL},
    {"type unknown", "type=driver", "modinfo-type", "type=driver"},
    {"type empty", "type=", "modinfo-type", NULL},
    {"type of a parameter twice, in Linux",
     "vermagic=6.1 SMP;parmtype=a:int;parmtype=a:int;softdep=pre: b", "", NULL},
    {"vermagic twice", "vermagic=6.1;vermagic=6.2", "modinfo-repeated", NULL},
    {"majors twice", "type=wsio_class;majors=char:1;majors=char:1", "modinfo-repeated", NULL},
    {"majors malformed", "type=wsio_class;majors=char:256", "modinfo-majors",
     "majors=char:256 must be char:N"},
    {"majors empty", "type=wsio_class;majors=", "modinfo-majors", NULL},
    {"driver without majors", "type=wsio_class", "modinfo-no-majors", NULL},
    {"depends on nothing", "depends=", "", NULL},
    {"depends on a name of 63", "depends=" NAME_63, "", NULL},
    {"depends on a name of 64", "depends=" NAME_63 "4", "modinfo-depends", NULL},
    {"depends with a blank", "depends=a, b", "modinfo-depends", "names \" b\""},
    {"depends on a path", "depends=/a", "modinfo-depends", NULL},
    {"depends with two commas", "depends=a,,b", "modinfo-depends", "names \"\""},
    {"interface without version", "interface=kernel", "modinfo-interface", "interface=kernel"},
    {"interface without minor", "interface=kernel:1", "modinfo-interface", NULL},
    {"interface with empty minor", "interface=kernel:1.", "modinfo-interface", NULL},
    {"interface with empty major", "interface=kernel:.1", "modinfo-interface", NULL},
    {"interface without name", "interface=:1.0", "modinfo-interface", NULL},
    {"interface with a sign", "interface=kernel:+1.0", "modinfo-interface", NULL},
    {"interface with three numbers", "interface=kernel:1.0.0", "modinfo-interface", NULL},
    {"interface with major 2^32", "interface=kernel:4294967296.0", "modinfo-interface", NULL},
    {"interface with minor 2^64", "interface=kernel:1.18446744073709551616", "modinfo-interface",
     NULL},
    {"provides malformed", "provides=a b:1.0", "modinfo-interface", "provides=a b:1.0"},
    {"parm without colon", "parm=depth", "modinfo-parm", "parm=depth"},
    {"parm without name", "parm=:text", "modinfo-parm", NULL},
    {"parm with a blank", "parm=a b:text", "modinfo-parm", NULL},
    {"parm of Linux with a dot", "parm=mod.opt:text;parmtype=mod.opt:array of int", "", NULL},
    {"parm described twice", "parm=a:x;parm=a:y", "", NULL},
    {"parmtype malformed", "parmtype=int", "modinfo-parm", "parmtype=int"},
    {"export empty", "export=", "modinfo-no-symbol", "export="},
    {"export's phase", "export_phase=page_alloc:BOOT2;export_phase=kprintf:BOOT1", "", NULL},
    {"export's phase left out", "export_phase=page_alloc", "modinfo-export-phase",
     "export_phase=page_alloc must"},
    {"export's phase unknown", "export_phase=page_alloc:INIT", "modinfo-export-phase", NULL},
    {"two phases of an export", "export_phase=page_alloc:BOOT2,RUN", "modinfo-export-phase", NULL},
    {"export with two colons", "export_phase=a:b:RUN", "modinfo-export-phase", NULL},
    {"phase of no export", "export_phase=:BOOT2", "modinfo-export-phase", NULL},
    {"later empty", "later=", "modinfo-no-symbol", "later="},
    {"stub empty", "stub=", "modinfo-no-symbol", "stub="},
    {"everything wrong", "x;phases=A;type=B;depends=/;interface=C;parm=D;export=E",
     "modinfo-no-equals modinfo-phase modinfo-type modinfo-depends modinfo-interface modinfo-parm "
     "modinfo-export-missing",
     NULL},
    {"bytes that drive a terminal are escaped", "type=\033[2J", "modinfo-control", "\\x1b[2J"},
};

static void check(struct modinfo_sample *s, const char *entries, const char *codes,
                  const char *says)
{
    char strings[512];
    size_t size = strlen(entries) + 1;
    memcpy(strings, entries, size);
    for (size_t i = 0; i < size; i++) {
        if (strings[i] == ';')
            strings[i] = '\0';
    }
    modinfo_sample(s, strings, size, NULL);
    assert_codes(&s->memory, &s->diags, codes);
    assert_int_equal(s->good, codes[0] == '\0');
    const char *text = test_diags_text(&s->memory, &s->diags);
    if (says != NULL && strstr(text, says) == NULL)
        fail_msg("\"%s\" is not in:\n%s", says, text);
}

static void test_value(void **state)
{
    const struct value_case *value = *state;
    struct modinfo_sample s;
    char entries[512] = "name=sample;";
    strcat(entries, value->entries);
    check(&s, entries, value->codes, value->says);
    modinfo_sample_end(&s);
}
TEST_ROWS(cases, test_value)

TEST(test_majors_of_what_is_no_driver_are_ignored)
{
    static const char strings[] = "name=sample\0majors=char:3\0type=streams_drv\0";
    struct modinfo_sample s;
    modinfo_sample(&s, strings, sizeof(strings) - 1, NULL);
    assert_true(s.good);
    assert_codes(&s.memory, &s.diags, "modinfo-majors-unused");
    assert_int_equal(s.info.majors[BTL_DEVICE_CHAR], BTL_MAJOR_NONE);
    modinfo_sample_end(&s);
}

// Some modules of Linux have that: a note, and the first type counts.
TEST(test_a_second_type_of_a_parameter_is_ignored)
{
    static const char strings[] = "name=sample\0parmtype=a:int\0parmtype=b:int\0parmtype=a:bool";
    struct modinfo_sample s;
    modinfo_sample(&s, strings, sizeof(strings), NULL);
    assert_true(s.good);
    assert_codes(&s.memory, &s.diags, "modinfo-parm-repeated");
    assert_int_equal(s.diags.errors, 0);
    assert_int_equal(s.diags.warnings, 0);
    assert_int_equal(s.info.parm_count, 2);
    assert_str(&s.memory, s.info.parms[0].type, "int");
    modinfo_sample_end(&s);
}

TEST(test_names_of_modules)
{
    static const char *const good[] = {"name=a", "name=snd-pcm", "name=A_9", ("name=" NAME_63)};
    static const char *const bad[] = {"name=",    "name=a.b",      "name=a b",
                                      "name=a/b", "name=\xc3\xa9", ("name=" NAME_63 "4")};
    struct modinfo_sample s;
    for (size_t i = 0; i < BTL_COUNT(good); i++) {
        check(&s, good[i], "", NULL);
        assert_str(&s.memory, s.info.name, good[i] + 5);
        modinfo_sample_end(&s);
    }
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        check(&s, bad[i], "modinfo-name", NULL);
        modinfo_sample_end(&s);
    }
    check(&s, "version=1", "modinfo-no-name", NULL);
    modinfo_sample_end(&s);
}

TEST(test_first_text_is_kept)
{
    struct modinfo_sample s;
    check(&s, "name=a;author=first;author=second;parm=p:first;parm=p:second", "", NULL);
    assert_str(&s.memory, s.info.author, "first");
    assert_int_equal(s.info.parm_count, 1);
    assert_str(&s.memory, s.info.parms[0].description, "first");
    modinfo_sample_end(&s);
}

TEST(test_aliases_are_kept_in_order)
{
    struct modinfo_sample s;
    check(&s, "name=a;alias=pci:v1*;alias=", "", NULL);
    assert_int_equal(s.info.alias_count, 2);
    assert_str(&s.memory, s.info.aliases[0], "pci:v1*");
    assert_str(&s.memory, s.info.aliases[1], "");
    modinfo_sample_end(&s);
}

TEST(test_matching_of_aliases)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } alias[] = {
        {"", "", true},
        {"*", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "ab", false},
        {"ab", "a", false},
        {"a*", "a", true},
        {"a*", "abc", true},
        {"*c", "abc", true},
        {"*b", "abc", false},
        {"a*c", "abcbc", true},
        {"a*bc*e", "abbcdbce", true},
        {"*a*b*c", "aabbc", true},
        {"*a*b*c", "aabb", false},
        {"**", "x", true},
        {"pci:v00001AF4d00001042sv*", "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00",
         true},
        {"pci:v00001AF4d00001001sv*", "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00",
         false},
        {"pci:v*d*sv*sd*bc01sc06i01", "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01",
         true},
    };
    for (size_t i = 0; i < BTL_COUNT(alias); i++)
        assert_int_equal(btl_alias_match(btl_str_of(alias[i].pattern), btl_str_of(alias[i].text)),
                         alias[i].matches);
}
