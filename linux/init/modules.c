// SPDX-License-Identifier: BSD-2-Clause
// Modules are loaded in the order of the list. A module is loaded beside others when all that it
// needs is loaded, and nothing separates them: all of BOOT2 comes before INIT, and a serial module
// is alone. Each finit_module() runs in a child, whose exit status is the error.
#include "init.h"

#include "calls.h"

enum job_state { JOB_WAITS, JOB_RUNS, JOB_LOADED, JOB_FAILED };

struct jobs {
    const struct btl_order *order;
    struct init_failure *worst;
    uint32_t first;   // the first module that is not finished
    uint32_t running; // children
    bool ended;       // no further module is loaded
    uint8_t state[BTL_ORDER_MODULES_MAX];
    struct {
        long child;
        uint32_t module;
    } running_at[INIT_JOBS_MAX];
};

// One for the program, because its stack is small.
static struct jobs jobs_of_init;

static const struct btl_order_module *jobs_module(const struct jobs *jobs, uint32_t index)
{
    return &jobs->order->modules[index];
}

static void jobs_note_failure(struct jobs *jobs, const struct btl_order_module *module,
                              struct init_line *line)
{
    struct init_failure *worst = jobs->worst;
    line_send(line);
    if (worst->module.len > 0 && module->action <= worst->action)
        return;
    *worst = (struct init_failure){module->action, module->name, *line};
    jobs->ended |= module->action >= BTL_ORDER_RESET;
}

static enum init_level failure_level(const struct btl_order_module *module)
{
    return module->action == BTL_ORDER_IGNORE ? INIT_DEBUG
           : module->action == BTL_ORDER_WARN ? INIT_WARNING
                                              : INIT_ERROR;
}

static void job_finish(struct jobs *jobs, uint32_t index, uint32_t error)
{
    const struct btl_order_module *module = jobs_module(jobs, index);
    bool good = error == 0 || error == INIT_EEXIST;
    struct init_line line;
    jobs->state[index] = good ? JOB_LOADED : JOB_FAILED;
    line_begin(&line, good ? INIT_INFO : failure_level(module));
    line_add_str(&line, module->name);
    if (good) {
        line_add(&line, error == 0 ? ": loaded" : ": was loaded already");
        line_send(&line);
        return;
    }
    line_add(&line, ": not loaded, error ");
    line_add_number(&line, error);
    jobs_note_failure(jobs, module, &line);
}

static void job_refuse(struct jobs *jobs, uint32_t index, uint32_t need)
{
    const struct btl_order_module *module = jobs_module(jobs, index);
    struct init_line line;
    jobs->state[index] = JOB_FAILED;
    line_begin(&line, failure_level(module));
    line_add_str(&line, module->name);
    line_add(&line, ": not loaded, because it needs ");
    line_add_str(&line, jobs_module(jobs, need)->name);
    jobs_note_failure(jobs, module, &line);
}

// The work of a child. Return errno.
static uint32_t job_load(const struct btl_order_module *module)
{
    static char path[INIT_NAME_MAX], parameters[BTL_ORDER_SIZE_MAX];
    struct init_line text = {.len = 0};
    line_add(&text, INIT_MODULES);
    line_add_str(&text, module->name);
    line_add(&text, ".ko");
    if (text.len >= sizeof(path))
        return INIT_ENOENT;
    for (size_t i = 0; i < text.len; i++)
        path[i] = text.text[i];
    for (size_t i = 0; i < module->parameters.len; i++)
        parameters[i] = module->parameters.at[i];
    long file = call_open(path, INIT_READ);
    long result = file < 0 ? file : call_load_module((int)file, parameters);
    return (uint32_t)-result;
}

static void job_start(struct jobs *jobs, uint32_t index)
{
    long child = call_fork();
    if (child == 0) {
        call_exit((int)job_load(jobs_module(jobs, index)));
        return; // of a test alone
    }
    if (child < 0) {
        job_finish(jobs, index, (uint32_t)-child);
        return;
    }
    jobs->state[index] = JOB_RUNS;
    jobs->running_at[jobs->running].child = child;
    jobs->running_at[jobs->running++].module = index;
}

// What the module waits for. JOB_FAILED: *ret_need has failed.
static enum job_state job_needs(const struct jobs *jobs, uint32_t index, uint32_t *ret_need)
{
    struct btl_str needs = jobs_module(jobs, index)->needs;
    enum job_state found = JOB_LOADED;
    while (btl_order_next_need(&needs, ret_need)) {
        if (jobs->state[*ret_need] == JOB_FAILED)
            return JOB_FAILED;
        if (jobs->state[*ret_need] != JOB_LOADED)
            found = JOB_WAITS;
    }
    return found;
}

static bool jobs_is_finished(const struct jobs *jobs, uint32_t index)
{
    return jobs->state[index] == JOB_LOADED || jobs->state[index] == JOB_FAILED;
}

// Is there a border between the first unfinished module and this one?
static bool jobs_is_separate(const struct jobs *jobs, uint32_t index)
{
    const struct btl_order_module *module = jobs_module(jobs, index),
                                  *first = jobs_module(jobs, jobs->first);
    return index != jobs->first && (module->init != first->init || module->serial || first->serial);
}

// Start what can be started.
static void jobs_start(struct jobs *jobs)
{
    uint32_t need;
    for (uint32_t i = jobs->first; i < jobs->order->module_count && !jobs->ended; i++) {
        if (jobs_is_finished(jobs, i)) {
            jobs->first += i == jobs->first;
            continue;
        }
        if (jobs_is_separate(jobs, i) || jobs->running == INIT_JOBS_MAX)
            return;
        if (jobs->state[i] == JOB_RUNS)
            continue;
        enum job_state needs = job_needs(jobs, i, &need);
        if (needs == JOB_FAILED)
            job_refuse(jobs, i, need);
        else if (needs == JOB_LOADED)
            job_start(jobs, i);
        jobs->first += i == jobs->first && jobs_is_finished(jobs, i);
    }
}

// Wait for one child. Other programs of the initrd may end as well: those are not ours.
static void jobs_wait(struct jobs *jobs)
{
    int status = 0;
    long child = call_wait(&status);
    for (uint32_t i = 0; i < jobs->running; i++) {
        if (child >= 0 && jobs->running_at[i].child != child)
            continue;
        uint32_t module = jobs->running_at[i].module;
        jobs->running_at[i] = jobs->running_at[--jobs->running];
        bool killed = child < 0 || (status & 0x7f) != 0;
        job_finish(jobs, module, killed ? 255 : (uint32_t)status >> 8 & 0xff);
        return;
    }
}

void modules_load(const struct btl_order *order, struct init_failure *ret_worst)
{
    struct jobs *jobs = &jobs_of_init;
    *ret_worst = (struct init_failure){.action = BTL_ORDER_IGNORE};
    *jobs = (struct jobs){.order = order, .worst = ret_worst};
    for (;;) {
        jobs_start(jobs);
        if (jobs->running == 0)
            return;
        jobs_wait(jobs);
    }
}
