/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/mh.h"

#include <errno.h>

#include "base/cursor.h"
#include "wire/checksum.h"
#include "wire/packet.h"

#define FIXED     6 /* payload proto, header len, type, reserved, checksum */
#define AT_LENGTH 1

#define AUTHENTICATOR 12 /* octets of one that we write */

enum { OPTION_PAD1 = 0, OPTION_PADN = 1, OPTION_REFRESH_ADVICE = 2, OPTION_ALTERNATE_COA = 3, OPTION_NONCES = 4, OPTION_AUTHORIZATION = 5 };

/* Octets before the options, by type: RFC 6275 §6.1.2–6.1.9. */
static const struct {
	uint8_t length;
} message[] = {
	[HP_MH_BRR] = {FIXED + 2},  [HP_MH_HOTI] = {FIXED + 10}, [HP_MH_COTI] = {FIXED + 10}, [HP_MH_HOT] = {FIXED + 18},
	[HP_MH_COT] = {FIXED + 18}, [HP_MH_BU] = {FIXED + 6},    [HP_MH_BA] = {FIXED + 6},    [HP_MH_BE] = {FIXED + 18},
};
#define TYPES (sizeof(message) / sizeof(message[0]))

/* What the header says of its own length; what lies behind it belongs to nobody. */
static size_t header_len(const uint8_t *p)
{
	return ((size_t)p[AT_LENGTH] + 1) * 8;
}

enum hp_mh_walk hp_mh_check(const void *data, size_t len, const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t *type,
			    size_t *error_at)
{
	const uint8_t *p = data;

	*error_at = 0;
	if (len < 8 || header_len(p) > len)
		return HP_MH_TRUNCATED;
	*type = p[2];
	if (hp_checksum(src, dst, HP_PROTO_MH, p, header_len(p)) != 0)
		return HP_MH_CHECKSUM;
	if (*type >= TYPES)
		return HP_MH_UNKNOWN_TYPE;
	if (p[0] != HP_PROTO_NONE)
		return HP_MH_PAYLOAD_PROTO;
	if (header_len(p) < message[*type].length) {
		*error_at = AT_LENGTH;
		return HP_MH_HEADER_LEN;
	}
	return HP_MH_OK;
}

struct option {
	uint8_t type, len;
	const uint8_t *data;
	size_t at; /* of the type, from the start of the Mobility Header */
};

/* The next option that is no padding. 1, 0 at the end, -1: it runs over the end. */
static int next_option(struct hp_reader *r, const void *start, struct option *o)
{
	while (hp_reader_left(r)) {
		o->at = (size_t)(r->at - (const uint8_t *)start);
		o->type = hp_read_u8(r);
		if (o->type == OPTION_PAD1)
			continue;
		o->len = hp_read_u8(r);
		o->data = hp_read_bytes(r, o->len);
		if (!o->data)
			return -1;
		if (o->type != OPTION_PADN)
			return 1;
	}
	return 0;
}

static struct hp_reader open_message(const void *data, size_t len)
{
	struct hp_reader r = hp_reader(data, len < header_len(data) ? len : header_len(data));

	hp_read_bytes(&r, FIXED);
	return r;
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* An option that we know is malformed with another length than the RFC gives. The RFC is silent on several alike: the first counts,
 * here and in acknowledgements. */
static enum hp_mh_walk authorization(const struct option *o, bool *has, uint16_t *at, uint16_t *len)
{
	if (!o->len)
		return HP_MH_BAD_OPTION;
	*has = true;
	*at = (uint16_t)(o->at + 2);
	*len = o->len;
	return HP_MH_OK;
}

static enum hp_mh_walk bu_option(struct hp_bu *out, const struct option *o)
{
	switch (o->type) {
	case OPTION_ALTERNATE_COA:
		if (o->len != sizeof(out->alternate_coa))
			return HP_MH_BAD_OPTION;
		if (!out->has_alternate_coa)
			memcpy(&out->alternate_coa, o->data, sizeof(out->alternate_coa));
		out->has_alternate_coa = true;
		return HP_MH_OK;
	case OPTION_NONCES:
		if (o->len != 4)
			return HP_MH_BAD_OPTION;
		if (!out->has_nonces) {
			out->home_nonce = be16(o->data);
			out->careof_nonce = be16(o->data + 2);
		}
		out->has_nonces = true;
		return HP_MH_OK;
	case OPTION_AUTHORIZATION:
		return authorization(o, &out->has_authorization, &out->authorization_at, &out->authorization_len);
	default:
		return HP_MH_OK;
	}
}

enum hp_mh_walk hp_bu_read(struct hp_bu *out, const void *data, size_t len)
{
	struct hp_reader r = open_message(data, len);
	struct option o;
	uint16_t flags;
	int ret;

