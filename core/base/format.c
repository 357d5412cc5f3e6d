// SPDX-License-Identifier: BSD-2-Clause
// A small printf over a sink.
#include <btl/format.h>
#include <btl/utf8.h>

#include <btl/mem.h>

#define DIGITS    24 // of 2^64 in decimal with its sign, and of "16777216 TiB"
#define WIDTH_MAX 4096

// One conversion: what stands between '%' and its letter.
struct spec {
    bool left, zero;
    size_t width;
    size_t precision; // SIZE_MAX: none
    enum { INT, LONG, LONG_LONG, SIZE } length;
};

// va_list is an array on some machines and cannot be passed by reference: a member can.
struct arguments {
    va_list list;
};

static void format_put(struct btl_out *out, const char *text, size_t len)
{
    if (len == 0)
        return;
    out->put(out, text, len);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            out->column = 0;
        else if (!btl_utf8_continues(text[i]))
            out->column++;
    }
}

static void format_fill(struct btl_out *out, char with, size_t count)
{
    char run[32];
    memset(run, with, sizeof(run));
    for (; count > sizeof(run); count -= sizeof(run))
        format_put(out, run, sizeof(run));
    format_put(out, run, count);
}

static void put_padded(struct btl_out *out, const struct spec *spec, const char *text, size_t len)
{
    size_t padding = spec->width > len ? spec->width - len : 0;
    if (!spec->left)
        format_fill(out, ' ', padding);
    format_put(out, text, len);
    if (spec->left)
        format_fill(out, ' ', padding);
}

// Digits of `value` at the end of text[DIGITS]; returns where they begin.
static size_t format_digits(char text[static DIGITS], uint64_t value, unsigned base,
                            const char *set)
{
    size_t at = DIGITS;
    do {
        text[--at] = set[value % base];
        value /= base;
    } while (value != 0);
    return at;
}

