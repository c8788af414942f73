/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vault.h"

#define LEAST 65536

/* Asks for one octet more than there should be: its absence is the end. */
static int read_all(struct hp_text *t, int fd, size_t room, size_t most, struct hp_error *e)
{
	for (;;) {
		char *grown = t->len <= most ? hp_vault_grow(t->data, room) : NULL;
		ssize_t n;

		if (!grown)
			return hp_error_set(e, EFBIG, "", "is too large");
		t->data = grown;
		n = read(fd, t->data + t->len, room - t->len);
		if (n < 0 && errno != EINTR)
			return hp_error_set(e, errno, "", "cannot be read: %s", strerror(errno));
		if (n == 0) {
			t->data[t->len] = '\0';
			return 0;
		}
		t->len += n > 0 ? (size_t)n : 0;
		if (t->len == room)
			room *= 2;
	}
}

int hp_text_load(struct hp_text *out, const char *file, size_t most, struct hp_error *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), ret;
	struct stat s;

	*out = (struct hp_text){0};
	if (fd < 0 || fstat(fd, &s)) {
		ret = hp_error_set(e, errno, "", "cannot be read: %s", strerror(errno));
	} else {
		out->mode = s.st_mode;
		out->owner = s.st_uid;
		ret = read_all(out, fd, s.st_size > 0 && (size_t)s.st_size <= most ? (size_t)s.st_size + 1 : LEAST, most, e);
	}
	if (fd >= 0)
		close(fd);
	if (ret)
		hp_text_free(out);
	return ret;
}

void hp_text_free(struct hp_text *t)
{
	hp_vault_free(t->data);
	*t = (struct hp_text){0};
}

int hp_text_private(const struct hp_text *t, struct hp_error *e)
{
	if (t->mode & (S_IRWXG | S_IRWXO))
		return hp_error_set(e, EPERM, "", "holds keys and has mode %04o, want 0600", (unsigned int)(t->mode & 07777));
	if (t->owner != 0 && t->owner != geteuid())
		return hp_error_set(e, EPERM, "", "holds keys and belongs to user %u, want root or user %u", (unsigned int)t->owner,
				    (unsigned int)geteuid());
	return 0;
}
