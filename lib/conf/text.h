/* SPDX-License-Identifier: BSD-3-Clause */
/* A file read whole, into memory for secrets; and whether others could read it too. Any thread that may use base/vault.h. */
#ifndef HP_CONF_TEXT_H
#define HP_CONF_TEXT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct hp_text {
	char *data; /* terminated, whatever is in it */
	size_t len;
	mode_t mode;
	uid_t owner;
};

/* 0 or -errno with *e; of at most so many octets. */
int hp_text_load(struct hp_text *out, const char *file, size_t most, struct hp_error *e);
void hp_text_free(struct hp_text *t); /* wiped */
/* Of a file that holds keys: 0, or -EPERM where others may read or write it or it is somebody else's. */
int hp_text_private(const struct hp_text *t, struct hp_error *e);

#endif
