// SPDX-License-Identifier: BSD-2-Clause
// A stream is a stack of a head, modules, and a driver. Each element holds its module.
#include "device/streams.h"

#include "base/lock.h"

#include <btl/kernel.h>

struct btl_stream {
    struct btl_queue *top;             // below the head
    struct btl_message *first, **last; // at the head, to be read
    size_t taken;                      // bytes of `first` that were read
    uint32_t waiting, pushed;
};

static const char held_by[] = "a stream";

struct btl_message *message_alloc(size_t size)
{
    struct btl_message *message;

    if (size > BTL_MESSAGE_MAX)
        return NULL;
    message = kmem_alloc(sizeof(*message) + size);
    if (message != NULL)
        message->size = size;
    return message;
}

void message_free(struct btl_message *message)
{
    kmem_free(message);
}

int stream_put_down(struct btl_queue *queue, struct btl_message *message)
{
    handler_forbid("stream_put_down", __builtin_return_address(0));
    if (queue->below == NULL) {
        message_free(message);
        return BTL_EINVAL;
    }
    return queue->below->element->down(queue->below, message);
}

static int stream_put_at_head(struct btl_stream *stream, struct btl_message *message)
{
    if (stream->waiting >= BTL_STREAM_QUEUE_MAX) {
        message_free(message);
        return BTL_EBUSY;
    }
    message->next = NULL;
    *stream->last = message;
    stream->last = &message->next;
    stream->waiting++;
    return 0;
}

int stream_put_up(struct btl_queue *queue, struct btl_message *message)
{
    handler_forbid("stream_put_up", __builtin_return_address(0));
    if (queue->above == NULL)
        return stream_put_at_head(queue->stream, message);
    return queue->above->element->up(queue->above, message);
}

// Load the module, which must be of the type, and hold it.
static int stream_get_element(const char *name, enum btl_module_type type, uint32_t *ret_module)
{
    uint32_t id;
    int error;

    if (!module_find(btl_str_of(name), &id))
        return BTL_ENOENT;
    if (module_get(id)->entry->type != type)
        return BTL_EINVAL;
    error = module_autoload(id);
    if (error == 0)
        error = hold_add(module_get(id), held_by);
    if (error == 0)
        *ret_module = id;
    return error;
}

// Put a module on top.
static int stream_add(struct btl_stream *stream, uint32_t module)
{
    struct btl_queue *queue = kmem_alloc(sizeof(*queue));
    int error = 0;

    if (queue == NULL)
        return BTL_ENOMEM;
    *queue = (struct btl_queue){.element = module_get(module)->image->linked.wrapper->type_data,
                                .below = stream->top,
                                .stream = stream,
                                .module = module};
    if (queue->element->open != NULL)
        error = queue->element->open(queue);
    if (error != 0) {
        kmem_free(queue);
        return error;
    }
    if (stream->top != NULL)
        stream->top->above = queue;
    stream->top = queue;
    return 0;
}

static int stream_add_by_name(struct btl_stream *stream, const char *name,
                              enum btl_module_type type)
{
    uint32_t module;
    int error = stream_get_element(name, type, &module);

    if (error != 0)
        return error;
    error = stream_add(stream, module);
    if (error != 0)
        hold_drop(module_get(module), held_by);
    return error;
}

static void stream_remove_top(struct btl_stream *stream)
{
    struct btl_queue *queue = stream->top;

    stream->top = queue->below;
    if (stream->top != NULL)
        stream->top->above = NULL;
    if (queue->element->close != NULL)
        queue->element->close(queue);
    hold_drop(module_get(queue->module), held_by);
    kmem_free(queue);
}

int stream_open(const char *driver, struct btl_stream **ret_stream)
{
    struct btl_stream *stream = kmem_alloc(sizeof(*stream));
    int error;

    handler_forbid("stream_open", __builtin_return_address(0));
    if (stream == NULL)
        return BTL_ENOMEM;
    stream->last = &stream->first;
    error = stream_add_by_name(stream, driver, BTL_TYPE_STREAMS_DRV);
    if (error != 0)
        kmem_free(stream);
    else
        *ret_stream = stream;
    return error;
}

int stream_push(struct btl_stream *stream, const char *module)
{
    int error = stream->pushed < BTL_STREAM_MODULES_MAX
                    ? stream_add_by_name(stream, module, BTL_TYPE_STREAMS_MOD)
                    : BTL_EBUSY;

    stream->pushed += error == 0;
    return error;
}

int stream_pop(struct btl_stream *stream)
{
    if (stream->pushed == 0)
        return BTL_ENOENT;
    stream->pushed--;
    stream_remove_top(stream);
    return 0;
}

int64_t stream_write(struct btl_stream *stream, const void *bytes, size_t size)
{
    struct btl_message *message = message_alloc(size);
    int error;

    handler_forbid("stream_write", __builtin_return_address(0));
    if (message == NULL)
        return size > BTL_MESSAGE_MAX ? BTL_EINVAL : BTL_ENOMEM;
    memcpy(message->data, bytes, size);
    error = stream->top->element->down(stream->top, message);
    return error != 0 ? error : (int64_t)size;
}

static void stream_drop_first(struct btl_stream *stream)
{
    struct btl_message *message = stream->first;

    stream->first = message->next;
    if (stream->first == NULL)
        stream->last = &stream->first;
    stream->taken = 0;
    stream->waiting--;
    message_free(message);
}

int64_t stream_read(struct btl_stream *stream, void *buffer, size_t size)
{
    struct btl_message *message = stream->first;

    handler_forbid("stream_read", __builtin_return_address(0));
    if (message == NULL)
        return 0;
    if (size > message->size - stream->taken)
        size = message->size - stream->taken;
    memcpy(buffer, message->data + stream->taken, size);
    stream->taken += size;
    if (stream->taken == message->size)
        stream_drop_first(stream);
    return (int64_t)size;
}

// The driver is closed last: elements above it may still send.
void stream_close(struct btl_stream *stream)
{
    while (stream->top != NULL)
        stream_remove_top(stream);
    while (stream->first != NULL)
        stream_drop_first(stream);
    kmem_free(stream);
}

static bool streams_check(struct module *module, struct btl_diags *diags)
{
    const struct btl_stream_element *element = module->image->linked.wrapper->type_data;
    bool driver = module->entry->type == BTL_TYPE_STREAMS_DRV;

    return type_data_holds(module, sizeof(*element), diags) &&
           type_data_calls(module, (uintptr_t)element->open, true, "open", diags) &&
           type_data_calls(module, (uintptr_t)element->close, true, "close", diags) &&
           type_data_calls(module, (uintptr_t)element->down, false, "down", diags) &&
           type_data_calls(module, (uintptr_t)element->up, driver, "up", diags);
}

// Streams find elements by the name of their module, so attaching does nothing; streams in use hold
// the module.
static bool streams_keep(struct module *module, struct btl_diags *diags)
{
    return true;
}

const struct type_ops streams_type = {
    .check = streams_check, .attach = streams_keep, .detach = streams_keep};
