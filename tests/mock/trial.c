// SPDX-License-Identifier: BSD-2-Clause
#include "trial.h"

struct mock *trial_begin(bool good)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", TRIAL);
    mock_add_text(mock, "/loader.conf.prev", GOOD);
    if (good)
        state_put(mock, BTL_VARIABLE_GOOD, GOOD, "/loader.conf", 0, "");
    return mock;
}

struct mock *trial_begin_alone(void)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_add_text(mock, "/loader.conf", TRIAL);
    return mock;
}
