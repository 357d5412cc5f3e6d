// SPDX-License-Identifier: BSD-2-Clause
// Output goes to the log, the serial line, the screen and the capture, in that order.
#include "console/print.h"

#include "base/arch.h"
#include "base/handoff.h"
#include "base/lock.h"

#include <btl/kernel.h>

static bool serial, screen, capturing, inside_line;
static void (*capture)(const char *text, size_t len);
static struct btl_buffer *copied;

#define INPUTS_MAX 4 // of modules, beside the serial line
static int (*inputs[INPUTS_MAX])(void);

static void console_put_unlogged(struct btl_out *out, const char *text, size_t len)
{
    if (len > 0)
        inside_line = text[len - 1] != '\n';
    if (serial)
        uart_put(text, len);
    if (screen)
        screen_put(text, len);
    if (copied != NULL)
        copied->out.put(&copied->out, text, len);
    if (capture == NULL || capturing)
        return;
    capturing = true; // output of the sink itself is not captured
    capture(text, len);
    capturing = false;
}

static void console_put(struct btl_out *out, const char *text, size_t len)
{
    log_put(text, len);
    console_put_unlogged(out, text, len);
}

static struct btl_out out = {.put = console_put};

void console_init(void)
{
    serial = uart_init();
}

void console_use_interrupts(void)
{
    if (serial)
        uart_start_interrupts();
}

static bool console_find_screen(uint64_t direct_map_size, struct screen *ret)
{
    const struct btlm_system *system = btl_manifest_system(handoff_manifest());

    if (system->framebuffer_format == 0 ||
        !btl_in_range(system->framebuffer, system->framebuffer_size, direct_map_size))
        return false;
    *ret = (struct screen){
        .pixels = phys_to_virt(system->framebuffer),
        .width = system->framebuffer_width,
        .height = system->framebuffer_height,
        .stride = system->framebuffer_stride,
    };
    return true;
}

void console_configure(uint64_t direct_map_size)
{
    struct screen found;

    serial = serial && options.serial;
    screen = screen || (options.screen && console_find_screen(direct_map_size, &found) &&
                        screen_init(&found));
}

struct btl_out console_out(void)
{
    return out;
}

struct btl_out console_echo(void)
{
    return (struct btl_out){.put = console_put_unlogged};
}

void console_copy(struct btl_buffer *copy)
{
    copied = copy;
}

int console_read(void)
{
    int c = serial ? uart_read() : -1;

    for (size_t i = 0; i < INPUTS_MAX && c < 0; i++)
        if (inputs[i] != NULL)
            c = inputs[i]();
    return c;
}

bool console_has_input(void)
{
    for (size_t i = 0; i < INPUTS_MAX; i++)
        if (inputs[i] != NULL)
            return true;
    return serial;
}

int console_input_add(int (*read)(void))
{
    handler_forbid("console_input_add", __builtin_return_address(0));
    if (read == NULL)
        return BTL_EINVAL;
    for (size_t i = 0; i < INPUTS_MAX; i++) {
        if (inputs[i] != NULL)
            continue;
        inputs[i] = read;
        return 0;
    }
    return BTL_ENOMEM;
}

void console_input_remove(int (*read)(void))
{
    for (size_t i = 0; i < INPUTS_MAX; i++)
        if (inputs[i] == read)
            inputs[i] = NULL;
}

static bool console_forget_inputs(uint64_t start, uint64_t end)
{
    bool found = false;

    for (size_t i = 0; i < INPUTS_MAX; i++) {
        uint64_t at = (uint64_t)(uintptr_t)inputs[i];
        if (inputs[i] == NULL || at < start || at >= end)
            continue;
        inputs[i] = NULL;
        found = true;
    }
    return found;
}

// What handlers have printed since the last console_print_deferred().
#define DEFERRED_SIZE 4096
static struct {
    char text[DEFERRED_SIZE];
    uint32_t len, lost;
} deferred;

static void deferred_put(struct btl_out *unused, const char *text, size_t len)
{
    size_t room = DEFERRED_SIZE - deferred.len, part = len < room ? len : room;

    memcpy(deferred.text + deferred.len, text, part);
    deferred.len += (uint32_t)part;
    deferred.lost += (uint32_t)(len - part);
}

// The next bytes to print; 0: there are no more, and the text is empty again. Handlers may add to
// it meanwhile.
static size_t deferred_next(size_t done)
{
    bool on = arch_interrupts_off();
    size_t left = deferred.len - done;

    if (left == 0)
        deferred.len = 0;
    arch_interrupts_restore(on);
    return left;
}

// The text belongs into the log, whatever the command that runs shows.
void console_print_deferred(void)
{
    static bool flushing;
    size_t done = 0, part;
    bool paused;

    if (flushing || (deferred.len == 0 && deferred.lost == 0))
        return;
    flushing = true;
    paused = log_pause(false);
    if (inside_line)
        console_put(&out, "\n", 1);
    for (; (part = deferred_next(done)) > 0; done += part)
        console_put(&out, deferred.text + done, part);
    if (deferred.lost > 0)
        btl_format(&out, "[%u bytes that interrupt handlers printed are lost]\n", deferred.lost);
    deferred.lost = 0;
    log_pause(paused);
    flushing = false;
}

void kvprintf(const char *format, va_list args)
{
    struct btl_out handlers = {.put = deferred_put};

    if (handler_running() != NULL) {
        btl_vformat(&handlers, format, args);
        return;
    }
    btl_vformat(&out, format, args);
    if (!inside_line)
        console_print_deferred();
}

void kprintf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    kvprintf(format, args);
    va_end(args);
}

int console_capture(void (*sink)(const char *text, size_t len))
{
    handler_forbid("console_capture", __builtin_return_address(0));
    if (sink == NULL)
        return BTL_EINVAL;
    if (capture != NULL)
        return BTL_EBUSY;
    capture = sink;
    return 0;
}

void console_release(void (*sink)(const char *text, size_t len))
{
    if (capture == sink)
        capture = NULL;
}

bool console_forget(uint64_t start, uint64_t end)
{
    uint64_t at = (uint64_t)(uintptr_t)capture;

    bool found = console_forget_inputs(start, end);

    if (capture == NULL || at < start || at >= end)
        return found;
    capture = NULL;
    return true;
}
