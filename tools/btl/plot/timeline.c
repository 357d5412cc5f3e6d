// SPDX-License-Identifier: BSD-2-Clause
// The timeline: a row for each step of the loader, for each phase of the kernel (if the kernel has
// recorded them), and for each module, grouped by phase.
#include "rows.h"

#include <math.h>

#define NAME_WIDTH   170.0 // of the names to the left of the bars
#define MANY_MODULES 60    // above that, rows are lower and letters smaller

static const char *const bar_class[COLUMNS] = {"other", "read", "link", "load"};
static const char *const bar_verb[COLUMNS] = {"done", "read", "linked", "loaded"};

static int module_column(uint32_t kind)
{
    return kind == BTLM_EVENT_MODULE_READ     ? COLUMN_READ
           : kind == BTLM_EVENT_MODULE_LINKED ? COLUMN_LINK
           : kind == BTLM_EVENT_MODULE_LOADED ? COLUMN_LOAD
                                              : COLUMNS;
}

static const struct btlm_event *event_at(const struct timeline *t, uint64_t index)
{
    return btl_manifest_entry(t->plot->manifest, BTLM_EVENTS, index);
}

static uint64_t event_count(const struct timeline *t)
{
    return btl_manifest_count(t->plot->manifest, BTLM_EVENTS);
}

static void read_events(struct timeline *t)
{
    t->modules = MEMORY_ARRAY(t->plot->svg.host->arena, struct row,
                              btl_manifest_count(t->plot->manifest, BTLM_MODULES));
    t->columns = COLUMN_LOAD;
    for (uint64_t i = 0; i < event_count(t); i++) {
        const struct btlm_event *event = event_at(t, i);
        int column = module_column(event->kind);
        t->axis.end = event->end > t->axis.end ? event->end : t->axis.end;
        if (btlm_event_waits(event->kind))
            t->waits += event->end - event->start;
        if (column == COLUMNS || event->module == BTL_NONE)
            continue;
        t->modules[event->module].bar[column] = event;
        if (column == COLUMN_LOAD)
            t->columns = COLUMNS;
    }
}

// A row of a step: the loader's, or a phase of the kernel. A step of several attempts has a bar for
// each, and the sum of their times.
struct step {
    const char *name;
    bool kernel;
    uint8_t kind[COLUMNS]; // BTLM_EVENT_LOADER: none
};

static const struct step steps[] = {
    {"start", false, {BTLM_EVENT_START}},
    {"loader.conf", false, {BTLM_EVENT_CONFIG}},
    {"kernel",
     false,
     {BTLM_EVENT_KERNEL_CHECKED, BTLM_EVENT_KERNEL_READ, BTLM_EVENT_KERNEL_PLACED}},
    {"modules read", false, {BTLM_EVENT_MODULES_READ}},
    {"plan", false, {BTLM_EVENT_PLAN}},
    {"terminal", false, {BTLM_EVENT_TERMINAL}},
    {"countdown", false, {BTLM_EVENT_COUNTDOWN}},
    {"menu", false, {BTLM_EVENT_MENU}},
    {"next attempt", false, {BTLM_EVENT_NEXT}},
    {"modules linked", false, {BTLM_EVENT_MODULES_LINKED}},
    {"files staged", false, {BTLM_EVENT_STAGED}},
    {"page tables", false, {BTLM_EVENT_SPACE}},
    {"try counted", false, {BTLM_EVENT_TRIAL}},
    {"volume closed", false, {BTLM_EVENT_CLOSED}},
    {"manifest", false, {BTLM_EVENT_MANIFEST}},
    {"manifest saved", false, {BTLM_EVENT_SAVED}},
    {"leaving the firmware", false, {BTLM_EVENT_EXIT}},
    {"phase 1", true, {BTLM_EVENT_PHASE1}},
    {"virtual memory", true, {BTLM_EVENT_VM}},
    {"phase 2", true, {BTLM_EVENT_PHASE2}},
    {"init", true, {BTLM_EVENT_INIT}},
};

