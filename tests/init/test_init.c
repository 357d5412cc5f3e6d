// SPDX-License-Identifier: BSD-2-Clause
// /btl/init from its first line to its end. The files are in memory; children are real ones, which
// load no module but note that they would.
#include "test_case.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <btl/boot_state.h>

#include "btl_test.h"
#include "calls.h"
#include "init.h"

#define FIRST_FILE 100
#define VARIABLE   "/btl/efivars/BtlFailed-5e1ac5b8-2fd0-4a52-9b7e-6c1f0f1d3a94"

enum { ORDER, FAILED, KMSG, WATCHDOG, VARIABLE_FILE, MODULE, FILES };

// Shared with the children.
static struct shared {
    char log[8192]; // what happened, a line each
    size_t log_len;
    int running, running_max;
    int meeting; // loads of which each waits until that many have run at the same time; 0: none
} * shared;

static const char *order_content;
static uint8_t failed_record[BTL_RECORD_MAX];
static size_t failed_size; // 0: there is no such file
static uint8_t variable[BTL_RECORD_MAX + 4];
static size_t variable_size;
static bool efivars, watchdog; // there is one
static int watchdog_max;
static size_t offset;
static char module_name[64];
static bool in_child;
static jmp_buf finished;

// Children write at the same time, each into a place of its own.
static void note(const char *text)
{
    size_t len = strlen(text) + 1;
    size_t at = __atomic_fetch_add(&shared->log_len, len, __ATOMIC_SEQ_CST);
    if (at + len >= sizeof(shared->log))
        abort();
    memcpy(shared->log + at, text, len - 1);
    shared->log[at + len - 1] = '\n';
}

static bool has(const char *line)
{
    return strstr(shared->log, line) != NULL;
}

static bool in_order(const char *first, const char *second)
{
    const char *a = strstr(shared->log, first), *b = strstr(shared->log, second);
    return a != NULL && b != NULL && a < b;
}

long call_open(const char *path, enum init_open how)
{
    offset = 0;
    if (strcmp(path, "/btl/order") == 0)
        return order_content == NULL ? -INIT_ENOENT : FIRST_FILE + ORDER;
    if (strcmp(path, "/btl/failed") == 0)
        return failed_size == 0 ? -INIT_ENOENT : FIRST_FILE + FAILED;
    if (strcmp(path, "/btl/dev/kmsg") == 0)
        return FIRST_FILE + KMSG;
    if (strcmp(path, "/btl/dev/watchdog") == 0)
        return watchdog ? FIRST_FILE + WATCHDOG : -INIT_ENOENT;
    if (strcmp(path, VARIABLE) == 0)
        return efivars && (how != INIT_READ || variable_size > 0) ? FIRST_FILE + VARIABLE_FILE
                                                                  : -INIT_ENOENT;
    if (sscanf(path, "/btl/modules/%60[^.].ko", module_name) == 1)
        return strstr(module_name, "absent") != NULL ? -INIT_ENOENT : FIRST_FILE + MODULE;
    return -INIT_ENOENT;
}

long call_read(int file, void *to, size_t size)
{
    const void *content = file == FIRST_FILE + ORDER ? (const void *)order_content : failed_record;
    size_t whole = file == FIRST_FILE + ORDER ? strlen(order_content) : failed_size;
    size_t part = whole - offset < size ? whole - offset : size;
    if (part > 100)
        part = 100; // a read may return less
    memcpy(to, (const char *)content + offset, part);
    offset += part;
    return (long)part;
}

long call_write(int file, const void *from, size_t size)
{
    char line[256];
    if (file == FIRST_FILE + KMSG) {
        snprintf(line, sizeof(line), "%.*s", (int)size - 1, (const char *)from);
        note(line);
    } else if (file == FIRST_FILE + VARIABLE_FILE) {
        memcpy(variable, from, size);
        variable_size = size;
    } else {
        note("watchdog served");
    }
    return (long)size;
}

long call_close(int file)
{
    return 0;
}

long call_mount(const char *type, const char *directory)
{
    return strcmp(type, "efivarfs") == 0 && !efivars ? -19 : 0;
}

long call_unmount(const char *directory)
{
    return 0;
}

long call_make_directory(const char *path)
{
    return 0;
}

long call_remove_directory(const char *path)
{
    return 0;
}

long call_load_module(int file, const char *parameters)
{
    char line[128];
    snprintf(line, sizeof(line), "load %s %s.", module_name, parameters);
    note(line);
    int running = __atomic_add_fetch(&shared->running, 1, __ATOMIC_SEQ_CST);
    if (running > shared->running_max)
        shared->running_max = running;
    usleep(30000);
    for (int i = 0; i < 2000 && shared->running_max < shared->meeting; i++)
        usleep(5000);
    __atomic_sub_fetch(&shared->running, 1, __ATOMIC_SEQ_CST);
    return strstr(module_name, "bad") != NULL     ? -INIT_ENOENT
           : strstr(module_name, "there") != NULL ? -INIT_EEXIST
                                                  : 0;
}

