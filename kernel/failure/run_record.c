// SPDX-License-Identifier: BSD-2-Clause
#include "failure/run_record.h"

#include "base/handoff.h"
#include "base/timeline.h"
#include "console/print.h"
#include "console/say.h"
#include "dlkm/dlkm.h"
#include "failure/boot_state.h"

#include <btl/kernel.h>

// Static, since a panic may have little stack.
static struct btl_run run;
static uint8_t bytes[BTL_RUN_MAX];

// The end of the log: an output that keeps its last bytes.
static char tail[BTL_RUN_MAX];
static size_t tail_len;

static void run_tail_put(struct btl_out *out, const char *text, size_t len)
{
    if (len > sizeof(tail)) {
        text += len - sizeof(tail);
        len = sizeof(tail);
    }
    if (tail_len + len > sizeof(tail)) {
        size_t kept = sizeof(tail) - len;

        memmove(tail, tail + (tail_len - kept), kept);
        tail_len = kept;
    }
    memcpy(tail + tail_len, text, len);
    tail_len += len;
}

static uint32_t run_microseconds(uint64_t nanoseconds)
{
    uint64_t time = nanoseconds / 1000;

    return time < UINT32_MAX ? (uint32_t)time : UINT32_MAX;
}

static bool run_event_failed(const struct btlm_event *event)
{
    return event->kind == BTLM_EVENT_MODULE_LOADED && event->module < module_count() &&
           module_get(event->module)->state == MODULE_FAILED;
}

static void run_take_events(void)
{
    const struct btlm_event *events;
    size_t count = timeline_events(&events);

    run.event_count = count < BTL_RUN_EVENTS_MAX ? (uint32_t)count : BTL_RUN_EVENTS_MAX;
    run.events_left_out = (uint32_t)count - run.event_count;
    for (uint32_t i = 0; i < run.event_count; i++) {
        uint64_t length = events[i].end > events[i].start ? events[i].end - events[i].start : 0;

        run.events[i] = (struct btl_run_event){
            .start = run_microseconds(events[i].start),
            .length = run_microseconds(length),
            .module = events[i].module < BTL_RUN_NO_MODULE ? (uint16_t)events[i].module
                                                           : BTL_RUN_NO_MODULE,
            .kind = (uint8_t)events[i].kind,
            .failed = run_event_failed(&events[i]),
        };
    }
}

// Of a good boot the warnings and errors; of a bad one all.
static void run_take_log(enum btl_run_end end)
{
    struct btl_out out = {.put = run_tail_put};
    bool bad = end == BTL_RUN_GIVEN_UP || end == BTL_RUN_PANIC;

    tail_len = 0;
    log_print_own(&out, bad ? BTL_LOG_INFO : BTL_LOG_WARN);
    run.text = (struct btl_str){tail, tail_len};
}

static void run_store(void)
{
    uint64_t size = btl_run_write(&run, bytes);
    efi_status status = efi_variable_set(BTL_RUN_VARIABLE, bytes, size);

    if (status == EFI_INVALID_PARAMETER) { // the variable has other attributes, which would stay
        efi_variable_set(BTL_RUN_VARIABLE, NULL, 0);
        status = efi_variable_set(BTL_RUN_VARIABLE, bytes, size);
    }
    // Firmware that stores no variables while a kernel runs is no fault of this boot.
    if (status != EFI_SUCCESS && status != EFI_UNSUPPORTED)
        kernel_say(BTL_RUN_STATE_WRITE, BTL_ARG_Z(BTL_RUN_VARIABLE),
                   BTL_ARG_Z(efi_status_text(status)));
}

void run_record_write(enum btl_run_end end)
{
    static bool written, writing;
    bool again = written && run.end == BTL_RUN_GOOD && end != BTL_RUN_GOOD && end != BTL_RUN_LEFT;

    if (writing || (written && !again) || !boot_has(BTLM_BOOT_SAVED) || !efi_runtime_usable())
        return;
    writing = true; // a failure in here does not come back
    run.end = end;
    run.manifest = handoff_manifest()->header->checksum;
    run_take_events();
    run_take_log(end);
    run_store();
    written = true;
    writing = false;
}
