/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH 128

#define WORD 16 /* characters of one that is no key */

/* What a value is, short enough for one line. */
static void describe(const json_t *j, bool secret, char *out, size_t room)
{
	switch (json_typeof(j)) {
	case JSON_STRING:
		if (secret && json_string_length(j) > WORD)
			snprintf(out, room, "a text of %zu characters", json_string_length(j));
		else
			snprintf(out, room, "\"%.60s\"", json_string_value(j));
		break;
	case JSON_INTEGER:
		snprintf(out, room, "%lld", (long long)json_integer_value(j));
		break;
	case JSON_REAL:
		snprintf(out, room, "%g", json_real_value(j));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		snprintf(out, room, "%s", json_is_true(j) ? "true" : "false");
		break;
	case JSON_OBJECT:
		snprintf(out, room, "an object");
		break;
	case JSON_ARRAY:
		snprintf(out, room, "a list of %zu", json_array_size(j));
		break;
	default:
		snprintf(out, room, "null");
	}
}

int hp_value_want(const struct hp_value *v, const char *fmt, ...)
{
	char found[80], want[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);
	describe(v->json, v->secret, found, sizeof(found));
	return hp_error_set(v->error, EINVAL, v->path, "found %s, want %s", found, want);
}

static const struct hp_value_key *key_named(const struct hp_value_key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static size_t put(char out[PATH], size_t at, const char *text, size_t most)
{
	const size_t len = strnlen(text, most);

	memcpy(out + at, text, len);
	out[at + len] = '\0';
	return at + len;
}

/* By hand: a million mobile nodes have nine million keys. */
static void join_path(char out[PATH], const char *path, const char *name)
{
	size_t at = put(out, 0, path, 80);

	if (at)
		at = put(out, at, ".", 1);
	put(out, at, name, 40);
}

int hp_value_table(const struct hp_value *v, const struct hp_value_key *keys, void *out)
{
	const char *name;
	json_t *member;
	char path[PATH];

	if (!json_is_object(v->json))
		return hp_value_want(v, "an object");
	json_object_foreach((json_t *)(uintptr_t)v->json, name, member)
	{
		const struct hp_value_key *k = key_named(keys, name);
		struct hp_value inner = {member, path, v->error, v->secret};
		int ret;

		join_path(path, v->path, name);
		if (!k) {
			char known[200] = "";
			size_t n = 0;

			for (const struct hp_value_key *x = keys; x->name && n + strlen(x->name) + 3 < sizeof(known); x++)
				n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s", n ? ", " : "", x->name);
			return hp_error_set(v->error, EINVAL, path, "found an unknown key, want one of %s", known);
		}
		ret = k->read(&inner, k, (k->inside ? *(char **)out : (char *)out) + k->at);
		if (ret)
			return ret;
	}
	for (; keys->name; keys++)
		if (keys->required && !json_object_get(v->json, keys->name)) {
			join_path(path, v->path, keys->name);
			return hp_error_set(v->error, EINVAL, path, "found nothing, want this key");
		}
	return 0;
}

int hp_value_object(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	return hp_value_table(v, key->more, out);
}

int hp_value_each(const struct hp_value *v, const char *what, int (*each)(const struct hp_value *v, size_t i, void *ctx), void *ctx)
{
	json_t *element;
	size_t i;

	if (!json_is_array(v->json))
		return hp_value_want(v, "a list of %s", what);
	json_array_foreach((json_t *)(uintptr_t)v->json, i, element)
	{
		char path[PATH];
		struct hp_value inner = {element, path, v->error, v->secret};
		int ret;

		snprintf(path, sizeof(path), "%.100s[%zu]", v->path, i);
		ret = each(&inner, i, ctx);
		if (ret)
			return ret;
	}
	return 0;
}

int hp_value_string(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	char **text = out;

	(void)key;
	if (!json_is_string(v->json) || !json_string_length(v->json))
		return hp_value_want(v, "a text");
	if (strlen(json_string_value(v->json)) != json_string_length(v->json))
		return hp_value_want(v, "a text without NUL");
	free(*text);
	*text = strdup(json_string_value(v->json));
	return *text ? 0 : hp_error_set(v->error, ENOMEM, v->path, "out of memory");
}

int hp_value_text_or_null(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	return json_is_null(v->json) ? 0 : hp_value_string(v, key, out);
}

int hp_value_bool(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	if (!json_is_boolean(v->json))
		return hp_value_want(v, "true or false");
	*(bool *)out = json_is_true(v->json);
	return 0;
}

static int number(const struct hp_value *v, const struct hp_value_key *key, int64_t *out)
{
	if (!json_is_integer(v->json) || json_integer_value(v->json) < key->min || json_integer_value(v->json) > key->max)
		return hp_value_want(v, "a whole number from %lld to %lld", (long long)key->min, (long long)key->max);
	*out = json_integer_value(v->json);
	return 0;
}

int hp_value_u8(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	int64_t n = 0;
	int ret = number(v, key, &n);

	if (!ret)
		*(uint8_t *)out = (uint8_t)n;
	return ret;
}

int hp_value_u16(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	int64_t n = 0;
	int ret = number(v, key, &n);

	if (!ret)
		*(uint16_t *)out = (uint16_t)n;
	return ret;
}

int hp_value_u32(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	int64_t n = 0;
	int ret = number(v, key, &n);

	if (!ret)
		*(uint32_t *)out = (uint32_t)n;
	return ret;
}

int hp_value_uint(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	int64_t n = 0;
	int ret = number(v, key, &n);

	if (!ret)
		*(unsigned int *)out = (unsigned int)n;
	return ret;
}

int hp_value_address(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	if (!json_is_string(v->json) || hp_ip6_parse(out, json_string_value(v->json)))
		return hp_value_want(v, "an IPv6 address");
	return 0;
}

int hp_value_prefix(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_prefix *p = out;
	struct hp_ip6 found;
	unsigned int length;

	(void)key;
	if (!json_is_string(v->json) || hp_prefix_parse(&found, &length, json_string_value(v->json)))
		return hp_value_want(v, "a prefix (2001:db8::/32)");
	*p = (struct hp_prefix){hp_ip6_prefix(&found, length), (uint8_t)length};
	return hp_ip6_eq(&found, &p->prefix) ? 0 : hp_value_want(v, "a prefix without host bits");
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hp_value_hex_read(const char *text, size_t len, size_t least, size_t most, struct hp_value_octets *o)
{
	if (len % 2 || len / 2 < least || len / 2 > most)
		return false;
	for (size_t i = 0; i < len / 2; i++) {
		const int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		o->octets[i] = (uint8_t)(high << 4 | low);
	}
	o->len = (uint8_t)(len / 2);
	return true;
}

int hp_value_hex(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	const char *text = json_string_value(v->json);
	const size_t len = json_string_length(v->json);

	if (text && hp_value_hex_read(text, len, (size_t)key->min, (size_t)key->max, out))
		return 0;
	return hp_error_set(v->error, EINVAL, v->path, "found %s%zu characters, want %lld to %lld octets of two hexadecimal digits each",
			    text ? "" : "no text, ", len, (long long)key->min, (long long)key->max);
}

int hp_value_word(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	const char *const *words = key->more;
	char all[128] = "";
	size_t n = 0;

	for (int i = 0; words[i]; i++) {
		if (json_is_string(v->json) && strcmp(words[i], json_string_value(v->json)) == 0) {
			*(int *)out = i;
			return 0;
		}
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s\"%s\"", i ? ", " : "", words[i]);
	}
	return hp_value_want(v, "one of %s", all);
}

int hp_value_lifetime(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	const struct hp_value_key seconds = {.min = 0, .max = UINT32_MAX - 1LL};

	(void)key;
	return hp_value_u32(v, &seconds, out);
}
