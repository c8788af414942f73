/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/counters.h"

const struct hp_counter_info hp_dp_counters[HP_DP_COUNT] = {HP_DP_COUNTERS(HP_COUNTER_INFO)};