	*out = (struct hp_bu){.sequence = hp_read_u16(&r)};
	flags = hp_read_u16(&r);
	out->ack = flags & 0x8000;
	out->home = flags & 0x4000;
	out->linklocal = flags & 0x2000;
	out->key_movable = flags & 0x1000;
	out->lifetime = hp_read_u16(&r);
	if (!hp_reader_ok(&r))
		return HP_MH_BAD_OPTION;
	while ((ret = next_option(&r, data, &o)) > 0) {
		if (!hp_proof_read(&out->proof, o.type, o.data, o.len, o.at) || bu_option(out, &o) != HP_MH_OK)
			return HP_MH_BAD_OPTION;
		/* §6.2.7, §9.5.1: the last option, and no padding behind it. */
		if (out->has_authorization && hp_reader_left(&r))
			return HP_MH_BAD_OPTION;
	}
	return ret < 0 ? HP_MH_BAD_OPTION : HP_MH_OK;
}

static enum hp_mh_walk ba_option(struct hp_ba *out, const struct option *o)
{
	switch (o->type) {
	case OPTION_REFRESH_ADVICE:
		if (o->len != 2)
			return HP_MH_BAD_OPTION;
		if (!out->has_refresh_advice)
			out->refresh_advice = be16(o->data);
		out->has_refresh_advice = true;
		return HP_MH_OK;
	case OPTION_AUTHORIZATION:
		return authorization(o, &out->has_authorization, &out->authorization_at, &out->authorization_len);
	default:
		return HP_MH_OK;
	}
}

enum hp_mh_walk hp_ba_read(struct hp_ba *out, const void *data, size_t len)
{
	struct hp_reader r = open_message(data, len);
	struct option o;
	int ret;

	*out = (struct hp_ba){.status = hp_read_u8(&r)};
	out->key_movable = hp_read_u8(&r) & 0x80;
	out->sequence = hp_read_u16(&r);
	out->lifetime = hp_read_u16(&r);
	if (!hp_reader_ok(&r))
		return HP_MH_BAD_OPTION;
	while ((ret = next_option(&r, data, &o)) > 0) {
		if (!hp_proof_read(&out->proof, o.type, o.data, o.len, o.at) || ba_option(out, &o) != HP_MH_OK)
			return HP_MH_BAD_OPTION;
		if (out->has_authorization && hp_reader_left(&r))
			return HP_MH_BAD_OPTION;
	}
	return ret < 0 ? HP_MH_BAD_OPTION : HP_MH_OK;
}

/* The end of a message none of whose options we know. */
static enum hp_mh_walk close_message(struct hp_reader *r, const void *data)
{
	struct option o;
	int ret;

	if (!hp_reader_ok(r))
		return HP_MH_BAD_OPTION;
	while ((ret = next_option(r, data, &o)) > 0)
		;
	return ret < 0 ? HP_MH_BAD_OPTION : HP_MH_OK;
}

enum hp_mh_walk hp_be_read(struct hp_be *out, const void *data, size_t len)
{
	struct hp_reader r = open_message(data, len);

	*out = (struct hp_be){.status = hp_read_u8(&r)};
	hp_read_u8(&r);
	out->hoa = hp_read_ip6(&r);
	return close_message(&r, data);
}

static void read_octets(struct hp_reader *r, uint8_t *out, size_t len)
{
	const uint8_t *p = hp_read_bytes(r, len);

	if (p)
		memcpy(out, p, len);
}

enum hp_mh_walk hp_rr_init_read(struct hp_rr_init *out, const void *data, size_t len)
{
	struct hp_reader r = open_message(data, len);

	*out = (struct hp_rr_init){{0}};
	hp_read_u16(&r);
	read_octets(&r, out->cookie, sizeof(out->cookie));
	return close_message(&r, data);
}

enum hp_mh_walk hp_rr_test_read(struct hp_rr_test *out, const void *data, size_t len)
{
	struct hp_reader r = open_message(data, len);

