/* SPDX-License-Identifier: BSD-3-Clause */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

#define SECTOR  512
#define CHANGES 4096

ssize_t __real_pwrite64(int fd, const void *data, size_t len, off_t at);
int __real_ftruncate64(int fd, off_t len);
int __real_fdatasync(int fd);
int __real_fsync(int fd);
int __real_openat64(int dir, const char *name, int flags, ...);
int __real_renameat(int dir, const char *from, int dir2, const char *to);
int __real_unlinkat(int dir, const char *name, int flags);

ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __wrap_openat64(int dir, const char *name, int flags, ...);
int __wrap_renameat(int dir, const char *from, int dir2, const char *to);
int __wrap_unlinkat(int dir, const char *name, int flags);

/* Something that is not synced yet. */
struct change {
	enum { DONE, WRITTEN, CUT, CREATED, RENAMED, UNLINKED } kind;
	int fd; /* of the file, ours; of the directory, theirs */
	ino_t inode;
	off_t at, size; /* size: of the file before */
	size_t len;
	char *old; /* len octets that were there, zeros behind its end */
	char from[64], to[64];
};

static struct {
	enum fault what;
	unsigned int n, more, calls, trashed;
	int code;
	struct hp_random random;
	char trash[96];
	struct change change[CHANGES];
	unsigned int changes;
} plan;

void faults_plan(enum fault what, unsigned int n, unsigned int more, int code, uint64_t seed, const char *trash)
{
	plan.what = what;
	plan.n = n;
	plan.more = more;
	plan.code = code;
	plan.calls = 0;
	plan.changes = 0;
	hp_random_seed(&plan.random, seed);
	snprintf(plan.trash, sizeof(plan.trash), "%s", trash ? trash : "");
}

unsigned int faults_calls(void)
{
	return __atomic_load_n(&plan.calls, __ATOMIC_ACQUIRE);
}

static bool chance(void)
{
	return hp_random_between(&plan.random, 0, 1);
}

static void undo_write(const struct change *c)
{
	for (size_t done = 0; done < c->len; done += SECTOR)
		if (chance())
			(void)!__real_pwrite64(c->fd, c->old + done, c->len - done < SECTOR ? c->len - done : SECTOR, c->at + (off_t)done);
	if (chance())
		(void)!__real_ftruncate64(c->fd,
					  hp_random_between(&plan.random, 0, 3) && c->at + (off_t)c->len > c->size
						  ? hp_random_between(&plan.random, (uint32_t)c->size, (uint32_t)(c->at + (off_t)c->len))
						  : c->size);
}

static void undo(const struct change *c)
{
	switch (c->kind) {
	case WRITTEN:
		undo_write(c);
		break;
	case CUT:
		if (chance())
			(void)!__real_pwrite64(c->fd, c->old, c->len, c->at);
		break;
	case CREATED:
		if (chance())
			(void)__real_unlinkat(c->fd, c->from, 0);
		break;
	case RENAMED:
		if (chance())
			(void)__real_renameat(c->fd, c->to, c->fd, c->from);
		break;
	case UNLINKED:
		if (chance())
			(void)__real_renameat(AT_FDCWD, c->to, c->fd, c->from);
		break;
	case DONE:
		break;
	}
}

static void end(void)
{
	if (plan.what == FAULT_POWER)
		for (unsigned int i = plan.changes; i--;)
			undo(&plan.change[i]);
	_exit(FAULT_STATUS);
}

/* Whether this call fails. `first`: ends before it is carried out; else the caller ends it behind. */
static bool due(bool *now)
{
	unsigned int n = __atomic_add_fetch(&plan.calls, 1, __ATOMIC_ACQ_REL);

	*now = false;
	if (plan.what == FAULT_ERROR && n >= plan.n && n <= plan.n + plan.more) {
		errno = plan.code;
		return true;
	}
	*now = (plan.what == FAULT_KILL || plan.what == FAULT_POWER) && n == plan.n;
	return false;
}

static struct change *note(int kind, int fd)
{
	struct change *c;