static void put_number(struct btl_out *out, const struct spec *spec, uint64_t value, bool negative,
                       char conversion)
{
    unsigned base = conversion == 'x' || conversion == 'X' ? 16 : 10;
    char text[DIGITS];
    size_t at = format_digits(text, value, base,
                              conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef");
    if (spec->zero && !spec->left) {
        size_t len = DIGITS - at + negative;
        format_put(out, "-", negative);
        format_fill(out, '0', spec->width > len ? spec->width - len : 0);
        format_put(out, text + at, DIGITS - at);
        return;
    }
    if (negative)
        text[--at] = '-';
    put_padded(out, spec, text + at, DIGITS - at);
}

// "512 B", "4 KiB", "1.5 MiB", "150 MiB": two significant digits below 10, whole units
// above.
static void put_size(struct btl_out *out, const struct spec *spec, uint64_t bytes)
{
    static const char units[][5] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    size_t unit = 0;
    while (unit + 1 < BTL_COUNT(units) && bytes >> 10 * unit >= 1024)
        unit++;
    uint64_t whole = bytes >> 10 * unit;
    uint64_t rest = unit == 0 ? 0 : bytes >> 10 * (unit - 1) & 1023; // 1/1024 of the unit
    uint64_t tenths = (rest * 10 + 512) / 1024;
    if (whole >= 10 || tenths == 10) {
        whole += whole >= 10 ? rest >= 512 : 1;
        tenths = 0;
    }
    if (whole == 1024 && unit + 1 < BTL_COUNT(units)) {
        whole = 1;
        unit++;
    }
    char text[DIGITS], result[DIGITS + 8];
    size_t at = format_digits(text, whole, 10, "0123456789"), len = DIGITS - at;
    memcpy(result, text + at, len);
    if (tenths != 0) {
        result[len++] = '.';
        result[len++] = (char)('0' + tenths);
    }
    for (const char *c = units[unit]; *c != '\0'; c++)
        result[len++] = *c;
    put_padded(out, spec, result, len);
}

static void put_pointer(struct btl_out *out, const struct spec *spec, uintptr_t pointer)
{
    char text[18] = "0x";
    for (unsigned i = 0; i < 16; i++)
        text[2 + i] = "0123456789abcdef"[pointer >> (60 - 4 * i) & 15];
    put_padded(out, spec, text, sizeof(text));
}

// Stop at the precision before looking for the NUL: the text need not have one then.
static void put_string(struct btl_out *out, const struct spec *spec, const char *text)
{
    if (text == NULL)
        text = "(null)";
    size_t len = 0;
    while (len < spec->precision && text[len] != '\0')
        len++;
    put_padded(out, spec, text, len);
}

static void put_str(struct btl_out *out, const struct spec *spec, const struct btl_str *str,
                    size_t max)
{
    if (str == NULL) {
        put_string(out, spec, NULL);
        return;
    }
    put_padded(out, spec, str->at, str->len < max ? str->len : max);
}

// `extension`: the character after "%p". Return how many characters of the format it took.
static size_t put_extended(struct btl_out *out, const struct spec *spec, char extension,
                           const void *pointer)
{
    if (extension == 'S')
        put_str(out, spec, pointer, SIZE_MAX);
    else if (extension == 'C')
        put_str(out, spec, pointer, spec->width);
    else if (extension == 'B')
        put_size(out, spec, *(const uint64_t *)pointer);
    else {
        put_pointer(out, spec, (uintptr_t)pointer);
        return 0;
    }
    return 1;
}

static uint64_t next_unsigned(const struct spec *spec, struct arguments *args)
{
    switch (spec->length) {
    case LONG:
        return va_arg(args->list, unsigned long);
    case LONG_LONG:
        return va_arg(args->list, unsigned long long);
    case SIZE:
        return va_arg(args->list, size_t);
    default:
        return va_arg(args->list, unsigned);
    }
}

static int64_t next_signed(const struct spec *spec, struct arguments *args)
{
    switch (spec->length) {
    case LONG:
    case SIZE:
        return va_arg(args->list, long);
    case LONG_LONG:
        return va_arg(args->list, long long);
    default:
        return va_arg(args->list, int);
    }
}

// Digits or '*'. Return what follows. A negative '*' is clear in ret_negative.
static const char *parse_count(const char *at, struct arguments *args, size_t *ret_count,
                               bool *ret_negative)
{
    *ret_negative = false;
    size_t count = 0;
    if (*at == '*') {
        int given = va_arg(args->list, int);
        *ret_negative = given < 0;
        count = given < 0 ? -(size_t)given : (size_t)given;
        at++;
    }
    for (; *at >= '0' && *at <= '9'; at++)
        count = count > WIDTH_MAX ? count : count * 10 + (size_t)(*at - '0');
    *ret_count = count;
    return at;
}

// From after the '%' to the conversion letter, which it returns the place of.
static const char *parse_spec(const char *at, struct arguments *args, struct spec *ret_spec)
{
    struct spec spec = {.precision = SIZE_MAX};
    bool negative;
    for (; *at == '-' || *at == '0'; at++) {
        spec.left |= *at == '-';
        spec.zero |= *at == '0';
    }
    at = parse_count(at, args, &spec.width, &negative);
    spec.left |= negative;
    if (spec.width > WIDTH_MAX)
        spec.width = WIDTH_MAX;
    if (*at == '.') {
        at = parse_count(at + 1, args, &spec.precision, &negative);
        if (negative)
            spec.precision = SIZE_MAX;
    }
    if (*at == 'l') {
        spec.length = at[1] == 'l' ? LONG_LONG : LONG;
        at += at[1] == 'l' ? 2 : 1;
    } else if (*at == 'z') {
        spec.length = SIZE;
        at++;
    }
    *ret_spec = spec;
    return at;
}

// `at`: the conversion letter. Return what follows the conversion.
static const char *format_convert(struct btl_out *out, const struct spec *spec, const char *at,
                                  struct arguments *args)
{
    char conversion = *at++;
    if (conversion == 'd') {
        int64_t value = next_signed(spec, args);
        put_number(out, spec, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0, 'd');
    } else if (conversion == 'u' || conversion == 'x' || conversion == 'X') {
        put_number(out, spec, next_unsigned(spec, args), false, conversion);
    } else if (conversion == 's') {
        put_string(out, spec, va_arg(args->list, const char *));
    } else if (conversion == 'S') { // of modules built before kernel:1.3, as is %B
        put_str(out, spec, va_arg(args->list, const struct btl_str *), spec->precision);
    } else if (conversion == 'B') {
        put_size(out, spec, va_arg(args->list, uint64_t));
    } else if (conversion == 'p') {
        at += put_extended(out, spec, *at, va_arg(args->list, const void *));
    } else { // 'c', or a character that stands for itself
        char one = conversion == 'c' ? (char)va_arg(args->list, int) : conversion;
        put_padded(out, spec, &one, 1);
    }
    return at;
}

void btl_vformat(struct btl_out *out, const char *format, va_list list)
{
    struct arguments args;
    va_copy(args.list, list);
    while (*format != '\0') {
        size_t plain = 0;
        while (format[plain] != '\0' && format[plain] != '%')
            plain++;
        format_put(out, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        struct spec spec;
        format = parse_spec(format + 1, &args, &spec);
        if (*format == '\0')
            break;
        format = format_convert(out, &spec, format, &args);
    }
    va_end(args.list);
}

void btl_format(struct btl_out *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    btl_vformat(out, format, args);
    va_end(args);
}