// Is this event the next one of the step in this column?
static bool is_step_event(const struct btlm_event *event, const struct step *step, int column)
{
    return step->kind[column] != BTLM_EVENT_LOADER && event->kind == step->kind[column] &&
           event->module == BTL_NONE;
}

static bool step_occurs(const struct timeline *t, const struct step *step)
{
    for (uint64_t i = 0; i < event_count(t); i++) {
        for (int column = 0; column < COLUMNS; column++) {
            if (is_step_event(event_at(t, i), step, column))
                return true;
        }
    }
    return false;
}

static size_t count_steps(const struct timeline *t, bool kernel)
{
    size_t count = 0;
    for (size_t i = 0; i < BTL_COUNT(steps); i++)
        count += steps[i].kernel == kernel && step_occurs(t, &steps[i]);
    return count;
}

// What is in neither record: the last write of a saved manifest, the exit from the firmware, the
// kernel's start. Empty if the manifest has no events of the kernel.
static void find_between(struct timeline *t)
{
    uint64_t loader = 0, kernel = UINT64_MAX;
    for (uint64_t i = 0; i < event_count(t); i++) {
        const struct btlm_event *event = event_at(t, i);
        if (event->kind == BTLM_EVENT_LOADER)
            loader = event->end;
        else if (event->kind >= BTLM_EVENT_PHASE1 && event->kind <= BTLM_EVENT_MODULE_LOADED)
            kernel = event->start < kernel ? event->start : kernel;
    }
    if (loader != 0 && kernel != UINT64_MAX && kernel > loader)
        t->between = (struct btlm_event){.start = loader, .end = kernel};
}

static void draw_between(struct timeline *t)
{
    rows_name(t, "faint", "to the kernel");
    rows_bar(t, &t->between, "m-gap", "between the records", "the kernel was reached");
    rows_took(t, t->between.end - t->between.start, COLUMN_STEP);
    t->y += t->row_height;
}

static const char *step_verb(const struct btlm_event *event)
{
    return btlm_event_waits(event->kind)              ? "waited"
           : event->kind == BTLM_EVENT_KERNEL_CHECKED ? "checked"
           : event->kind == BTLM_EVENT_KERNEL_PLACED  ? "placed"
           : event->kind == BTLM_EVENT_KERNEL_READ    ? "read"
                                                      : "done";
}

static void draw_step_column(struct timeline *t, const struct step *step, int column)
{
    bool any = false;
    uint64_t took = 0;
    for (uint64_t i = 0; i < event_count(t); i++) {
        const struct btlm_event *event = event_at(t, i);
        if (!is_step_event(event, step, column))
            continue;
        rows_bar(t, event, btlm_event_waits(event->kind) ? "wait" : bar_class[column], step->name,
                 step_verb(event));
        took += event->end - event->start;
        any = true;
    }
    if (any)
        rows_took(t, took, column);
}

static void draw_step(struct timeline *t, const struct step *step)
{
    rows_name(t, "", step->name);
    for (int column = 0; column < t->columns; column++)
        draw_step_column(t, step, column);
    t->y += t->row_height;
}

static void draw_steps(struct timeline *t, bool kernel, const char *name, const char *note)
{
    bool between = !kernel && t->between.end != 0;
    size_t count = count_steps(t, kernel) + between;
    if (count == 0)
        return;
    rows_group(t, 0, name, note, count);
    for (size_t i = 0; i < BTL_COUNT(steps); i++) {
        if (steps[i].kernel == kernel && step_occurs(t, &steps[i]))
            draw_step(t, &steps[i]);
    }
    if (between)
        draw_between(t);
    t->y += 4;
}

// Write to the right of the last bar; to the left of the first where there is no space.
static void draw_beside_bars(struct timeline *t, const struct row *row, const char *class,
                             const char *text, double width)
{
    double first = t->axis.right, last = t->axis.left;
    for (int column = 0; column < COLUMNS; column++) {
        if (row->bar[column] == NULL)
            continue;
        first = fmin(first, axis_x(&t->axis, row->bar[column]->start));
        last = fmax(last, axis_x(&t->axis, row->bar[column]->end));
    }
    bool fits = last + 6 + width < t->axis.right;
    svg_text(&t->plot->svg, fits ? last + 6 : first - 6, t->y + t->row_height - 5,
             plot_text(t->plot, "%s %s %s", t->font, class, fits ? "" : "end"), text);
}

