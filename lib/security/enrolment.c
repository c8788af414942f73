/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/enrolment.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/cursor.h"
#include "wire/proof.h"

#define WORD     "HOMEPORT"
#define PREFIX   WORD "1:"
#define PREFIX_N (sizeof(PREFIX) - 1)
#define VERSION  1
#define CHECK    8
#define BODY     (1 + 4 + 16 + 1 + 1 + 16 + 4 + 1 + HP_IDENTITY_MOST + 1 + HP_KEY_MOST)
#define AGENT    0x80
#define SEQUENCE 0x40
#define UNUSED   0x30
#define LOW      0x0f

_Static_assert(PREFIX_N + ((BODY + CHECK) * 8 + 4) / 5 < HP_ENROLMENT_TEXT, "room for the longest");

const char *const hp_enrolment_faults[] = {
	[HP_ENROLMENT_GOOD] = "found nothing wrong",
	[HP_ENROLMENT_NONE] = "found no " PREFIX " at its beginning",
	[HP_ENROLMENT_VERSION] = "found a code of another version",
	[HP_ENROLMENT_CHARACTER] = "found a character that is in no code",
	[HP_ENROLMENT_CHECKSUM] = "found a wrong checksum: mistyped, or cut short",
	[HP_ENROLMENT_VALUE] = "found values that cannot be",
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* The prefix is part of it. */
struct sheet {
	uint8_t octets[PREFIX_N + BODY + CHECK + 1];
};

static bool checksum(const struct sheet *s, size_t body, uint8_t out[CHECK])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int n;
	bool good = EVP_Digest(s->octets, PREFIX_N + body, digest, &n, EVP_sha256(), NULL) == 1;

	memcpy(out, digest, CHECK);
	return good;
}

static bool is_possible(const struct hp_enrolment *e)
{
	const struct hp_key_spec *k = &e->key;

	return hp_ip6_is_routable(&e->hoa) && e->prefix_length >= 1 && e->prefix_length <= 128 && e->identity_len &&
	       k->spi >= HP_PROOF_SPI_LEAST && (k->algorithm == HP_HMAC_SHA1_96 || k->algorithm == HP_HMAC_SHA256_128) &&
	       k->len >= HP_KEY_LEAST && k->len <= HP_KEY_MOST &&
	       (hp_ip6_is_any(&e->ha) || (hp_ip6_is_routable(&e->ha) && !hp_ip6_eq(&e->ha, &e->hoa))) &&
	       !memchr(e->identity, 0, e->identity_len);
}

static size_t write_body(const struct hp_enrolment *e, struct sheet *s)
{
	struct hp_writer w = hp_writer(s->octets + PREFIX_N, BODY);
	const bool agent = !hp_ip6_is_any(&e->ha);

	memcpy(s->octets, PREFIX, PREFIX_N);
	hp_write_u8(&w, VERSION);
	hp_write_u32(&w, e->expires_s);
	hp_write_ip6(&w, &e->hoa);
	hp_write_u8(&w, e->prefix_length);
	hp_write_u8(&w, (uint8_t)((agent ? AGENT : 0) | (e->key.timestamp ? 0 : SEQUENCE) | (int)e->key.algorithm));
	if (agent)
		hp_write_ip6(&w, &e->ha);
	hp_write_u32(&w, e->key.spi);
	hp_write_u8(&w, e->identity_len);
	hp_write_bytes(&w, e->identity, e->identity_len);
	hp_write_u8(&w, e->key.len);
	hp_write_bytes(&w, e->key.octets, e->key.len);
	return hp_writer_len(&w);
}

/* RFC 4648 §6 without padding. */
static size_t encode(const uint8_t *octets, size_t len, char *out)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | octets[i];
		for (have += 8; have >= 5; have -= 5)
			out[n++] = alphabet[bits >> (have - 5) & 31];
	}
	if (have)
		out[n++] = alphabet[bits << (5 - have) & 31];
	out[n] = '\0';
	return n;
}

