// SPDX-License-Identifier: BSD-2-Clause
// The block of responses: parts are reserved in order, measured and written by the same code.
#ifndef BTL_CORE_LIMINE_BLOCK_H
#define BTL_CORE_LIMINE_BLOCK_H

#include <btl/limine_kernel.h>

// Reserve `size` bytes, aligned to 8. Return their offset.
uint64_t limine_block_reserve(struct btl_limine_answers *answers, uint64_t size);
// Write to reserved bytes, unless the block is only measured.
void limine_block_write(const struct btl_limine_answers *answers, uint64_t offset, const void *from,
                        uint64_t size);
void limine_block_write_word(const struct btl_limine_answers *answers, uint64_t offset,
                             uint64_t word);
uint64_t limine_block_add(struct btl_limine_answers *answers, const void *from, uint64_t size);
uint64_t limine_block_add_text(struct btl_limine_answers *answers,
                               struct btl_str text); // with a NUL
// Return the address of an offset in the direct map.
uint64_t limine_block_address(const struct btl_limine_answers *answers, uint64_t offset);
// Add an array of pointers to `count` structures of `size` bytes, one behind the other.
uint64_t limine_block_add_pointers(struct btl_limine_answers *answers, uint64_t first,
                                   uint64_t size, uint64_t count);

// Add a file. Return the offset of its struct btl_limine_file.
uint64_t limine_block_add_file(struct btl_limine_answers *answers,
                               const struct btl_limine_facts *facts,
                               const struct btl_limine_module *file);

#endif