	*out = (struct hp_rr_test){.nonce_index = hp_read_u16(&r)};
	read_octets(&r, out->cookie, sizeof(out->cookie));
	read_octets(&r, out->token, sizeof(out->token));
	return close_message(&r, data);
}

/* Header of a message; its length and checksum follow when it is complete. */
static struct hp_writer start_message(enum hp_mh_type type, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, HP_PROTO_NONE);
	hp_write_u8(&w, 0);
	hp_write_u8(&w, (uint8_t)type);
	hp_write_u8(&w, 0);
	hp_write_u16(&w, 0);
	return w;
}

void hp_mh_pad(struct hp_writer *w, size_t n, size_t rest)
{
	size_t missing = (rest - hp_writer_len(w)) & (n - 1);

	if (missing == 1) {
		hp_write_u8(w, OPTION_PAD1);
	} else if (missing) {
		hp_write_u8(w, OPTION_PADN);
		hp_write_u8(w, (uint8_t)(missing - 2));
		hp_write_room(w, missing - 2);
	}
}

static int finish_message(struct hp_writer *w)
{
	hp_mh_pad(w, 8, 0);
	if (!hp_writer_ok(w))
		return -ENOSPC;
	w->start[AT_LENGTH] = (uint8_t)(hp_writer_len(w) / 8 - 1);
	return (int)hp_writer_len(w);
}

static void write_authorization(struct hp_writer *w)
{
	/* Last and unpadded, so that it ends at 8n. */
	hp_mh_pad(w, 8, 2);
	hp_write_bytes(w, (uint8_t[]){OPTION_AUTHORIZATION, AUTHENTICATOR}, 2);
	hp_write_room(w, AUTHENTICATOR);
}

int hp_bu_write(const struct hp_bu *bu, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_MH_BU, out, room);

	hp_write_u16(&w, bu->sequence);
	hp_write_u16(&w, (uint16_t)((bu->ack ? 0x8000 : 0) | (bu->home ? 0x4000 : 0) | (bu->linklocal ? 0x2000 : 0) |
				    (bu->key_movable ? 0x1000 : 0)));
	hp_write_u16(&w, bu->lifetime);
	if (bu->has_nonces) {
		hp_mh_pad(&w, 2, 0);
		hp_write_bytes(&w, (uint8_t[]){OPTION_NONCES, 4}, 2);
		hp_write_u16(&w, bu->home_nonce);
		hp_write_u16(&w, bu->careof_nonce);
	}
	if (bu->has_alternate_coa) {
		hp_mh_pad(&w, 8, 6);
		hp_write_bytes(&w, (uint8_t[]){OPTION_ALTERNATE_COA, 16}, 2);
		hp_write_ip6(&w, &bu->alternate_coa);
	}
	hp_proof_write(&bu->proof, &w);
	if (bu->has_authorization)
		write_authorization(&w);
	return finish_message(&w);
}

int hp_ba_write(const struct hp_ba *ba, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_MH_BA, out, room);

	hp_write_u8(&w, ba->status);
	hp_write_u8(&w, ba->key_movable ? 0x80 : 0);
	hp_write_u16(&w, ba->sequence);
	hp_write_u16(&w, ba->lifetime);
	if (ba->has_refresh_advice) {
		hp_mh_pad(&w, 2, 0);
		hp_write_bytes(&w, (uint8_t[]){OPTION_REFRESH_ADVICE, 2}, 2);
		hp_write_u16(&w, ba->refresh_advice);
	}
	hp_proof_write(&ba->proof, &w);
	if (ba->has_authorization)
		write_authorization(&w);
	return finish_message(&w);
}

int hp_be_write(const struct hp_be *be, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_MH_BE, out, room);

	hp_write_u8(&w, be->status);
	hp_write_u8(&w, 0);
	hp_write_ip6(&w, &be->hoa);
	return finish_message(&w);
}

int hp_brr_write(void *out, size_t room)
{
	struct hp_writer w = start_message(HP_MH_BRR, out, room);

	hp_write_u16(&w, 0);
	return finish_message(&w);
}

int hp_rr_init_write(enum hp_mh_type type, const struct hp_rr_init *init, void *out, size_t room)
{
	struct hp_writer w = start_message(type, out, room);

	hp_write_u16(&w, 0);
	hp_write_bytes(&w, init->cookie, sizeof(init->cookie));
	return finish_message(&w);
}

int hp_rr_test_write(enum hp_mh_type type, const struct hp_rr_test *test, void *out, size_t room)
{
	struct hp_writer w = start_message(type, out, room);

	hp_write_u16(&w, test->nonce_index);
	hp_write_bytes(&w, test->cookie, sizeof(test->cookie));
	hp_write_bytes(&w, test->token, sizeof(test->token));
	return finish_message(&w);
}
