/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON values read against a table of keys: every refusal names path, what was found and what is wanted. */
#ifndef HP_CONF_VALUE_H
#define HP_CONF_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip6.h"
#include "base/secret.h"

struct hp_value {
	const json_t *json;
	const char *path; /* "links[0].mtu" */
	struct hp_error *error;
	bool secret; /* keys are in it: texts that may be one are not shown */
};

struct hp_value_key;
/* Reads a value into `out` (the member of the struct that the key table describes). 0 or -errno with the error filled. */
typedef int hp_value_fn(const struct hp_value *v, const struct hp_value_key *key, void *out);

struct hp_value_key {
	const char *name;
	hp_value_fn *read;
	size_t at;        /* offset of the member */
	int64_t min, max; /* of numbers */
	const void *more; /* for the reader: words of an enum, keys of an object */
	bool required;
	bool inside; /* the member is of the struct that the first member of `out` points to */
};
#define HP_VALUE_KEYS_END                                                                                                                  \
	{                                                                                                                                  \
		NULL                                                                                                                       \
	}

/* "found …, want <fmt>": -EINVAL. */
int hp_value_want(const struct hp_value *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* An object by its table: unknown keys and missing required ones are errors. key->more is the table of an inner object. */
int hp_value_table(const struct hp_value *v, const struct hp_value_key *keys, void *out);
hp_value_fn hp_value_object;

/* An array: `each` is called with every element, its index and `ctx`. */
int hp_value_each(const struct hp_value *v, const char *what, int (*each)(const struct hp_value *v, size_t i, void *ctx), void *ctx);

hp_value_fn hp_value_string; /* char *, owned */
hp_value_fn hp_value_text_or_null;
hp_value_fn hp_value_bool;
hp_value_fn hp_value_u8, hp_value_u16, hp_value_u32, hp_value_uint;
hp_value_fn hp_value_address; /* struct hp_ip6 */
hp_value_fn hp_value_prefix;  /* struct hp_prefix, without host bits */
/* A key in hexadecimal digits, of `min` to `max` octets. What was found is told by its length only; who reads it wipes it. */
struct hp_value_octets {
	uint8_t len, octets[HP_SECRET_MOST];
};
hp_value_fn hp_value_hex;
bool hp_value_hex_read(const char *text, size_t len, size_t least, size_t most, struct hp_value_octets *out);
hp_value_fn hp_value_word;     /* int-sized enum; more: NULL-terminated words, value is the index */
hp_value_fn hp_value_lifetime; /* uint32_t seconds */

#endif
