// SPDX-License-Identifier: BSD-2-Clause
// The decoder. Names of records (R1, P3, B2 …) are those of the guide, appendix B.
#include "arch/ia64/unwind.h"

#define LABELS 8
#define NEVER  UINT64_MAX

struct decoder {
    const uint8_t *at, *end;
    bool good;
    bool body;             // the region that is being read
    uint64_t start, count; // its first slot, its slots
    struct unwind_state state;
    struct {
        bool used;
        uint64_t label;
        struct unwind_state state;
    } labels[LABELS];
};

static uint8_t unwind_byte(struct decoder *d)
{
    if (d->at < d->end)
        return *d->at++;
    d->good = false;
    return 0;
}

static void unwind_skip(struct decoder *d, uint64_t bytes)
{
    if (bytes <= (uint64_t)(d->end - d->at))
        d->at += bytes;
    else
        d->good = false;
}

static uint64_t unwind_uleb(struct decoder *d)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t next = unwind_byte(d);
        value |= (uint64_t)(next & 0x7f) << shift;
        if (!(next & 0x80))
            return value;
    }
    d->good = false;
    return 0;
}

// Set a place, valid from the end of its region on unless another record says when.
static void unwind_put(struct decoder *d, struct unwind_place *place, enum unwind_where where,
                       int64_t value)
{
    place->where = where;
    place->value = value;
    if (place->when == NEVER)
        place->when = d->start + d->count - (d->count > 0);
}

static void unwind_put_when(struct decoder *d, struct unwind_place *place, uint64_t t)
{
    place->when = d->start + (t < d->count ? t : d->count - (d->count > 0));
}

static void unwind_put_psprel(struct decoder *d, struct unwind_place *place, uint64_t words)
{
    unwind_put(d, place, UNWIND_PSPREL, (int64_t)(16 - 4 * words));
}

// A prologue with a mask of registers that are saved in consecutive general registers.
static void region_gr(struct decoder *d, unsigned mask, unsigned gr)
{
    if (mask & 8)
        unwind_put(d, &d->state.rp, UNWIND_GR, gr++);
    if (mask & 4)
        unwind_put(d, &d->state.pfs, UNWIND_GR, gr++);
    if (mask & 2)
        unwind_put(d, &d->state.psp, UNWIND_GR, gr++);
}

static void read_p3(struct decoder *d, unsigned code)
{
    unsigned next = unwind_byte(d), what = (code & 7) << 1 | next >> 7, reg = next & 0x7f;

    switch (what) {
    case 0:
        unwind_put(d, &d->state.psp, UNWIND_GR, reg);
        break;
    case 1:
        unwind_put(d, &d->state.rp, UNWIND_GR, reg);
        break;
    case 2:
        unwind_put(d, &d->state.pfs, UNWIND_GR, reg);
        break;
    case 6:
        unwind_put(d, &d->state.rp, UNWIND_BR, reg);
        break;
    }
}

static void read_p7(struct decoder *d, unsigned what)
{
    uint64_t t = unwind_uleb(d);

    switch (what) {
    case 0: // mem_stack_f
        unwind_put(d, &d->state.psp, UNWIND_SIZE, (int64_t)(16 * unwind_uleb(d)));
        unwind_put_when(d, &d->state.psp, t);
        break;
    case 1: // mem_stack_v
        unwind_put_when(d, &d->state.psp, t);
        break;
    case 4:
        unwind_put_when(d, &d->state.rp, t);
        break;
    case 5:
        unwind_put_psprel(d, &d->state.rp, t);
        break;
    case 6:
        unwind_put_when(d, &d->state.pfs, t);
        break;
    case 7:
        unwind_put_psprel(d, &d->state.pfs, t);
        break;
    }
}

static void read_p8(struct decoder *d)
{
    unsigned what = unwind_byte(d);
    int64_t bytes = (int64_t)(4 * unwind_uleb(d));

    if (what == 1)
        unwind_put(d, &d->state.rp, UNWIND_SPREL, bytes);
    if (what == 2)
        unwind_put(d, &d->state.pfs, UNWIND_SPREL, bytes);
}

