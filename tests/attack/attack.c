// SPDX-License-Identifier: BSD-2-Clause
// The loader's run() on machines with something wrong, without end or for a number of runs:
//
//     attack [--seed S] [--first N] [--runs N] [--save DIRECTORY] [--spoil WHAT]
//
// --runs 0: until it is stopped. --save: write the machine of each finding. --spoil: change one bit
// of each machine before it is checked (1 to 3, enum verify_spoil), which must be a finding.
//
// A run ends well in a boot, after which verify_machine() holds; or without one, with a message and
// all memory given back; or in a menu that waits for its user. A finding is anything else: another
// result, a sanitizer's report, a loader that does not come back. Runs are made in processes, so
// that a finding ends one process and not the attack.
#include "machine.h"
#include "verify.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH       500 // runs of one process
#define SECONDS_MAX 60  // of one run

struct counts {
    uint64_t at; // the run that is being made
    uint64_t boots, refusals, spoiled;
};

static struct counts *counts; // shared with the process that makes the runs
static uint64_t seed = 1, first, runs = 1000;
static enum verify_spoil spoil;
static const char *directory;

static bool end_of_run(struct mock *mock, fw_status status, char why[512])
{
    if (status == FW_SUCCESS && mock->handed_off) {
        counts->boots++;
        if (spoil != SPOIL_NOTHING)
            counts->spoiled += verify_spoil(mock, spoil);
        return verify_machine(mock, why);
    }
    counts->refusals++;
    snprintf(why, 512, "the loader ended without a word");
    return !mock->handed_off && (mock->console_len > 0 || mock->reset);
}

static void make_run(uint64_t number)
{
    char why[512] = "";
    struct mock *mock = machine_begin(seed, number);
    alarm(SECONDS_MAX);
    if (directory != NULL && runs == 1)
        machine_save(mock, directory);
    fw_status status = run(&mock->firmware);
    if (runs == 1)
        fprintf(stderr, "%.*s\n", (int)mock->console_len, mock->console);
    if (!end_of_run(mock, status, why)) {
        fprintf(stderr, "attack: %s\n", why);
        _exit(1);
    }
    alarm(0);
    mock_end(mock); // which fails when memory is kept, or a call broke the specification
    machine_end();
}

// Make runs from counts->at on in a new process. Return its status.
static int make_batch(uint64_t end)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        for (; counts->at < end; counts->at++)
            make_run(counts->at);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        abort();
    return status;
}

static void report(int status)
{
    printf("finding: run %" PRIu64 " of seed %" PRIu64 ": ", counts->at, seed);
    if (WIFSIGNALED(status))
        printf("signal %d", WTERMSIG(status));
    else
        printf("status %d", WEXITSTATUS(status));
    printf("; repeat it with --seed %" PRIu64 " --first %" PRIu64 " --runs 1 --save DIRECTORY\n",
           seed, counts->at);
    fflush(stdout);
}

// Return the number of findings.
static uint64_t attack(void)
{
    uint64_t findings = 0, waits = 0, end = runs == 0 ? UINT64_MAX : first + runs;
    for (counts->at = first; counts->at < end;) {
        uint64_t batch = end - counts->at < BATCH ? end : counts->at + BATCH;
        int status = make_batch(batch);
        if (status == 0)
            continue;
        if (WIFEXITED(status) && WEXITSTATUS(status) == MACHINE_WAITS) {
            waits++;
        } else {
            findings++;
            report(status);
        }
        counts->at++;
    }
    printf("%" PRIu64 " runs: %" PRIu64 " boots, %" PRIu64 " without a boot, %" PRIu64
           " in a menu; %" PRIu64 " findings",
           runs, counts->boots, counts->refusals, waits, findings);
    printf(spoil != SPOIL_NOTHING ? " of %" PRIu64 " spoiled\n" : "\n", counts->spoiled);
    return findings;
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 0);
    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "attack: %s is no number\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},  {"first", required_argument, NULL, 'f'},
        {"runs", required_argument, NULL, 'r'},  {"save", required_argument, NULL, 'd'},
        {"spoil", required_argument, NULL, 'p'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 's')
            seed = number(optarg);
        else if (option == 'f')
            first = number(optarg);
        else if (option == 'r')
            runs = number(optarg);
        else if (option == 'd')
            directory = optarg;
        else if (option == 'p')
            spoil = number(optarg) % (SPOIL_KERNEL + 1);
        else
            return 2;
    }
    setenv("CMOCKA_TEST_ABORT", "1", 1); // a check of the mock that fails prints its message
    counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        return 2;
    uint64_t findings = attack();
    return spoil != SPOIL_NOTHING ? findings != counts->spoiled || findings == 0 : findings != 0;
}
