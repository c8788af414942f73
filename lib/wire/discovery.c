/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/discovery.h"

#include <errno.h>

#include "wire/icmp6.h"
#include "wire/option.h"

enum { FLAG_MANAGED = 0x80, FLAG_OTHER = 0x40 };

/* All four begin alike: type, code 0, checksum, identifier, 16 bits reserved or flags. */
static int open_message(struct hp_reader *r, uint8_t type, const void *message, size_t len, uint16_t *identifier, uint8_t *flags)
{
	uint8_t found, code;

	*r = hp_reader(message, len);
	found = hp_read_u8(r);
	code = hp_read_u8(r);
	hp_read_u16(r);
	*identifier = hp_read_u16(r);
	*flags = hp_read_u8(r);
	hp_read_u8(r);
	return hp_reader_ok(r) && found == type && code == 0 ? 0 : -EBADMSG;
}

int hp_dhaad_request_read(uint16_t *identifier, const void *message, size_t len)
{
	struct hp_reader r;
	uint8_t reserved;

	return open_message(&r, HP_ICMP6_DHAAD_REQUEST, message, len, identifier, &reserved);
}

int hp_dhaad_reply_read(struct hp_dhaad_reply *out, const void *message, size_t len)
{
	struct hp_reader r;
	uint8_t reserved;

	*out = (struct hp_dhaad_reply){0};
	/* §6.6: how many addresses is told by the length alone. */
	if (open_message(&r, HP_ICMP6_DHAAD_REPLY, message, len, &out->identifier, &reserved) || hp_reader_left(&r) % sizeof(struct hp_ip6))
		return -EBADMSG;
	while (hp_reader_left(&r) && out->agents < HP_DHAAD_AGENTS)
		out->agent[out->agents++] = hp_read_ip6(&r);
	return 0;
}

int hp_mps_read(uint16_t *identifier, const void *message, size_t len)
{
	struct hp_reader r;
	uint8_t reserved;

	if (open_message(&r, HP_ICMP6_MPS, message, len, identifier, &reserved) || !hp_option_all_well(r))
		return -EBADMSG;
	return 0;
}

int hp_mpa_read(struct hp_mpa *out, const void *message, size_t len)
{
	struct hp_option o;
	struct hp_reader r;
	uint8_t flags;

	*out = (struct hp_mpa){0};
	if (open_message(&r, HP_ICMP6_MPA, message, len, &out->identifier, &flags) || !hp_option_all_well(r))
		return -EBADMSG;
	out->managed = flags & FLAG_MANAGED;
	out->other = flags & FLAG_OTHER;
	while (out->prefixes < HP_MPA_PREFIXES && hp_option_next(&r, &o) > 0)
		if (hp_option_prefix_read(&out->prefix[out->prefixes], &o))
			out->prefixes++;
	return 0;
}

static struct hp_writer start_message(uint8_t type, uint16_t identifier, uint8_t flags, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, type);
	hp_write_u8(&w, 0);
	hp_write_u16(&w, 0);
	hp_write_u16(&w, identifier);
	hp_write_u8(&w, flags);
	hp_write_u8(&w, 0);
	return w;
}

static int finish_message(const struct hp_writer *w)
{
	return hp_writer_ok(w) ? (int)hp_writer_len(w) : -ENOSPC;
}

int hp_dhaad_request_write(uint16_t identifier, void *out, size_t room)
{
	const struct hp_writer w = start_message(HP_ICMP6_DHAAD_REQUEST, identifier, 0, out, room);

	return finish_message(&w);
}

int hp_dhaad_reply_write(const struct hp_dhaad_reply *m, void *out, size_t room)
{
	struct hp_writer w = start_message(HP_ICMP6_DHAAD_REPLY, m->identifier, 0, out, room);

	for (unsigned int i = 0; i < m->agents; i++)
		hp_write_ip6(&w, &m->agent[i]);
	return finish_message(&w);
}

int hp_mps_write(uint16_t identifier, void *out, size_t room)
{
	const struct hp_writer w = start_message(HP_ICMP6_MPS, identifier, 0, out, room);

	return finish_message(&w);
}

int hp_mpa_write(const struct hp_mpa *m, void *out, size_t room)
{
	const uint8_t flags = (uint8_t)((m->managed ? FLAG_MANAGED : 0) | (m->other ? FLAG_OTHER : 0));
	struct hp_writer w = start_message(HP_ICMP6_MPA, m->identifier, flags, out, room);

	for (unsigned int i = 0; i < m->prefixes; i++)
		hp_option_prefix_write(&w, &m->prefix[i]);
	return finish_message(&w);
}
