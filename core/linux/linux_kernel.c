// SPDX-License-Identifier: BSD-2-Clause
// The modules that are built into a Linux kernel: modules.builtin, which stands beside the kernel.
#include <btl/linux_kernel.h>

#include <btl/phases.h>

struct btl_str btl_linux_release(struct btl_str vermagic)
{
    return btl_str_first(vermagic, btl_str_find(vermagic, ' '));
}

// Return the name of the module in a line "kernel/fs/ext4/ext4.ko". No bytes: the line is none.
static struct btl_str builtin_name(struct btl_str line)
{
    struct btl_str name = btl_base_name(line), suffix = BTL_STR(".ko");
    if (!btl_str_ends(name, suffix))
        return btl_str_first(name, 0);
    name = btl_str_without_last(name, suffix.len);
    return btl_is_module_name(name) ? name : btl_str_first(name, 0);
}

static void builtin_spell(struct btl_str name, char *to)
{
    for (size_t i = 0; i < name.len; i++)
        to[i] = name.at[i] == '-' ? '_' : name.at[i];
}

static size_t builtin_count(struct btl_str text)
{
    size_t count = 0;
    struct btl_str line;
    while (btl_take_line(&text, &line))
        count++;
    return count;
}

bool btl_linux_read_builtin(struct btl_str text, struct btl_place place, struct btl_arena *arena,
                            struct btl_names *ret_names, struct btl_diags *diags)
{
    struct btl_names names;
    char *spelled = btl_alloc(arena, text.len, 1);
    bool memory = spelled != NULL && btl_names_init(&names, builtin_count(text), arena);
    struct btl_str line;
    while (memory && btl_take_line(&text, &line)) {
        struct btl_str name = builtin_name(line);
        place.line++;
        if (name.len == 0) {
            btl_report(diags, BTL_LINUX_BUILTIN_LINE, place, BTL_ARG(line));
            break;
        }
        builtin_spell(name, spelled);
        btl_names_number(&names, (struct btl_str){spelled, name.len});
        spelled += name.len;
    }
    if (memory)
        *ret_names = names;
    else
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("reading " BTL_LINUX_BUILTIN_FILE));
    return memory;
}

bool btl_linux_has_built_in(const struct btl_linux_kernel *kernel, struct btl_str name)
{
    char spelled[BTL_MODULE_NAME_MAX];
    if (kernel->builtin.count == 0 || name.len > sizeof(spelled))
        return false;
    builtin_spell(name, spelled);
    return btl_names_find(&kernel->builtin, (struct btl_str){spelled, name.len}) != BTL_NONE;
}
