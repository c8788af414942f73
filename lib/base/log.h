/* SPDX-License-Identifier: BSD-3-Clause */
/* The log: one process-wide sink (the only global mutable state), lines to stderr as text or JSON.
 * Any thread but workers in the packet path. Libraries return errors; only app/ and event handlers log. */
#ifndef HP_BASE_LOG_H
#define HP_BASE_LOG_H

#include <stdbool.h>

enum hp_log_level { HP_LOG_ERROR, HP_LOG_WARNING, HP_LOG_INFO, HP_LOG_DEBUG };

void hp_log_init(enum hp_log_level level, bool json);
bool hp_log_wants(enum hp_log_level level); /* else there is no need to put a line together */
void hp_log(enum hp_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define hp_error(...)   hp_log(HP_LOG_ERROR, __VA_ARGS__)
#define hp_warning(...) hp_log(HP_LOG_WARNING, __VA_ARGS__)
#define hp_info(...)    hp_log(HP_LOG_INFO, __VA_ARGS__)
#define hp_debug(...)   hp_log(HP_LOG_DEBUG, __VA_ARGS__)

#endif