long call_set_watchdog(int file, int *seconds)
{
    return *seconds > watchdog_max ? -22 : 0;
}

long call_clear_flags(int file)
{
    note("flags cleared");
    return 0;
}

long call_fork(void)
{
    long child = fork();
    in_child = child == 0;
    return child;
}

long call_wait(int *ret_status)
{
    return wait(ret_status);
}

void call_exit(int status)
{
    if (in_child)
        _exit(status);
    note("exit");
    longjmp(finished, 1);
}

long call_run(const char *path, char **arguments, char **environment)
{
    char line[256];
    snprintf(line, sizeof(line), "run %s as %s with %s in %s", path, arguments[0], arguments[1],
             environment[0]);
    note(line);
    if (strstr(path, "missing") != NULL)
        return -INIT_ENOENT;
    longjmp(finished, 1);
}

void call_reset(void)
{
    note("reset");
    longjmp(finished, 1);
}

void call_pause(void)
{
    note("pause");
    longjmp(finished, 1);
}

static int begin(void **state)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    failed_size = variable_size = 0;
    efivars = watchdog = false;
    watchdog_max = 1000;
    return shared == MAP_FAILED;
}

static int end(void **state)
{
    return munmap(shared, sizeof(*shared));
}

EACH_TEST(begin, end)

static void start(const char *order)
{
    static char own[] = "/btl/init", option[] = "single", variable_text[] = "HOME=/";
    long stack[] = {2, (long)own, (long)option, 0, (long)variable_text, 0};
    order_content = order;
    if (setjmp(finished) == 0)
        init_main(stack);
}

#define FIRST     "btl-order 1\n"
#define INIT_RUNS "run /init as /init with single in HOME=/\n"

TEST(test_modules_are_loaded_and_the_real_init_follows)
{
    start(FIRST "module a BOOT2 warn parallel - x=1 y\nmodule b-c INIT warn parallel 0\n");
    assert_true(
        in_order("load a x=1 y.\n<6>BTL: a: loaded\n", "load b-c .\n<6>BTL: b-c: loaded\n"));
    assert_true(in_order("<6>BTL: b-c: loaded\n", INIT_RUNS));
}

TEST(test_independent_modules_are_loaded_at_the_same_time)
{
    shared->meeting = 2;
    start(FIRST "module a BOOT2 warn parallel -\nmodule b BOOT2 warn parallel -\n"
                "module c BOOT2 warn parallel -\nmodule d BOOT2 warn parallel -\n");
    assert_true(shared->running_max > 1);
    assert_true(has(INIT_RUNS));
}

TEST(test_a_module_waits_for_what_it_needs)
{
    start(FIRST "module a BOOT2 warn parallel -\nmodule b BOOT2 warn parallel 0\n"
                "module c BOOT2 warn parallel 0,1\n");
    assert_int_equal(shared->running_max, 1);
    assert_true(in_order("a: loaded", "load b"));
    assert_true(in_order("b: loaded", "load c"));
}

TEST(test_a_serial_module_is_alone)
{
    start(FIRST "module a BOOT2 warn parallel -\nmodule b BOOT2 warn serial -\n"
                "module c BOOT2 warn parallel -\nmodule d BOOT2 warn serial -\n");
    assert_int_equal(shared->running_max, 1);
    assert_true(in_order("a: loaded", "load b"));
    assert_true(in_order("b: loaded", "load c"));
    assert_true(in_order("c: loaded", "load d"));
}

TEST(test_all_of_boot2_comes_before_init)
{
    start(FIRST "module a BOOT2 warn parallel -\nmodule b INIT warn parallel -\n");
    assert_int_equal(shared->running_max, 1);
    assert_true(in_order("a: loaded", "load b"));
}

TEST(test_more_modules_than_jobs)
{
    char order[8192] = FIRST, line[64];
    for (int i = 0; i < 70; i++) {
        snprintf(line, sizeof(line), "module m%d BOOT2 warn parallel -\n", i);
        strcat(order, line);
    }
    start(order);
    assert_true(shared->running_max <= INIT_JOBS_MAX);
    for (int i = 0; i < 70; i++) {
        snprintf(line, sizeof(line), "m%d: loaded\n", i);
        assert_true(has(line));
    }
    assert_true(has(INIT_RUNS));
}

TEST(test_a_failure_takes_its_dependents_with_it)
{
    start(FIRST "module bad BOOT2 warn parallel -\nmodule b BOOT2 ignore parallel 0\n"
                "module c BOOT2 warn parallel 1\nmodule absent BOOT2 ignore parallel -\n"
                "module there BOOT2 reset parallel -\nmodule d BOOT2 warn parallel 4\n");
    assert_true(has("<4>BTL: bad: not loaded, error 2\n"));
    assert_true(has("<7>BTL: b: not loaded, because it needs bad\n"));
    assert_true(has("<4>BTL: c: not loaded, because it needs b\n"));
    assert_true(has("<7>BTL: absent: not loaded, error 2\n"));
    assert_true(has("<6>BTL: there: was loaded already\n"));
    assert_true(has("<6>BTL: d: loaded\n"));
    assert_true(has(INIT_RUNS));
}

