// SPDX-License-Identifier: BSD-2-Clause
#include "json.h"

#include "report.h"

// What stands before a member.
static void member(struct json *json, const char *name)
{
    const char *comma = json->any ? "," : "";
    if (json->line == 0 && json->depth > 0)
        btl_format(json->out, "%s\n%*s", comma, (int)(2 * json->depth), "");
    else if (json->any)
        btl_format(json->out, ", ");
    if (name != NULL)
        btl_format(json->out, "\"%s\": ", name);
    json->any = true;
}

void json_begin(struct json *json, const char *name, char bracket)
{
    member(json, name);
    btl_format(json->out, "%c", bracket);
    json->depth++;
    json->any = false;
}

void json_begin_line(struct json *json, const char *name, char bracket)
{
    json_begin(json, name, bracket);
    if (json->line == 0)
        json->line = json->depth;
}

void json_end(struct json *json, char bracket)
{
    json->depth--;
    if (json->line == 0 && json->any)
        btl_format(json->out, "\n%*s", (int)(2 * json->depth), "");
    if (json->line > json->depth)
        json->line = 0;
    btl_format(json->out, "%c", bracket);
    json->any = true;
}

void json_number(struct json *json, const char *name, uint64_t value)
{
    member(json, name);
    btl_format(json->out, "%lu", value);
}

void json_hex(struct json *json, const char *name, uint64_t value)
{
    member(json, name);
    btl_format(json->out, "\"0x%lx\"", value);
}

void json_bool(struct json *json, const char *name, bool value)
{
    member(json, name);
    btl_format(json->out, value ? "true" : "false");
}

void json_null(struct json *json, const char *name)
{
    member(json, name);
    btl_format(json->out, "null");
}

void json_text(struct json *json, const char *name, struct btl_str value)
{
    member(json, name);
    report_json(json->out, value);
}

void json_word(struct json *json, const char *name, const char *value)
{
    json_text(json, name, btl_str_of(value));
}
