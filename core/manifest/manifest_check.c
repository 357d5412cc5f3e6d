// SPDX-License-Identifier: BSD-2-Clause
// The reader's checks of the fields of all entries: a table, and the loop over it. A new table or
// field is a row. Fields without a row (sizes, times, versions, some addresses, event kinds,
// firmware types) can have any value: no reader may use them as an index without a check.
#include "manifest_kinds.h"

#include <btl/config.h>
#include <btl/link.h>
#include <btl/symtab.h>

#include <btl/mem.h>

enum check {
    STRING,    // btlm_str inside STRINGS
    INDEX,     // of an entry of table `limit`
    OPTIONAL,  // as INDEX, or BTL_NONE
    OWNER,     // as INDEX, or BTL_KERNEL
    RANGE,     // `field` and `second` are first and count in table `limit`, or count is 0
    UNSHARED,  // the ranges ascend: no entry is in two, so walking all ranges is linear
    BELOW,     // value < limit: enums and masks
    PERM,      // BTL_PERM_ mask, not write and execute
    SPAN,      // field + second does not wrap
    PAGES,     // multiple of the page size
    ASCENDING, // not below the field of the previous entry
    DISJOINT,  // begins at or above the end of the previous entry
    NOT_ZERO,
    ORDERED, // field <= second
    SCREEN,  // the framebuffer of struct btlm_system is large enough for its lines
    MAJOR,   // value < limit, BTL_MAJOR_DYNAMIC or BTL_MAJOR_NONE
};

static const struct {
    enum btl_code code;
    bool hex; // messages show the values in hexadecimal
} checks[] = {
    [STRING] = {BTL_MANIFEST_BAD_STRING, false},
    [INDEX] = {BTL_MANIFEST_BAD_INDEX, false},
    [OPTIONAL] = {BTL_MANIFEST_BAD_INDEX, false},
    [OWNER] = {BTL_MANIFEST_BAD_INDEX, false},
    [RANGE] = {BTL_MANIFEST_BAD_RANGE, false},
    [UNSHARED] = {BTL_MANIFEST_SHARED_RANGE, false},
    [BELOW] = {BTL_MANIFEST_BAD_VALUE, false},
    [PERM] = {BTL_MANIFEST_BAD_PERMISSION, false},
    [SPAN] = {BTL_MANIFEST_BAD_SPAN, true},
    [PAGES] = {BTL_MANIFEST_NOT_PAGES, true},
    [ASCENDING] = {BTL_MANIFEST_NOT_ASCENDING, true},
    [DISJOINT] = {BTL_MANIFEST_OVERLAP, true},
    [NOT_ZERO] = {BTL_MANIFEST_EMPTY_RANGE, false},
    [ORDERED] = {BTL_MANIFEST_BAD_EVENT, false},
    [SCREEN] = {BTL_MANIFEST_BAD_FRAMEBUFFER, true},
    [MAJOR] = {BTL_MANIFEST_BAD_MAJOR, false},
};

struct row {
    uint8_t kind, check, width; // width: bytes of the field
    uint16_t field, second;     // offsets in the entry
    uint32_t limit;             // STRING to UNSHARED: a kind; BELOW, MAJOR: a value
    const char *name;
};

