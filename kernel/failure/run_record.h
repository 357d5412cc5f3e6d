// SPDX-License-Identifier: BSD-2-Clause
// BtlRun: the kernel's record of this boot for the saved manifest (btl/run_record.h).
#ifndef KERNEL_RUN_RECORD_H
#define KERNEL_RUN_RECORD_H

#include <btl/run_record.h>

// Write the record, if the loader has saved the manifest. Only the first call of a boot does, and
// one more with a failure after BTL_RUN_GOOD.
void run_record_write(enum btl_run_end end);

#endif
