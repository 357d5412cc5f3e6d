// SPDX-License-Identifier: BSD-2-Clause
// The EFI system partition of this machine, on which the loader and its kernels lie.
#ifndef BTL_HOST_ESP_H
#define BTL_HOST_ESP_H

#include "volume/volume.h"

// Return the directory of the EFI system partition: `given` (NULL: the first of the usual places at
// which a FAT file system is mounted). NULL: there is none.
const char *esp_directory(const char *given);
// Report that esp_directory() found none. False, for `return`.
bool esp_report_none(struct host *host);
// Can the volume be written, and has it space for `bytes` more? False: reported. Of an image this
// is found when it is written.
bool esp_require_space(struct volume *volume, uint64_t bytes);
// Give a file these contents, make its directory, and print what was done. A file that has them
// already is not written. `print`: write nothing. False: reported.
bool esp_store(struct volume *volume, struct btl_str path, struct btl_bytes bytes, bool print);
bool esp_has(struct volume *volume, struct btl_str path, struct btl_bytes bytes);
// Remove a file, and its directory if that is empty then. `print` as above.
bool esp_remove(struct volume *volume, struct btl_str path, bool print);

#endif
