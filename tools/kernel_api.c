// SPDX-License-Identifier: BSD-2-Clause
// kernel_api: print docs/kernel-api.md, generated from include/btl/kernel_exports.def.
#include <stdio.h>

#include <btl/kernel.h>

static const struct {
    const char *type, *name, *parameters, *phase, *text;
    int minor;
} exports[] = {
#define EXPORT(type, name, parameters, phase, minor, text)                                         \
    {#type, #name, #parameters, #phase, text, minor},
#include <btl/kernel_exports.def>
#undef EXPORT
};

int main(void)
{
    printf(
        "# The kernel's interface to modules\n\n"
        "For authors of modules. `make kernel-api` generates this page from\n"
        "`include/btl/kernel_exports.def`. A module can use nothing else of the kernel.\n\n"
        "The interface is `%s`. A module with `BTL_NEEDS(\"kernel:1.N\")` is loaded by a kernel of "
        "the same major\nversion whose minor version is at least N; the column *since* has the N "
        "of "
        "each function. A call of a\nBOOT2 function in phase 1 is an error: the functions of the "
        "page "
        "allocator panic, the others find no\nmodule.\n\n"
        "| function | phase | since | description |\n| --- | --- | --- | --- |\n",
        BTL_KERNEL_INTERFACE);
    for (size_t i = 0; i < BTL_COUNT(exports); i++)
        printf("| `%s %s%s` | %s | 1.%d | %s |\n", exports[i].type, exports[i].name,
               exports[i].parameters, exports[i].phase, exports[i].minor, exports[i].text);
    return 0;
}
