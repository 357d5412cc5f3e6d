// SPDX-License-Identifier: BSD-2-Clause
// Writing JSON: commas, nesting and indentation. A container's members stand one a line; those of a
// container begun with json_begin_line() stand on one line.
#ifndef BTL_HOST_JSON_H
#define BTL_HOST_JSON_H

#include <btl/format.h>

struct json {
    struct btl_out *out;
    unsigned depth;
    unsigned line; // depth of the container that stands on one line; 0: none
    bool any;      // has the container a member?
};

// `name` is the member's name in an object; NULL in an array and for the outermost.
void json_begin(struct json *json, const char *name, char bracket); // '{' or '['
void json_begin_line(struct json *json, const char *name, char bracket);
void json_end(struct json *json, char bracket); // '}' or ']'

void json_number(struct json *json, const char *name, uint64_t value);
void json_hex(struct json *json, const char *name, uint64_t value); // "0x1f"
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
void json_text(struct json *json, const char *name, struct btl_str value);
void json_word(struct json *json, const char *name, const char *value);

#endif
