// SPDX-License-Identifier: BSD-2-Clause
// The events of a measured boot. The digests and registers were computed by Python's hashlib.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include <btl/measure.h>

#define ORDINARY "-c /x.conf -v"

struct sample {
    struct test_memory memory;
    uint8_t config[32], kernel[32], a[32], b[32];
    struct btl_measure_file files[4];
    struct btl_measure_input input;
    struct btl_measure_event events[BTL_MEASURE_EVENTS];
};

static void sample_hash(const char *text, uint8_t digest[32])
{
    btl_sha256((struct btl_bytes){(const uint8_t *)text, strlen(text)}, digest);
}

static void sample_begin(struct sample *s)
{
    memset(s, 0, sizeof(*s));
    test_memory_begin(&s->memory);
    sample_hash("kernel=\"/k\"\n", s->config);
    sample_hash("kernel", s->kernel);
    sample_hash("a", s->a);
    sample_hash("b", s->b);
    s->files[0] = (struct btl_measure_file){BTL_STR("/modules/ab.ko"), s->b};
    s->files[1] = (struct btl_measure_file){BTL_STR("/modules/a.ko"), s->a};
    s->files[2] = (struct btl_measure_file){BTL_STR("/initrd"), s->b};
    s->files[3] = s->files[0]; // one file in two roles is one line
    s->input = (struct btl_measure_input){.config_sha256 = s->config,
                                          .config_size = 12,
                                          .options = BTL_STR(ORDINARY),
                                          .how = BTLM_HOW_ONE_SHOT,
                                          .changed = true,
                                          .kernel = {BTL_STR("/kernel/kernel.elf"), s->kernel},
                                          .files = s->files,
                                          .file_count = 4};
}

static void assert_hex(const uint8_t digest[32], const char *expected)
{
    char hex[BTL_SHA256_TEXT];
    assert_string_equal(btl_sha256_text(digest, hex), expected);
}

static void assert_event(struct sample *s, size_t index, uint32_t pcr, const char *name,
                         const char *text)
{
    uint8_t digest[32];
    const struct btl_measure_event *event = &s->events[index];
    assert_int_equal(event->pcr, pcr);
    assert_str(&s->memory, event->name, name);
    assert_str(&s->memory, event->data, text);
    sample_hash(text, digest);
    assert_memory_equal(event->sha256, digest, 32);
}

TEST(test_the_six_events)
{
    struct sample s;
    sample_begin(&s);
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_event(
        &s, 0, 8, "config",
        "btl config sha256=638f2d601b790a35ffc5390f8f2e5d6bc970be4a37f229efbce530559358b9f3"
        " size=12");
    assert_event(&s, 1, 8, "options", "btl options text=" ORDINARY);
    assert_event(&s, 2, 8, "how", "btl how=one-shot,safe=0,changed=1");
    assert_event(
        &s, 3, 9, "kernel",
        "btl kernel sha256=6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c"
        " path=/kernel/kernel.elf");
    assert_event(&s, 4, 9, "files",
                 "btl files sha256=2935a8c43d3081262afd29d8ac0358420b4caa62370abec1c2bf2902265e2a6b"
                 " count=3");
    assert_event(&s, 5, 9, "end", "btl end");
    test_memory_end(&s.memory);
}

TEST(test_registers_after_the_events)
{
    struct sample s;
    uint8_t pcr[2][32] = {{0}};
    sample_begin(&s);
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    for (size_t i = 0; i < BTL_MEASURE_EVENTS; i++)
        btl_measure_extend(pcr[s.events[i].pcr - 8], s.events[i].sha256);
    assert_hex(pcr[0], "f0938c8571fb73e5f1f9e847ff0c392af966313ff52465bdc34b2d37eeeb5a60");
    assert_hex(pcr[1], "1d8eeeae4cf12e20979f32709d40f2fbb09c0f3d5c6e369e3a0c0e983567664c");
    test_memory_end(&s.memory);
}

TEST(test_the_list_is_sorted_by_the_bytes_of_the_path)
{
    struct sample s;
    size_t lines = 99;
    sample_begin(&s);
    struct btl_str list = btl_measure_list(s.files, 4, &s.memory.arena, &lines);
    assert_int_equal(lines, 3);
    assert_str(&s.memory, list,
               "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d /initrd\n"
               "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb /modules/a.ko\n"
               "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d /modules/ab.ko\n");
    test_memory_end(&s.memory);
}

TEST(test_no_files_are_an_empty_list)
{
    struct sample s;
    sample_begin(&s);
    s.input.files = NULL;
    s.input.file_count = 0;
    s.input.how = BTLM_HOW_FALLBACK;
    s.input.safe = true;
    s.input.changed = false;
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_event(&s, 2, 8, "how", "btl how=fallback,safe=1,changed=0");
    assert_event(&s, 4, 9, "files",
                 "btl files sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                 " count=0");
    test_memory_end(&s.memory);
}

// A long text would fill the log, and an escaped one could be equal to another text.
TEST(test_options_that_are_not_logged_as_text)
{
    struct sample s;
    char text[514];
    memset(text, 'x', sizeof(text));
    sample_begin(&s);
    s.input.options = (struct btl_str){text, 512};
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_int_equal(s.events[1].data.len, strlen("btl options text=") + 512);
    s.input.options = (struct btl_str){text, 513};
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_event(
        &s, 1, 8, "options",
        "btl options "
        "sha256=35ade0090e64e74d6ad04204009c23a4e34b82bdf0f4f317fbcc5f26f9b10241 size=513");
    s.input.options = BTL_STR("-c /\xc3\xa4");
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_event(&s, 1, 8, "options",
                 "btl options "
                 "sha256=15da3bb0effbbc62e6c9b6632ff4f01c877ac3b5bc868aad6f620cbf2b25bc2f size=6");
    s.input.options = BTL_STR("");
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_event(&s, 1, 8, "options", "btl options text=");
    test_memory_end(&s.memory);
}

TEST(test_the_path_of_the_kernel_is_ascii)
{
    struct sample s;
    sample_begin(&s);
    s.input.kernel.path = BTL_STR("/k\xc3\xa4");
    assert_true(btl_measure_events(&s.input, &s.memory.arena, s.events));
    assert_event(
        &s, 3, 9, "kernel",
        "btl kernel sha256=6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c"
        " path=/k\\xc3\\xa4");
    test_memory_end(&s.memory);
}

TEST(test_each_allocation_may_fail)
{
    for (size_t n = 0;; n++) {
        struct sample s;
        sample_begin(&s);
        test_memory_end(&s.memory);
        test_memory_begin_limited(&s.memory, n);
        bool good = btl_measure_events(&s.input, &s.memory.arena, s.events);
        bool starved = s.memory.refused > 0;
        assert_true(good != starved);
        test_memory_end(&s.memory);
        if (!starved)
            break;
    }
}
