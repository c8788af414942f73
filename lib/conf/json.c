/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/json.h"

#include <errno.h>
#include <string.h>

#include "base/vault.h"

void hp_json_hide(void)
{
	json_set_alloc_funcs(hp_vault_alloc, hp_vault_free);
}

json_t *hp_json_read(const char *text, size_t len, struct hp_error *e)
{
	json_error_t why;
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	const char *near;

	if (json)
		return json;
	/* Behind "near" comes the text itself, which may be a key. */
	near = strstr(why.text, " near '");
	hp_error_set(e, EINVAL, "", "line %d, column %d: found no JSON, want one object: %.*s", why.line, why.column,
		     near ? (int)(near - why.text) : (int)strlen(why.text), why.text);
	return NULL;
}

void hp_json_free(char *text)
{
	json_free_t give_back;

	json_get_alloc_funcs(NULL, &give_back);
	give_back(text);
}