// Write why a module was not loaded.
static void draw_verdict(struct timeline *t, const struct btlm_module *module,
                         const struct row *row)
{
    const struct btl_manifest *m = t->plot->manifest;
    const char *words = btlm_state_name(module->state);
    double width = 0;
    if (module->state != BTLM_FAILED && module->state != BTLM_OFF)
        return;
    if (module->reason != BTL_NONE) {
        const struct btlm_diagnostic *reason =
            btl_manifest_entry(m, BTLM_DIAGNOSTICS, module->reason);
        const char *code = plot_label(t->plot, reason->code, 60);
        width = svg_text_width(code, 12) + 50;
        words = plot_text(t->plot, "<title>%s</title>%s: %s",
                          plot_label(t->plot, reason->text, 400), words, code);
    }
    draw_beside_bars(t, row, module->state == BTLM_FAILED ? "bad" : "faint", words, width);
}

static void draw_module(struct timeline *t, uint64_t index)
{
    const struct btlm_module *module = btl_manifest_module(t->plot->manifest, index);
    const struct row *row = &t->modules[index];
    const char *name = plot_label(t->plot, module->name, 22);
    rows_name(t, module->state == BTLM_FAILED ? "bad" : "", name);
    draw_verdict(t, module, row);
    for (int column = COLUMN_READ; column < t->columns; column++) {
        const struct btlm_event *event = row->bar[column];
        if (event == NULL)
            continue;
        rows_bar(t, event, bar_class[column], name, bar_verb[column]);
        rows_took(t, event->end - event->start, column);
    }
    t->y += t->row_height;
}

// Where the kernel found the files of these modules; "" if it found them in different places.
static const char *phase_files(const struct timeline *t, const uint32_t *list, size_t count)
{
    size_t staged = 0;
    for (size_t i = 0; i < count; i++)
        staged += btl_manifest_module(t->plot->manifest, list[i])->state == BTLM_STAGED;
    return staged == count ? "staged, " : staged == 0 ? "on the disk, " : "";
}

static const char *phase_note(struct timeline *t, enum btl_phase phase, const uint32_t *list,
                              size_t count)
{
    static const char *const notes[] = {
        [BTL_PHASE_BOOT1] = "linked by the loader, run before memory management",
        [BTL_PHASE_BOOT2] = "linked by the kernel after memory management",
        [BTL_PHASE_INIT] = "loaded when init starts",
        [BTL_PHASE_AUTO] = "loaded on demand",
    };
    return plot_text(t->plot, "%zu module%s, %s%s", count, count == 1 ? "" : "s",
                     phase == BTL_PHASE_BOOT1 ? "" : phase_files(t, list, count),
                     phase < BTL_COUNT(notes) ? notes[phase] : "");
}

// Draw a group of modules; `list` has their indices.
static void draw_module_group(struct timeline *t, unsigned band, const char *name, const char *note,
                              const uint32_t *list, size_t count)
{
    if (count == 0)
        return;
    rows_group(t, band, name, note, count);
    for (size_t i = 0; i < count; i++)
        draw_module(t, list[i]);
    t->y += 4;
}

static void draw_all_modules(struct timeline *t)
{
    const struct btl_manifest *m = t->plot->manifest;
    struct btl_arena *arena = t->plot->svg.host->arena;
    uint64_t count = btl_manifest_count(m, BTLM_MODULES),
             orders = btl_manifest_count(m, BTLM_ORDER);
    bool *listed = MEMORY_ARRAY(arena, bool, count);
    uint32_t *list = MEMORY_ARRAY(arena, uint32_t, count);
    size_t in_list;
    for (unsigned phase = 0; phase < BTL_PHASES; phase++) {
        in_list = 0;
        for (uint64_t i = 0; i < orders; i++) {
            const uint32_t *index = btl_manifest_entry(m, BTLM_ORDER, i);
            if (btl_manifest_module(m, *index)->phase != phase || listed[*index])
                continue;
            listed[*index] = true;
            list[in_list++] = *index;
        }
        draw_module_group(t, 1 + phase % 3, btl_phase_name(phase),
                          phase_note(t, phase, list, in_list), list, in_list);
    }
    in_list = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!listed[i])
            list[in_list++] = (uint32_t)i;
    }
    draw_module_group(t, 0, "not loaded", "failed, or switched off", list, in_list);
}

