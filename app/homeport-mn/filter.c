/* SPDX-License-Identifier: BSD-3-Clause */
/* A kernel without Mobile IPv6 answers its packets with errors: type 2 routing headers and Mobility Headers to this host are kept from it (our
 * capture sees them before; what it forwards is none of ours), and so is what it would say about tunnel packets that our socket takes. */
#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>

#include "homeport-mn/mn.h"

static int command(const char *text, char *why, size_t room)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int ret;

	if (!nft)
		return -ENOMEM;
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	ret = nft_run_cmd_from_buffer(nft, text);
	snprintf(why, room, "%s", ret ? nft_ctx_get_error_buffer(nft) : "");
	nft_ctx_free(nft);
	return ret ? -EIO : 0;
}

/* One table an instance, named after its first virtual interface: two nodes in one namespace do not meet. */
static void table_name(const struct mn *mn, char *out, size_t room)
{
	snprintf(out, room, "homeport_%s", mn->conf.home[0].virtual_interface);
	for (char *p = out; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *p))
			*p = '_';
}

int mn_filter_create(struct mn *mn, struct hp_error *e)
{
	char text[1024], name[64], why[256];

	table_name(mn, name, sizeof(name));
	/* Added, deleted, added: what an instance that was killed has left is gone. */
	snprintf(text, sizeof(text),
		 "add table ip6 %s\n"
		 "delete table ip6 %s\n"
		 "add table ip6 %s\n"
		 "add chain ip6 %s in { type filter hook input priority -350; }\n"
		 "add rule ip6 %s in rt type 2 drop\n"
		 "add rule ip6 %s in meta l4proto 135 drop\n"
		 "add chain ip6 %s out { type filter hook output priority 0; }\n"
		 "add rule ip6 %s out icmpv6 type { destination-unreachable, parameter-problem } @th,112,8 { 41, 43, 50, 135 } drop\n",
		 name, name, name, name, name, name, name, name);
	if (command(text, why, sizeof(why)))
		return hp_error_set(e, EIO, "", "nftables: %s", why);
	mn->filter = true;
	return 0;
}

void mn_filter_destroy(const struct mn *mn)
{
	char text[128], name[64], why[256];

	/* One that did not get as far must not take another instance's away. */
	if (!mn->filter)
		return;
	table_name(mn, name, sizeof(name));
	snprintf(text, sizeof(text), "delete table ip6 %s\n", name);
	(void)command(text, why, sizeof(why));
}
