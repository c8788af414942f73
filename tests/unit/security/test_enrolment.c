/* SPDX-License-Identifier: BSD-3-Clause */
/* The enrolment code against codes that Python made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "security/enrolment.h"
/* its table needs the enum */
#include "enrolment_vectors.h"
#include "tests.h"

static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, ha = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};

/* What enrolment_vectors.py put into the rows of code_good. */
static struct hp_enrolment expected(size_t row)
{
	struct hp_enrolment e = {.hoa = hoa,
				 .ha = ha,
				 .prefix_length = 64,
				 .identity_len = 18,
				 .identity = "ship@fleet.example",
				 .key = {.spi = 256, .algorithm = HP_HMAC_SHA1_96, .timestamp = true, .len = 16}};

	if (row == 1) {
		e.expires_s = 1900000000;
		e.ha = HP_IP6_ANY;
		e.prefix_length = 128;
		e.identity_len = 1;
		memset(e.identity, 0, sizeof(e.identity));
		e.identity[0] = 'x';
		e.key = (struct hp_key_spec){.spi = UINT32_MAX, .algorithm = HP_HMAC_SHA256_128, .len = 32};
	} else if (row == 2) {
		e.expires_s = UINT32_MAX;
		e.prefix_length = 1;
		e.identity_len = 253;
		memset(e.identity, 'n', 253);
		e.key.len = 64;
	}
	for (unsigned int i = 0; i < e.key.len; i++)
		e.key.octets[i] = (uint8_t)(i % 32 + 1);
	return e;
}

static bool same(const struct hp_enrolment *a, const struct hp_enrolment *b)
{
	return a->expires_s == b->expires_s && hp_ip6_eq(&a->hoa, &b->hoa) && hp_ip6_eq(&a->ha, &b->ha) &&
	       a->prefix_length == b->prefix_length && a->identity_len == b->identity_len && strcmp(a->identity, b->identity) == 0 &&
	       a->key.spi == b->key.spi && a->key.algorithm == b->key.algorithm && a->key.timestamp == b->key.timestamp &&
	       a->key.len == b->key.len && memcmp(a->key.octets, b->key.octets, sizeof(a->key.octets)) == 0;
}

void test_enrolment(void)
{
	char text[HP_ENROLMENT_TEXT];
	struct hp_enrolment e, want;

	for (size_t i = 0; i < HP_LEN(code_good); i++) {
		want = expected(i);
		HP_CHECK(code_good[i].why, "read",
			 hp_enrolment_read(&e, code_good[i].text, strlen(code_good[i].text)) == HP_ENROLMENT_GOOD && same(&e, &want));
		HP_CHECK(code_good[i].why, "written",
			 hp_enrolment_write(&want, text) == (int)strlen(code_good[i].text) && strcmp(text, code_good[i].text) == 0);
	}
	want = expected(0);
	for (size_t i = 0; i < HP_LEN(code_same); i++)
		HP_CHECK(code_same[i].why, "read",
			 hp_enrolment_read(&e, code_same[i].text, strlen(code_same[i].text)) == HP_ENROLMENT_GOOD && same(&e, &want));
	want.key.spi = 255;
	CU_ASSERT_EQUAL(hp_enrolment_write(&want, text), -EINVAL);
}

void test_enrolment_refused(void)
{
	static const struct hp_enrolment none;

	for (size_t i = 0; i < HP_LEN(code_bad); i++) {
		struct hp_enrolment e;
		enum hp_enrolment_fault fault = hp_enrolment_read(&e, code_bad[i].text, strlen(code_bad[i].text));

		if (fault != code_bad[i].fault)
			fprintf(stderr, "  %s\n", hp_enrolment_faults[fault]);
		/* Nothing of a key that was read before the fault was seen. */
		HP_CHECK(code_bad[i].why, "refused", fault == code_bad[i].fault && memcmp(&e, &none, sizeof(e)) == 0);
	}
}