	if (plan.what != FAULT_POWER)
		return NULL;
	if (plan.changes == CHANGES)
		abort();
	c = &plan.change[plan.changes++];
	*c = (struct change){.kind = kind, .fd = fd};
	return c;
}

static void note_octets(int kind, int fd, off_t at, size_t len)
{
	struct change *c = note(kind, dup(fd));
	struct stat st;

	if (!c || fstat(fd, &st))
		return;
	c->inode = st.st_ino;
	c->size = st.st_size;
	c->at = at;
	c->len = kind == CUT ? (size_t)(st.st_size - at) : len;
	c->old = calloc(1, c->len + 1);
	(void)!pread(fd, c->old, c->len, at);
}

ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at)
{
	bool now;

	if (due(&now)) {
		/* A full disk takes a part. */
		(void)!__real_pwrite64(fd, data, len / 2, at);
		return -1;
	}
	note_octets(WRITTEN, fd, at, len);
	if (now) {
		(void)!__real_pwrite64(fd, data, hp_random_between(&plan.random, 0, (uint32_t)len), at);
		end();
	}
	return __real_pwrite64(fd, data, len, at);
}

int __wrap_ftruncate64(int fd, off_t len)
{
	struct stat st;
	bool now;
	int ret;

	if (fstat(fd, &st) || st.st_nlink == 0) /* a ring's memory */
		return __real_ftruncate64(fd, len);
	if (due(&now))
		return -1;
	note_octets(CUT, fd, len, 0);
	ret = __real_ftruncate64(fd, len);
	if (now)
		end();
	return ret;
}

static void synced(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		abort();
	for (unsigned int i = 0; i < plan.changes; i++)
		if (plan.change[i].kind <= CUT && plan.change[i].inode == st.st_ino) {
			if (plan.change[i].kind != DONE)
				close(plan.change[i].fd);
			plan.change[i].kind = DONE;
		}
}

int __wrap_fdatasync(int fd)
{
	bool now;

	if (due(&now))
		return -1;
	if (now && chance())
		end();
	synced(fd);
	if (now)
		end();
	return 0;
}

/* lib/store calls this for directories only. */
int __wrap_fsync(int fd)
{
	bool now;

	(void)fd;
	if (due(&now))
		return -1;
	if (now && chance())
		end();
	for (unsigned int i = 0; i < plan.changes; i++)
		if (plan.change[i].kind > CUT)
			plan.change[i].kind = DONE;
	if (now)
		end();
	return 0;
}

int __wrap_openat64(int dir, const char *name, int flags, ...)
{
	struct change *c;
	bool now;
	int fd;

	if (!(flags & O_CREAT))
		return __real_openat64(dir, name, flags);
	if (due(&now))
		return -1;
	c = note(CREATED, dir);
	if (c)
		snprintf(c->from, sizeof(c->from), "%s", name);
	fd = __real_openat64(dir, name, flags, 0600);
	if (now)
		end();
	return fd;
}

int __wrap_renameat(int dir, const char *from, int dir2, const char *to)
{
	struct change *c;
	bool now;
	int ret;

	if (due(&now))
		return -1;
	c = note(RENAMED, dir);
	if (c) {
		snprintf(c->from, sizeof(c->from), "%s", from);
		snprintf(c->to, sizeof(c->to), "%s", to);
	}
	ret = __real_renameat(dir, from, dir2, to);
	if (now)
		end();
	return ret;
}

int __wrap_unlinkat(int dir, const char *name, int flags)
{
	struct change *c;
	bool now;
	int ret;

	if (due(&now))
		return -1;
	c = note(UNLINKED, dir);
	if (c) {
		snprintf(c->from, sizeof(c->from), "%.63s", name);
		snprintf(c->to, sizeof(c->to), "%.40s/%u", plan.trash, plan.trashed++);
		ret = __real_renameat(dir, name, AT_FDCWD, c->to);
		if (ret)
			plan.changes--;
	} else {
		ret = __real_unlinkat(dir, name, flags);
	}
	if (now)
		end();
	return ret;
}
