/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening. Twice through all files: where is the newest record of each name, then these to the caller. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/newest.h"
#include "store/scan.h"
#include "store/state.h"

static int fail(const struct hp_journal *j, const char *what, int code, struct hp_error *e)
{
	return hp_error_set(e, code, "store.path", "%s %s: %s", what, j->directory_name, strerror(code));
}

static int damaged(const struct hp_journal *j, const struct hp_generation *g, uint64_t at, const char *how, struct hp_error *e)
{
	char name[HP_GENERATION_NAME];

	return hp_error_set(e, EBADMSG, "store.path",
			    "%s/%s: damaged at octet %llu: %s; put back a copy, or move the directory away to begin anew",
			    j->directory_name, hp_generation_name(name, g->number, false), (unsigned long long)at, how);
}

/* The parent as well, as /var/lib/homeport; what else is missing shows at open. */
static void make_folders(const char *path)
{
	char copy[PATH_MAX];

	if (strlen(path) >= sizeof(copy))
		return;
	strcpy(copy, path);
	(void)mkdir(dirname(copy), 0700);
	(void)mkdir(path, 0700);
}

static int take_directory(struct hp_journal *j, struct hp_error *e)
{
	struct stat st;

	make_folders(j->directory_name);
	j->directory = open(j->directory_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->directory < 0 || fstat(j->directory, &st))
		return fail(j, "cannot open", errno, e);
	if (st.st_mode & 077 || st.st_uid != geteuid())
		return hp_error_set(e, EPERM, "store.path",
				    "found %s with mode %04o of user %u, want mode 0700 of user %u: there are keys inside",
				    j->directory_name, st.st_mode & 07777, st.st_uid, geteuid());
	if (flock(j->directory, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? hp_error_set(e, EBUSY, "store.path",
							   "found another program using %s, want a directory of our own", j->directory_name)
					    : fail(j, "cannot lock", errno, e);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct hp_generation *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static int list(struct hp_journal *j)
{
	int fd = openat(j->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!d) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while (!ret && (entry = readdir(d))) {
		struct hp_generation g = {.fd = -1};
		bool unfinished;

		if (!hp_generation_number(entry->d_name, &g.number, &unfinished))
			continue;
		if (unfinished)
			(void)unlinkat(j->directory, entry->d_name, 0); /* a base that a crash left */
		else
			ret = hp_generations_add(&j->all, &g);
	}
	closedir(d);
	if (j->all.count)
		qsort(j->all.of, j->all.count, sizeof(*j->all.of), by_number);
	return ret;
}

static int open_one(struct hp_journal *j, size_t i, struct hp_error *e)
{
	struct hp_generation *g = &j->all.of[i];
	char name[HP_GENERATION_NAME];
	int ret = hp_generation_open(g, j->directory);

	hp_generation_name(name, g->number, false);
	if (ret == -EPERM)
		return hp_error_set(e, EPERM, "store.path", "%s/%s: readable by others, want a file of mode 0600: there are keys inside",
				    j->directory_name, name);
	if (ret == -EBADMSG) {
		/* The newest one, of which a crash left no more than a part of its header: begun once more. */
		if (i + 1 < j->all.count || g->end > HP_GENERATION_HEADER)
			return damaged(j, g, 0, "this is no header of a journal", e);
		g->previous = i ? g[-1].number : 0;
		g->stamp = 0; /* of those before: set when they were read */
		g->end = 0;
		ret = 0;
	}
	return ret ? hp_error_set(e, -ret, "store.path", "%s/%s: %s", j->directory_name, name, strerror(-ret)) : 0;
}

static bool is_there(const struct hp_journal *j, uint64_t number)
{
	for (size_t i = 0; i < j->all.count; i++)
		if (j->all.of[i].number == number)
			return true;
	return false;
}

/* How many generations the newest base replaces; behind it none may be missing. */
static int check_chain(const struct hp_journal *j, size_t *obsolete, struct hp_error *e)
{
	uint64_t base = 0;

	*obsolete = 0;
	for (size_t i = 0; i < j->all.count; i++)
		if (j->all.of[i].base) {
			base = j->all.of[i].number;
			*obsolete = i;
		}
	for (size_t i = *obsolete; i < j->all.count; i++)
		if (j->all.of[i].previous > base && !is_there(j, j->all.of[i].previous))
			return damaged(j, &j->all.of[i], 0, "the file before it is missing", e);
	return 0;
}

/* What follows in this generation was never whole, unless something tells that it was. */
static int cut(struct hp_journal *j, struct hp_scan *s, uint64_t stamp, struct hp_error *e)
{
	struct hp_generation *g = &j->all.of[s->i];
	const uint64_t at = s->at;
	int ret = g->base;

	/* Appending goes on elsewhere only when all is synced. */
	for (size_t i = s->i + 1; i < j->all.count && !ret; i++)
		ret = j->all.of[i].end > HP_GENERATION_HEADER;
	ret = ret ? ret : hp_scan_damaged(s, stamp);
	if (ret > 0)
		return damaged(j, g, at, "a record that was whole once is not any more", e);
	if (ret || ftruncate(g->fd, (off_t)at) || fdatasync(g->fd))
		return fail(j, "cannot cut a torn write from", ret ? -ret : errno, e);
	hp_state_add(j, HP_ST_CUT, g->end - at);
	g->end = at;
	hp_scan_skip(s);
	return 0;
}

/* The first way through: all records are whole, the index knows the newest. */
static int survey(struct hp_journal *j, size_t first, struct hp_scan *s, struct hp_newest *x, struct hp_error *e)
{
	uint64_t stamp = j->all.count ? j->all.of[first].stamp : 0;
	struct hp_record r;
	ssize_t size;

	hp_scan_begin(s, &j->all, j->all.count);
	while ((size = hp_scan_next(s, &r))) {
		int ret = 0;

		if (size == -EBADMSG) {
			ret = cut(j, s, stamp, e);
		} else if (size < 0) {
			ret = fail(j, "cannot read", (int)-size, e);
		} else if (!j->all.of[s->i].base && r.stamp <= stamp) {
			ret = damaged(j, &j->all.of[s->i], s->at - (uint64_t)size, "a record is older than the one before it", e);
		} else {
			stamp = r.stamp > stamp ? r.stamp : stamp;
			j->all.of[s->i].records++;
			if (hp_newest_set(x, r.name, 1u + r.key_len, s->position))
				ret = hp_error_set(e, ENOMEM, "", "out of memory");
		}
		if (ret)
			return ret;
	}
	j->durable = stamp;
	j->next = stamp + 1;
	return 0;
}

static int give(struct hp_journal *j, struct hp_scan *s, const struct hp_newest *x, const struct hp_journal_conf *conf, struct hp_error *e)
{
	struct hp_record r;
	ssize_t size;

	hp_scan_begin(s, &j->all, j->all.count);
	s->again = true;
	while ((size = hp_scan_next(s, &r)) > 0) {
		int ret;

		if (!r.value_len || !hp_newest_is(x, r.name, 1u + r.key_len, s->position))
			continue;
		j->records++;
		j->compact_above += (uint64_t)size * HP_STORE_GROWTH;
		ret = conf->each(conf->ctx, r.kind, r.name + 1, r.key_len, r.value, r.value_len);
		if (ret)
			return hp_error_set(e, -ret, "store.path", "%s: record %llu is not understood: %s", j->directory_name,
					    (unsigned long long)r.stamp, strerror(-ret));
	}
	return size < 0 ? fail(j, "cannot read", (int)-size, e) : 0;
}

static void remove_obsolete(struct hp_journal *j, size_t n)
{
	char name[HP_GENERATION_NAME];

	for (size_t i = 0; i < n; i++) {
		hp_generation_close(&j->all.of[i]);
		(void)unlinkat(j->directory, hp_generation_name(name, j->all.of[i].number, false), 0);
	}
	hp_generations_drop(&j->all, n);
}

/* What is appended to: the last one, if it is not a base. */
static int go_on(struct hp_journal *j, struct hp_error *e)
{
	struct hp_generation *last = j->all.count ? &j->all.of[j->all.count - 1] : NULL;
	int ret;

	j->following = last ? last->number + 1 : 1;
	if (last && !last->end) {
		last->stamp = j->durable;
		last->end = HP_GENERATION_HEADER;
		ret = hp_generation_header(last);
	} else {
		ret = !last || last->base ? hp_writer_turn(j) : 0;
	}
	return ret ? fail(j, "cannot write to", -ret, e) : 0;
}

int hp_load(struct hp_journal *j, const struct hp_journal_conf *conf, struct hp_error *e)
{
	struct hp_scan scan = {0};
	struct hp_newest *x = NULL;
	size_t obsolete = 0;
	int ret = take_directory(j, e);

	if (!ret && (ret = list(j)))
		ret = fail(j, "cannot read", -ret, e);
	for (size_t i = 0; i < j->all.count && !ret; i++)
		ret = open_one(j, i, e);
	ret = ret ? ret : check_chain(j, &obsolete, e);
	if (ret)
		return ret;
	/* Of what the base replaces nothing is read; it goes when the rest has shown to be good. */
	for (size_t i = 0; i < obsolete; i++)
		j->all.of[i].end = 0;
	if (hp_scan_create(&scan) || hp_newest_create(&x, 0))
		ret = hp_error_set(e, ENOMEM, "", "out of memory");
	ret = ret ? ret : survey(j, obsolete, &scan, x, e);
	ret = ret ? ret : give(j, &scan, x, conf, e);
	if (!ret)
		remove_obsolete(j, obsolete);
	ret = ret ? ret : go_on(j, e);
	hp_newest_destroy(x);
	hp_scan_destroy(&scan);
	return ret;
}
