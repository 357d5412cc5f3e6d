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
        "# The kernel as modules see it\n\n"
        "Made by `make kernel-api` from `include/btl/kernel_exports.def`; a test compares the two. "
        "What is not\nhere does not exist for modules.\n\n"
        "The interface is `%s`. A module that says `BTL_NEEDS(\"kernel:1.N\")` is loaded by a "
        "kernel of the same\nmajor number whose minor number is not below N; *since* tells which N "
        "a function needs. In phase 1\na call of a BOOT2 function is a mistake: those of the page "
        "allocator panic and say so, the others\nfind no module to serve them.\n\n"
        "| function | phase | since | what it does |\n| --- | --- | --- | --- |\n",
        BTL_KERNEL_INTERFACE);
    for (size_t i = 0; i < BTL_COUNT(exports); i++)
        printf("| `%s %s%s` | %s | 1.%d | %s |\n", exports[i].type, exports[i].name,
               exports[i].parameters, exports[i].phase, exports[i].minor, exports[i].text);
    return 0;
}