static void draw_keys(struct timeline *t)
{
    static const char *const headings[COLUMNS] = {"step", "read", "link", "load"};
    struct plot *plot = t->plot;
    double x = t->axis.left, y = t->y + 12;
    x = plot_key(plot, x, y, "read", "read from the volume");
    x = plot_key(plot, x, y, "link", "linked (the kernel: placed)");
    if (t->columns > COLUMN_LOAD)
        x = plot_key(plot, x, y, "load", "load function");
    x = plot_key(plot, x, y, "other", "steps");
    if (t->waits > 0)
        plot_key(plot, x, y, "wait",
                 t->axis.cut_count > 0 ? "waiting, cut out of the axis" : "waiting for a person");
    t->y += 74;
    for (int column = 0; column < t->columns; column++)
        svg_text(&plot->svg, rows_column(t, column), t->y - 8, "small end faint", headings[column]);
}

// Mark the end of the loader. A saved manifest ends before the hand-off; after it may come the
// kernel's own record.
static void draw_hand_off(struct timeline *t, double bottom)
{
    const struct btlm_event *loader = NULL;
    const char *what = "the loader's record ends after", *waits = "";
    for (uint64_t i = 0; i < event_count(t); i++) {
        if (event_at(t, i)->kind == BTLM_EVENT_LOADER)
            loader = event_at(t, i);
        if (event_at(t, i)->kind == BTLM_EVENT_EXIT)
            what = "hand-off after";
    }
    if (loader == NULL)
        return;
    if (t->waits > 0)
        waits = plot_text(t->plot, ", %s of it waiting", plot_time(t->plot, t->waits));
    double x = axis_x(&t->axis, loader->end);
    svg_line(&t->plot->svg, x, t->top, x, bottom, "mark");
    svg_textf(&t->plot->svg, x - 4, t->top - 22, "small end", "%s %s%s", what,
              plot_time(t->plot, loader->end), waits);
}

bool plot_has_kernel_events(const struct plot *plot)
{
    for (uint64_t i = 0; i < btl_manifest_count(plot->manifest, BTLM_EVENTS); i++) {
        const struct btlm_event *event = btl_manifest_entry(plot->manifest, BTLM_EVENTS, i);
        if (event->kind >= BTLM_EVENT_PHASE1 && event->kind <= BTLM_EVENT_MODULE_LOADED)
            return true;
    }
    return false;
}

double plot_timeline(struct plot *plot, double y)
{
    uint64_t count = btl_manifest_count(plot->manifest, BTLM_MODULES);
    struct timeline t = {.plot = plot, .y = y};
    t.row_height = count > MANY_MODULES ? 13 : 18;
    t.font = count > MANY_MODULES ? "small" : "";
    read_events(&t);
    find_between(&t);
    t.axis.plot = plot;
    t.axis.left = PLOT_MARGIN + NAME_WIDTH;
    t.axis.right = PLOT_WIDTH - PLOT_MARGIN - t.columns * COLUMN_WIDTH - 6;
    if (t.axis.end == 0)
        t.axis.end = 1;
    axis_set(&t.axis);
    draw_keys(&t);
    t.top = t.y;
    axis_draw(&t.axis, t.top, true);
    axis_label_cuts(&t.axis, t.top - 36);
    draw_steps(&t, false, "Loader", "");
    draw_steps(&t, true, "Kernel", "as the kernel has recorded it");
    draw_all_modules(&t);
    axis_draw(&t.axis, t.y, false);
    draw_hand_off(&t, t.y);
    return t.y + 26;
}
