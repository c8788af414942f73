/* SPDX-License-Identifier: BSD-3-Clause */
/* --export-mobile-nodes: those enrolled at run time as JSON lines, with their keys. Not by the API, which tells no key: only who may read the
 * store itself, root, can have them; and the home agent has to be stopped, so that nothing changes meanwhile. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "conf/json.h"
#include "homeport/app.h"

static json_t *key_json(const struct hp_key *k)
{
	char hex[2 * HP_KEY_MOST + 1];
	json_t *j;

	for (unsigned int i = 0; i < k->len; i++)
		snprintf(hex + 2 * i, 3, "%02x", k->octets[i]);
	j = json_pack("{s:I, s:s}", "spi", (json_int_t)k->spi, "key", hex);
	if (k->spi != HP_AAA_SPI) {
		json_object_set_new(
			j, "algorithm",
			json_string(hp_conf_algorithms[k->algorithm == HP_HMAC_SHA1_96 ? HP_CONF_HMAC_SHA1 : HP_CONF_HMAC_SHA256]));
		json_object_set_new(j, "replay", json_string(hp_conf_replays[k->timestamp ? HP_CONF_TIMESTAMP : HP_CONF_SEQUENCE]));
	}
	hp_secret_wipe(hex, sizeof(hex));
	return j;
}

static int print(struct hp_subscriber *r, void *out)
{
	const struct hp_key *const key[] = {&r->key[0], &r->key[1], &r->aaa};
	char hoa[HP_IP6_TEXT], *text;
	json_t *keys, *node;

	if (r->configured)
		return 0;
	keys = json_array();
	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (key[i]->spi)
			json_array_append_new(keys, key_json(key[i]));
	node = json_pack("{s:s, s:s%, s:o, s:b}", "home_address", hp_ip6_text(&r->hoa, hoa), "identity", r->identity,
			 (size_t)r->identity_len, "keys", keys, "suspended", r->suspended);
	text = node ? json_dumps(node, JSON_COMPACT) : NULL;
	json_decref(node);
	if (!text)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	hp_json_free(text);
	return ferror((FILE *)out) ? -EIO : 0;
}

int hp_export(struct hp_app *app, struct hp_error *e)
{
	const struct hp_guard_conf conf = {.method = HP_GUARD_CLOSED};
	int ret;

	prctl(PR_SET_DUMPABLE, 0);
	if (!app->conf->store.path)
		return hp_error_set(e, EINVAL, "store.backend", "found null, want a store: nobody was enrolled at run time");
	ret = hp_guard_create(&app->guard, &conf, hp_app_now(app));
	if (ret)
		return hp_error_set(e, -ret, "", "%s", strerror(-ret));
	/* With what was accepted, so that a key that was retired stays so. */
	ret = hp_store_open(app, e);
	if (!ret) {
		ret = hp_subscribers_each(hp_guard_subscribers(app->guard), print, stdout);
		if (!ret && fflush(stdout))
			ret = -errno;
		if (ret)
			hp_error_set(e, -ret, "", "cannot write: %s", strerror(-ret));
	}
	hp_store_close(app);
	hp_guard_destroy(app->guard);
	app->guard = NULL;
	return ret;
}