TEST(test_a_counted_boot_is_reset)
{
    start(FIRST "counted\nmodule bad BOOT2 reset parallel -\nmodule b INIT warn parallel -\n");
    assert_true(in_order("<3>BTL: bad: not loaded, error 2\n",
                         "<0>BTL: bad has failed: reset, and the next try\nreset\n"));
    assert_false(has("load b "));
    assert_false(has("run"));
}

TEST(test_without_a_way_back_the_boot_goes_on)
{
    start(FIRST "module bad BOOT2 reset parallel -\n");
    assert_true(has("<0>BTL: bad has failed, and there is no way back\n"));
    assert_true(has(INIT_RUNS));
}

TEST(test_a_boot_that_stops)
{
    start(FIRST "module bad BOOT2 stop parallel -\n");
    assert_true(has("<0>BTL: bad has failed: the boot stops here\npause\n"));
    assert_false(has("run"));
}

TEST(test_a_boot_that_is_reset_without_a_way_back)
{
    start(FIRST "module bad BOOT2 restart parallel -\n");
    assert_true(has("<0>BTL: bad has failed: reset\nreset\n"));
    assert_false(has("run"));
}

static void make_failed_record(void)
{
    struct btl_record record = {
        .valid = true, .number = BTL_FAILED_IN_KERNEL, .path = BTL_STR("/loader.conf")};
    memset(record.sha256, 7, sizeof(record.sha256));
    btl_record_merge_given_up(&(struct btl_record){0}, &record);
    failed_size = btl_record_write(BTL_VARIABLE_FAILED, &record, failed_record);
    efivars = true;
}

TEST(test_the_failure_is_noted_for_the_loader)
{
    struct btl_record record;
    uint32_t attributes;
    make_failed_record();
    variable_size = 1; // an old one
    start(FIRST "module bad BOOT2 stop parallel -\n");
    assert_true(has("<0>BTL: bad has failed: reset, and another configuration\nreset\n"));
    assert_true(has("flags cleared\n"));
    memcpy(&attributes, variable, 4);
    assert_int_equal(attributes, BTL_VARIABLE_ATTRIBUTES);
    assert_true(btl_record_read(BTL_VARIABLE_FAILED,
                                (struct btl_bytes){variable + 4, variable_size - 4}, &record));
    assert_true(btl_str_equal(record.text, BTL_STR("bad: not loaded, error 2")));
    assert_true(btl_str_equal(record.path, BTL_STR("/loader.conf")));
    assert_int_equal(record.given_up_count, 1);
}

TEST(test_a_record_that_cannot_be_written)
{
    make_failed_record();
    efivars = false;
    start(FIRST "module bad BOOT2 reset parallel -\n");
    assert_true(has("<0>BTL: bad has failed, and there is no way back\n"));
    assert_int_equal(variable_size, 0);
}

TEST(test_a_record_that_is_none)
{
    make_failed_record();
    failed_size = 10;
    start(FIRST "module bad BOOT2 reset parallel -\n");
    assert_int_equal(variable_size, 0);
}

TEST(test_the_watchdog)
{
    watchdog = true;
    start(FIRST "watchdog 60\n");
    assert_true(in_order("watchdog served\n", INIT_RUNS));
    assert_true(has("unless it is served; seconds: 60\n"));
}

TEST(test_a_watchdog_that_cannot_count_that_far)
{
    watchdog = true;
    watchdog_max = 30;
    start(FIRST "watchdog 100\n");
    assert_true(has("unless it is served; seconds: 25\n"));
}

TEST(test_no_watchdog)
{
    start(FIRST "watchdog 60\n");
    assert_true(has("<4>BTL: no watchdog: /dev/watchdog cannot be opened, error 2\n"));
    assert_true(has(INIT_RUNS));
}

TEST(test_another_init)
{
    start(FIRST "init /sbin/init\n");
    assert_true(has("run /sbin/init as /sbin/init with single in HOME=/\n"));
}

TEST(test_an_init_that_is_missing)
{
    start(FIRST "init /missing\n");
    assert_true(has("<0>BTL: /missing cannot be started, error 2\nexit\n"));
}

TEST(test_without_an_order_the_real_init_is_started)
{
    start(NULL);
    assert_true(has("<3>BTL: /btl/order cannot be read, error 2\n"));
    assert_true(has(INIT_RUNS));
}

TEST(test_a_damaged_order)
{
    start(FIRST "init /sbin/init\nmodule ../a BOOT2 warn parallel -\n");
    assert_true(has("<3>BTL: /btl/order is damaged in line 3\n"));
    assert_true(has(INIT_RUNS));
}
