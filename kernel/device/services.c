// SPDX-License-Identifier: BSD-2-Clause
// The services that modules attach to, by the type of the module.
#include "device/devsw.h"
#include "device/intfc.h"
#include "device/streams.h"

const struct type_ops *const type_services[BTL_TYPES] = {
    [BTL_TYPE_MISC] = NULL,
    [BTL_TYPE_WSIO_CLASS] = &devsw_type,
    [BTL_TYPE_WSIO_INTFC] = &intfc_type,
    [BTL_TYPE_STREAMS_DRV] = &streams_type,
    [BTL_TYPE_STREAMS_MOD] = &streams_type,
};
