/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration of the Homeport under test that fits the options, as JSON on standard output. */
#ifndef HP_LOAD_CONFIG_H
#define HP_LOAD_CONFIG_H

#include "load/options.h"

/* 0 or -errno. */
int hp_config_print(const struct hp_options *o);

#endif
