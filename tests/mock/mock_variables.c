// SPDX-License-Identifier: BSD-2-Clause
// The mock's variables, and the firmware's own programs: its setup and its shell.
#include "mock.h"

#include <stdio.h>
#include <string.h>

#include <btl/boot_state.h>

static const uint8_t own[16] = BTL_VARIABLE_GUID;

static struct mock *mock_of(struct firmware *fw)
{
    return (struct mock *)fw;
}

static struct mock_variable *find(struct mock *mock, const uint8_t guid[16], const char *name)
{
    for (size_t i = 0; i < MOCK_VARIABLES; i++) {
        struct mock_variable *variable = &mock->variables[i];
        if (name[0] != '\0' && strcmp(variable->name, name) == 0 &&
            memcmp(variable->guid, guid, 16) == 0)
            return variable;
    }
    return NULL;
}

static struct mock_variable *make(struct mock *mock, const uint8_t guid[16], const char *name)
{
    // One that was deleted keeps its slot, and its counts.
    struct mock_variable *variable = find(mock, guid, name);
    for (size_t i = 0; i < MOCK_VARIABLES && variable == NULL; i++) {
        if (mock->variables[i].name[0] == '\0')
            variable = &mock->variables[i];
    }
    assert_non_null(variable);
    assert_true(strlen(name) < sizeof(variable->name));
    memcpy(variable->guid, guid, 16);
    snprintf(variable->name, sizeof(variable->name), "%s", name);
    return variable;
}

// A variable of size 0 is not there.
static fw_status variable_get(struct firmware *fw, const struct fw_variable *which, void *to,
                              uint64_t *size, uint32_t *ret_attributes)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_VARIABLE_GET))
        return mock->fail_status;
    if (mock->variables_status != FW_SUCCESS)
        return mock->variables_status;
    const struct mock_variable *variable = find(mock, which->guid, which->name);
    if (variable == NULL || variable->size == 0)
        return FW_NOT_FOUND;
    uint64_t reported = variable->said_size != 0 ? variable->said_size : variable->size;
    if (reported > *size)
        return FW_BUFFER_TOO_SMALL;
    memset(to, 0xa5, *size);
    memcpy(to, variable->bytes, reported < variable->size ? reported : variable->size);
    *size = reported;
    *ret_attributes = variable->attributes;
    return FW_SUCCESS;
}

static uint64_t taken(const struct mock *mock, const struct mock_variable *without)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < MOCK_VARIABLES; i++) {
        const struct mock_variable *variable = &mock->variables[i];
        if (variable != without && variable->size > 0)
            bytes += variable->size + 2 * (strlen(variable->name) + 1);
    }
    return bytes;
}

static fw_status variable_set(struct firmware *fw, const struct fw_variable *which,
                              const void *data, uint64_t size)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, which->transient ? MOCK_TRANSIENT_SET : MOCK_VARIABLE_SET))
        return mock->fail_status;
    fw_status broken =
        mock->variables_status != FW_SUCCESS ? mock->variables_status : mock->variable_status;
    if (broken != FW_SUCCESS)
        return broken;
    struct mock_variable *variable = find(mock, which->guid, which->name);
    if (size == 0 && (variable == NULL || variable->size == 0))
        return FW_NOT_FOUND;
    if (size == 0 && mock->deletes_nothing)
        return FW_SUCCESS;
    uint64_t needed = size + 2 * (strlen(which->name) + 1);
    if (size > MOCK_VARIABLE_MAX ||
        (size > 0 && taken(mock, variable) + needed > mock->variable_room))
        return FW_OUT_OF_RESOURCES;
    variable = make(mock, which->guid, which->name);
    variable->idle += variable->size == size && memcmp(variable->bytes, data, size) == 0;
    variable->writes++;
    if (size > 0)
        memcpy(variable->bytes, data, size);
    variable->size = size;
    variable->said_size = 0;
    variable->attributes = BTL_VARIABLE_ATTRIBUTES & ~(which->transient ? MOCK_NON_VOLATILE : 0) &
                           ~(which->hidden ? MOCK_RUNTIME : 0);
    return FW_SUCCESS;
}

// boot_state.h: at most one write of each in a boot, none that changes nothing. A transient
// variable costs no flash.
void mock_variables_check(struct mock *mock)
{
    for (size_t i = 0; i < MOCK_VARIABLES; i++) {
        const struct mock_variable *variable = &mock->variables[i];
        if ((variable->attributes & MOCK_NON_VOLATILE) != 0 &&
            (variable->writes > 1 || variable->idle > 0))
            fail_msg("%s was written %u times, %u times without a change", variable->name,
                     variable->writes, variable->idle);
    }
}

struct mock_variable *mock_variable(struct mock *mock, const char *name)
{
    struct mock_variable *variable = find(mock, own, name);
    return variable != NULL && variable->size > 0 ? variable : NULL;
}

struct mock_variable *mock_variable_of(struct mock *mock, const uint8_t guid[16], const char *name,
                                       const void *bytes, uint64_t size, uint32_t attributes)
{
    struct mock_variable *variable = make(mock, guid, name);
    assert_true(size > 0 && size <= MOCK_VARIABLE_MAX);
    memcpy(variable->bytes, bytes, size);
    variable->size = size;
    variable->attributes = attributes;
    return variable;
}

struct mock_variable *mock_variable_put(struct mock *mock, const char *name, const void *bytes,
                                        uint64_t size)
{
    return mock_variable_of(mock, own, name, bytes, size, BTL_VARIABLE_ATTRIBUTES);
}

// ---------------------------------------------------------------------------- setup and the shell

static bool has_setup(struct firmware *fw)
{
    mock_of(fw)->violations += mock_of(fw)->exit_tried;
    return mock_of(fw)->has_setup;
}

static fw_status enter_setup(struct firmware *fw)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_SETUP))
        return mock->fail_status;
    if (!mock->has_setup)
        return FW_UNSUPPORTED;
    mock->entered_setup = true;
    mock->reset = true;
    mock->reset_how = FW_RESET_COLD;
    return FW_SUCCESS;
}

static bool has_shell(struct firmware *fw)
{
    mock_of(fw)->violations += mock_of(fw)->exit_tried;
    return mock_of(fw)->has_shell;
}

static fw_status run_shell(struct firmware *fw)
{
    struct mock *mock = mock_of(fw);
    if (mock_fails(mock, MOCK_SHELL))
        return mock->fail_status;
    if (!mock->has_shell)
        return FW_NOT_FOUND;
    assert_int_equal(mock->volumes_open, 0);
    mock->violations += mock->ran && mock->watchdog != 0;
    mock->shell_runs++;
    if (mock->in_shell != NULL)
        mock->in_shell(mock);
    return FW_SUCCESS;
}

void mock_variables(struct firmware *ret)
{
    ret->variable_get = variable_get;
    ret->variable_set = variable_set;
    ret->has_setup = has_setup;
    ret->enter_setup = enter_setup;
    ret->has_shell = has_shell;
    ret->run_shell = run_shell;
}
