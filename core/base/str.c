// SPDX-License-Identifier: BSD-2-Clause
// Text as a pointer and a length.
#include <btl/str.h>

#include <btl/mem.h>

struct btl_str btl_str_of(const char *nul_terminated)
{
    size_t len = 0;
    while (nul_terminated[len] != '\0')
        len++;
    return (struct btl_str){nul_terminated, len};
}

// ---------------------------------------------------------------------------------- comparing

bool btl_str_equal(struct btl_str a, struct btl_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool btl_str_equal_nocase(struct btl_str a, struct btl_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (btl_lower(a.at[i]) != btl_lower(b.at[i]))
            return false;
    }
    return true;
}

int btl_str_compare(struct btl_str a, struct btl_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool btl_str_begins(struct btl_str text, struct btl_str prefix)
{
    return text.len >= prefix.len && btl_str_equal(btl_str_first(text, prefix.len), prefix);
}

bool btl_str_ends(struct btl_str text, struct btl_str suffix)
{
    return text.len >= suffix.len &&
           btl_str_equal(btl_str_after(text, text.len - suffix.len), suffix);
}

// Eight bytes at once, as a number.
static uint64_t str_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

#define EACH_BYTE(byte) (0x0101010101010101ull * (uint8_t)(byte))

// The lowest of these bits is that of the first zero byte; all are 0 when there is none.
static uint64_t str_zero_bytes(uint64_t word)
{
    return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
}

size_t btl_str_find(struct btl_str text, char c)
{
    size_t i = 0;
    uint64_t found;
    for (; text.len - i >= 8; i += 8) {
        found = str_zero_bytes(str_word(text.at + i) ^ EACH_BYTE(c));
        if (found != 0)
            return i + (size_t)__builtin_ctzll(found) / 8;
    }
    if (text.len >= 8) { // the last word again: its first bytes are known
        found = str_zero_bytes(str_word(text.at + (text.len - 8)) ^ EACH_BYTE(c));
        return found != 0 ? text.len - 8 + (size_t)__builtin_ctzll(found) / 8 : text.len;
    }
    while (i < text.len && text.at[i] != c)
        i++;
    return i;
}

static bool str_word_is_printable(uint64_t word)
{
    // A byte below ' ' borrows, one above '~' carries, or has its upper bit.
    uint64_t upper = (word - EACH_BYTE(' ')) | (word + EACH_BYTE(0x7f - '~')) | word;
    return (upper & EACH_BYTE(0x80)) == 0;
}

size_t btl_str_printable(struct btl_str text)
{
    size_t i = 0;
    while (text.len - i >= 8 && str_word_is_printable(str_word(text.at + i)))
        i += 8;
    if (text.len >= 8 && text.len - i < 8 &&
        str_word_is_printable(str_word(text.at + (text.len - 8))))
        return text.len;
    while (i < text.len && text.at[i] >= ' ' && text.at[i] <= '~')
        i++;
    return i;
}

size_t btl_str_find_last(struct btl_str text, char c)
{
    size_t end = text.len;
    while (end > 0 && text.at[end - 1] != c)
        end--;
    return end > 0 ? end - 1 : text.len;
}

// ------------------------------------------------------------------------------------- cutting

bool btl_str_split(struct btl_str text, char separator, struct btl_str *ret_before,
                   struct btl_str *ret_after)
{
    size_t i = btl_str_find(text, separator);
    if (i == text.len)
        return false;
    *ret_before = btl_str_first(text, i);
    *ret_after = btl_str_after(text, i + 1);
    return true;
}

bool btl_take_line(struct btl_str *rest, struct btl_str *ret_line)
{
    if (rest->len == 0)
        return false;
    size_t end = btl_str_find(*rest, '\n');
    *ret_line = btl_str_first(*rest, end);
    *rest = btl_str_after(*rest, end < rest->len ? end + 1 : end);
    return true;
}

bool btl_take_part(struct btl_str *rest, char separator, struct btl_str *ret_part)
{
    size_t begin = 0;
    while (begin < rest->len && rest->at[begin] == separator)
        begin++;
    if (begin == rest->len) {
        rest->len = 0;
        return false;
    }
    *rest = btl_str_after(*rest, begin);
    size_t end = btl_str_find(*rest, separator);
    *ret_part = btl_str_first(*rest, end);
    *rest = btl_str_after(*rest, end);
    return true;
}

static bool separates_names(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

bool btl_take_name(struct btl_str *rest, struct btl_str *ret_name)
{
    size_t begin = 0;
    while (begin < rest->len && separates_names(rest->at[begin]))
        begin++;
    if (begin == rest->len) {
        rest->len = 0;
        return false;
    }
    size_t end = begin;
    while (end < rest->len && !separates_names(rest->at[end]))
        end++;
    *ret_name = (struct btl_str){rest->at + begin, end - begin};
    *rest = btl_str_after(*rest, end);
    return true;
}

struct btl_str btl_base_name(struct btl_str path)
{
    size_t slash = btl_str_find_last(path, '/');
    return slash < path.len ? btl_str_after(path, slash + 1) : path;
}

struct btl_str btl_directory_prefix(struct btl_str directory)
{
    while (directory.len > 0 && directory.at[directory.len - 1] == '/')
        directory.len--;
    return directory;
}

// ------------------------------------------------------------------------------------- numbers

bool btl_parse_number(struct btl_str text, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!btl_is_digit(text.at[i]))
            return false;
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text.at[i] - '0'), &number))
            number = UINT64_MAX;
    }
    *ret_number = number;
    return text.len > 0;
}

bool btl_parse_size(struct btl_str text, uint64_t *ret_size)
{
    static const char units[] = "KMGT";
    uint64_t unit = 1, number;
    for (size_t i = 0; text.len > 0 && i < sizeof(units) - 1; i++)
        if (text.at[text.len - 1] == units[i])
            unit = 1024ull << (10 * i);
    if (!btl_parse_number(btl_str_first(text, text.len - (unit > 1)), &number))
        return false;
    if (__builtin_mul_overflow(number, unit, &number))
        number = UINT64_MAX;
    *ret_size = number;
    return true;
}

// ---------------------------------------------------------------------------------------- hash

// Odd constants without pattern: fractional bits of the square roots of 2, 3 and 5.
#define HASH_1 0x6a09e667f3bcc909ull
#define HASH_2 0xbb67ae8584caa73bull
#define HASH_3 0x3c6ef372fe94f82bull

// All 128 bits of the product, folded: each input bit reaches both halves.
static uint64_t hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Up to 7 bytes, each of them at least once: the caller hashes the length too. Without a call,
// since names are short.
static uint64_t hash_read_rest(const char *at, size_t size)
{
    uint32_t first, last;
    if (size >= sizeof(first)) {
        memcpy(&first, at, sizeof(first));
        memcpy(&last, at + size - sizeof(last), sizeof(last));
        return (uint64_t)first << 32 | last;
    }
    return (uint64_t)(uint8_t)at[0] << 16 | (uint64_t)(uint8_t)at[size / 2] << 8 |
           (uint8_t)at[size - 1];
}

uint64_t btl_hash(struct btl_str text, uint64_t seed)
{
    uint64_t hash = hash_fold(seed ^ HASH_1, text.len ^ HASH_2);
    size_t left = text.len;
    for (; left >= 8; left -= 8)
        hash = hash_fold(hash ^ str_word(text.at + (text.len - left)), HASH_3) + seed;
    if (left > 0)
        hash = hash_fold(hash ^ hash_read_rest(text.at + (text.len - left), left), HASH_3) + seed;
    return hash_fold(hash ^ HASH_2, HASH_1);
}