// clang-format off
#define ROW(table, type, member, what, other, max)                                                \
    {BTLM_##table, what, sizeof(((struct btlm_##type *)0)->member),                                \
     offsetof(struct btlm_##type, member), offsetof(struct btlm_##type, other), max, #member}
// clang-format on
#define STR(table, type, member)               ROW(table, type, member, STRING, member, BTLM_STRINGS)
#define ONE(table, type, member, what, max)    ROW(table, type, member, what, member, max)
#define PAIR(table, type, member, other, what) ROW(table, type, member, what, other, 0)
#define OWNED(table, type, first, count, target)                                                   \
    ROW(table, type, first, RANGE, count, BTLM_##target),                                          \
        ROW(table, type, first, UNSHARED, count, BTLM_##target)
#define NUMBERS(table, target)                                                                     \
    {                                                                                              \
        BTLM_##table, INDEX, 4, 0, 0, BTLM_##target, "index"                                       \
    }

static const struct row rows[] = {
#include "manifest_fields.def"
};

// The values for one check of one entry.
struct values {
    uint64_t field, second;
    uint64_t limit; // entries of the target table, or the row's limit
    // Of the previous entry: the end (UNSHARED, DISJOINT) or the value (ASCENDING).
    uint64_t *previous;
};

static uint64_t read_field(const uint8_t *entry, size_t offset, size_t width)
{
    uint64_t value = 0;
    memcpy(&value, entry + offset, width);
    return value;
}

// An empty range may begin anywhere, because an absent table has no entries to point to.
static bool range_follows(const struct values *v)
{
    if (v->second == 0)
        return true;
    if (v->field < *v->previous)
        return false;
    *v->previous = v->field + v->second;
    return true;
}

static bool ascending_holds(const struct values *v)
{
    bool holds = v->field >= *v->previous;
    *v->previous = v->field;
    return holds;
}

static bool check_holds(enum check check, const struct values *v, const uint8_t *entry)
{
    uint64_t end;
    switch (check) {
    case STRING:
        return btl_in_range(v->field, v->second, v->limit);
    case OPTIONAL:
        return v->field < v->limit || v->field == BTL_NONE;
    case OWNER:
        return v->field < v->limit || v->field == BTL_KERNEL;
    case INDEX:
    case BELOW:
        return v->field < v->limit;
    case RANGE:
        return v->second == 0 || btl_in_range(v->field, v->second, v->limit);
    case UNSHARED: // RANGE has reported ranges that leave the table
        return !btl_in_range(v->field, v->second, v->limit) || range_follows(v);
    case DISJOINT: // SPAN has reported ranges that wrap
        return !btl_add(v->field, v->second, &end) || range_follows(v);
    case NOT_ZERO:
        return v->field != 0;
    case PERM:
        return v->field <= (BTL_PERM_READ | BTL_PERM_WRITE | BTL_PERM_EXEC) &&
               (v->field & (BTL_PERM_WRITE | BTL_PERM_EXEC)) != (BTL_PERM_WRITE | BTL_PERM_EXEC);
    case SPAN:
        return btl_add(v->field, v->second, &end);
    case PAGES:
        return v->field % BTL_PAGE_SIZE == 0;
    case ASCENDING:
        return ascending_holds(v);
    case ORDERED:
        return v->field <= v->second;
    case SCREEN:
        return btlm_framebuffer_holds((const void *)entry);
    case MAJOR:
        return v->field < v->limit || v->field == (uint16_t)BTL_MAJOR_DYNAMIC ||
               v->field == (uint16_t)BTL_MAJOR_NONE;
    }
    return false;
}

static void read_row_values(const struct row *row, const uint8_t *entry, struct values *v)
{
    if (row->check == STRING) {
        v->field = read_field(entry, row->field, 4);
        v->second = read_field(entry, row->field + 4, 4);
    } else {
        v->field = read_field(entry, row->field, row->width);
        v->second = read_field(entry, row->second, row->width);
    }
}

static void report_row(const struct row *row, uint64_t index, const struct values *v,
                       struct btl_place place, struct btl_diags *diags)
{
    bool hex = checks[row->check].hex;
    btl_report(diags, checks[row->check].code, place, BTL_ARG_Z(btlm_kinds[row->kind].name),
               BTL_DEC(index), BTL_ARG_Z(row->name), hex ? BTL_HEX(v->field) : BTL_DEC(v->field),
               hex ? BTL_HEX(v->second) : BTL_DEC(v->second), BTL_DEC(v->limit));
}

static bool check_row(const struct btl_manifest *manifest, const struct row *row,
                      struct btl_place place, struct btl_diags *diags)
{
    bool good = true;
    uint64_t previous = 0, count = manifest->table[row->kind].count;
    struct values v = {.limit = row->limit, .previous = &previous};
    if (row->field + row->width > manifest->table[row->kind].entry_size)
        return true; // an older version has no such field
    if (row->check <= UNSHARED)
        v.limit = manifest->table[row->limit].count;
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *entry = btl_manifest_entry(manifest, row->kind, i);
        read_row_values(row, entry, &v);
        if (check_holds(row->check, &v, entry))
            continue;
        report_row(row, i, &v, place, diags);
        good = false;
    }
    return good;
}

bool btlm_check_entries(const struct btl_manifest *manifest, struct btl_place place,
                        struct btl_diags *diags)
{
    bool good = true;
    for (size_t i = 0; i < BTL_COUNT(rows); i++)
        good &= check_row(manifest, &rows[i], place, diags);
    return good;
}
