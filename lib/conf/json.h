/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON text that may hold keys: neither shown by an error nor left behind in memory. One thread. */
#ifndef HP_CONF_JSON_H
#define HP_CONF_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* From now on all JSON of this process lives in base/vault.h; before there is any. */
void hp_json_hide(void);
/* NULL: *e says where, never what. */
json_t *hp_json_read(const char *text, size_t len, struct hp_error *e);
/* What json_dumps gave. */
void hp_json_free(char *text);

#endif