int hp_enrolment_write(const struct hp_enrolment *e, char text[HP_ENROLMENT_TEXT])
{
	struct sheet s;
	size_t n;

	if (!is_possible(e))
		return -EINVAL;
	n = write_body(e, &s);
	if (!checksum(&s, n, s.octets + PREFIX_N + n)) {
		hp_secret_wipe(&s, sizeof(s));
		return -EINVAL;
	}
	memcpy(text, PREFIX, PREFIX_N);
	n = PREFIX_N + encode(s.octets + PREFIX_N, n + CHECK, text + PREFIX_N);
	hp_secret_wipe(&s, sizeof(s));
	return (int)n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char capital(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static enum hp_enrolment_fault read_prefix(const char **at, const char *end)
{
	size_t n = 0;

	while (*at < end && is_blank(**at))
		(*at)++;
	while (n < PREFIX_N && *at + n < end && capital((*at)[n]) == PREFIX[n])
		n++;
	*at += n;
	return n == PREFIX_N ? HP_ENROLMENT_GOOD : n == sizeof(WORD) - 1 && *at < end ? HP_ENROLMENT_VERSION : HP_ENROLMENT_NONE;
}

/* Octets there are, or -1: no such character; -2: more than there can be, or bits that belong to none. */
static int decode(const char *at, const char *end, struct sheet *s)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t n = PREFIX_N;

	for (; at < end; at++) {
		const char c = capital(*at), *found = c ? strchr(alphabet, c) : NULL;

		if (is_blank(*at))
			continue;
		if (!found)
			return -1;
		bits = bits << 5 | (uint32_t)(found - alphabet);
		have += 5;
		if (have < 8)
			continue;
		have -= 8;
		if (n == sizeof(s->octets))
			return -2;
		s->octets[n++] = (uint8_t)(bits >> have);
	}
	return have >= 5 || (bits & ((1u << have) - 1)) ? -2 : (int)(n - PREFIX_N);
}

static enum hp_enrolment_fault read_body(struct hp_enrolment *e, const uint8_t *body, size_t len)
{
	struct hp_reader r = hp_reader(body, len);
	const uint8_t *octets;
	uint8_t flags;

	if (hp_read_u8(&r) != VERSION)
		return HP_ENROLMENT_VERSION;
	e->expires_s = hp_read_u32(&r);
	e->hoa = hp_read_ip6(&r);
	e->prefix_length = hp_read_u8(&r);
	flags = hp_read_u8(&r);
	if (flags & AGENT)
		e->ha = hp_read_ip6(&r);
	e->key.timestamp = !(flags & SEQUENCE);
	e->key.algorithm = (enum hp_hmac_algorithm)(flags & LOW);
	e->key.spi = hp_read_u32(&r);
	e->identity_len = hp_read_u8(&r);
	octets = hp_read_bytes(&r, e->identity_len);
	if (octets && e->identity_len <= HP_IDENTITY_MOST)
		memcpy(e->identity, octets, e->identity_len);
	e->key.len = hp_read_u8(&r);
	octets = hp_read_bytes(&r, e->key.len);
	if (octets && e->key.len <= HP_KEY_MOST)
		memcpy(e->key.octets, octets, e->key.len);
	if (!hp_reader_ok(&r) || hp_reader_left(&r) || flags & UNUSED || e->identity_len > HP_IDENTITY_MOST ||
	    ((flags & AGENT) && hp_ip6_is_any(&e->ha)) || !is_possible(e))
		return HP_ENROLMENT_VALUE;
	return HP_ENROLMENT_GOOD;
}

enum hp_enrolment_fault hp_enrolment_read(struct hp_enrolment *e, const char *text, size_t len)
{
	enum hp_enrolment_fault fault;
	const char *at = text;
	uint8_t want[CHECK];
	struct sheet s;
	int n;

	*e = (struct hp_enrolment){0};
	fault = read_prefix(&at, text + len);
	if (fault)
		return fault;
	memcpy(s.octets, PREFIX, PREFIX_N);
	n = decode(at, text + len, &s);
	if (n == -1)
		fault = HP_ENROLMENT_CHARACTER;
	else if (n <= CHECK || !checksum(&s, (size_t)n - CHECK, want) || memcmp(want, s.octets + PREFIX_N + n - CHECK, CHECK) != 0)
		fault = HP_ENROLMENT_CHECKSUM;
	else
		fault = read_body(e, s.octets + PREFIX_N, (size_t)n - CHECK);
	hp_secret_wipe(&s, sizeof(s));
	if (fault)
		hp_enrolment_wipe(e);
	return fault;
}

void hp_enrolment_wipe(struct hp_enrolment *e)
{
	hp_secret_wipe(e, sizeof(*e));
}
