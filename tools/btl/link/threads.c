// SPDX-License-Identifier: BSD-2-Clause
// One step of `btl link` for every module, on several threads. The only variable that they share
// and write is the number of the next module.
#include <time.h>

#include "job.h"

double link_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double link_lap(struct link_thread *thread, enum link_pass pass, double start)
{
    double now = link_clock();
    thread->seconds[pass] += now - start;
    return now;
}

static void *run_step(void *argument)
{
    struct link_thread *thread = argument;
    struct link_job *job = thread->job;
    for (;;) {
        uint32_t index = atomic_fetch_add(&job->next, 1);
        if (index >= job->count)
            return NULL;
        job->modules[index].diags.arena = &thread->memory.arena;
        job->modules[index].image.arena = &thread->memory.arena;
        job->step(thread, &job->modules[index]);
    }
}

// The first thread is the caller's own. When a thread cannot be created, the others do its work.
void link_each(struct link_job *job, link_step *step)
{
    uint32_t started = 1;
    job->step = step;
    atomic_store(&job->next, 0);
    while (started < job->thread_count && started < job->count &&
           pthread_create(&job->threads[started].handle, NULL, run_step, &job->threads[started]) ==
               0)
        started++;
    run_step(&job->threads[0]);
    while (started > 1)
        pthread_join(job->threads[--started].handle, NULL);
}

void link_collect(struct link_job *job, struct link_module *module)
{
    struct btl_diags *all = &job->host->diags, *one = &module->diags;
    if (one->first != NULL) {
        if (all->last == NULL)
            all->first = one->first;
        else
            all->last->next = one->first;
        all->last = one->last;
    }
    all->errors += one->errors;
    all->warnings += one->warnings;
    all->lost += one->lost;
    *one = (struct btl_diags){0};
}
