// SPDX-License-Identifier: BSD-2-Clause
#ifndef KERNEL_DEVICES_H
#define KERNEL_DEVICES_H

void device_run(int argc, char **argv);
void stream_run(int argc, char **argv);

#endif