// X1 to X4: places of other registers.
static void skip_x(struct decoder *d, unsigned code)
{
    static const uint8_t bytes[] = {1, 2, 2, 3}, numbers[] = {2, 1, 2, 1};

    unwind_skip(d, bytes[code - 0xf9]);
    for (unsigned i = 0; i < numbers[code - 0xf9]; i++)
        unwind_uleb(d);
}

static void read_prologue(struct decoder *d, unsigned code)
{
    if ((code & 0xf0) == 0xa0)
        unwind_skip(d, 1); // P2
    else if ((code & 0xf8) == 0xb0)
        read_p3(d, code);
    else if (code == 0xb8)
        unwind_skip(d, (2 * d->count + 7) / 8); // P4
    else if (code == 0xb9)
        unwind_skip(d, 3); // P5
    else if ((code & 0xf0) == 0xe0)
        read_p7(d, code & 15);
    else if (code == 0xf0)
        read_p8(d);
    else if (code == 0xf1 || code == 0xff)
        unwind_skip(d, 2); // P9, P10
    else if (code >= 0xf9 && code <= 0xfc)
        skip_x(d, code);
    else if ((code & 0xe0) != 0x80 && (code & 0xe0) != 0xc0) // P1, P6: nothing more
        d->good = false;
}

static void label_state(struct decoder *d, uint64_t label, bool copy)
{
    for (size_t i = 0; i < LABELS; i++) {
        if (copy && d->labels[i].used && d->labels[i].label == label) {
            d->state = d->labels[i].state;
            return;
        }
        if (!copy && (!d->labels[i].used || d->labels[i].label == label)) {
            d->labels[i].used = true;
            d->labels[i].label = label;
            d->labels[i].state = d->state;
            return;
        }
    }
    d->good = false;
}

// An epilogue frees the frame, but the registers of this frame keep their values.
static void read_body(struct decoder *d, unsigned code)
{
    if ((code & 0xc0) == 0x80) {
        label_state(d, code & 0x1f, code & 0x20);
    } else if ((code & 0xe0) == 0xc0) {
        unwind_uleb(d); // B2
    } else if (code == 0xe0) {
        unwind_uleb(d); // B3
        unwind_uleb(d);
    } else if (code == 0xf0 || code == 0xf8) {
        label_state(d, unwind_uleb(d), code == 0xf8);
    } else if (code >= 0xf9 && code <= 0xfc) {
        skip_x(d, code);
    } else {
        d->good = false;
    }
}

static void begin_region(struct decoder *d, unsigned code)
{
    unsigned next = 0;

    d->start += d->count;
    if (code < 0x40) { // R1
        d->body = code & 0x20;
        d->count = code & 0x1f;
    } else if ((code & 0xf8) == 0x40) { // R2
        d->body = false;
        next = unwind_byte(d);
        d->count = unwind_uleb(d);
        region_gr(d, (code & 7) << 1 | next >> 7, next & 0x7f);
    } else { // R3
        d->body = code & 3;
        d->count = unwind_uleb(d);
    }
}

// A register that is saved at `slot` or later is unsaved.
static void unwind_settle(struct unwind_place *place, uint64_t slot)
{
    if (place->when >= slot)
        place->where = UNWIND_UNSAVED;
}

bool unwind_read(struct btl_bytes info, uint64_t slot, struct unwind_state *ret)
{
    const struct unwind_place unsaved = {.when = NEVER};
    struct decoder d = {.at = info.at,
                        .end = info.at + info.size,
                        .good = true,
                        .state = {unsaved, unsaved, unsaved}};

    while (d.good && d.at < d.end) {
        unsigned code = *d.at;
        // Regions come in order: the one after that of the slot ends it.
        if (code < 0x80 && d.start + d.count > slot)
            break;
        d.at++;
        if (code < 0x80)
            begin_region(&d, code);
        else if (d.body)
            read_body(&d, code);
        else
            read_prologue(&d, code);
    }
    unwind_settle(&d.state.rp, slot);
    unwind_settle(&d.state.pfs, slot);
    unwind_settle(&d.state.psp, slot);
    *ret = d.state;
    return d.good;
}
