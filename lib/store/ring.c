/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int hp_ring_create(struct hp_ring *r, size_t size)
{
	int fd = memfd_create("homeport-journal", MFD_CLOEXEC), code;
	uint8_t *p = MAP_FAILED;

	*r = (struct hp_ring){.size = size};
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size) == 0)
		p = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		goto fail;
	r->data = p;
	for (int i = 0; i < 2; i++)
		if (mmap(p + (size_t)i * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
			goto fail;
	if (madvise(p, 2 * size, MADV_DONTDUMP))
		goto fail;
	close(fd);
	return 0;
fail:
	code = errno;
	close(fd);
	if (r->data)
		munmap(r->data, 2 * size);
	r->data = NULL;
	return -code;
}

void hp_ring_destroy(struct hp_ring *r)
{
	if (!r->data)
		return;
	explicit_bzero(r->data, r->size);
	munmap(r->data, 2 * r->size);
	r->data = NULL;
}

uint8_t *hp_ring_reserve(const struct hp_ring *r, size_t len)
{
	const uint64_t tail = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE);

	return r->size - (r->head - tail) < len ? NULL : r->data + (r->head & (r->size - 1));
}

void hp_ring_commit(struct hp_ring *r, size_t len)
{
	/* Sequentially consistent: the writer then looks whether the reader sleeps. */
	__atomic_store_n(&r->head, r->head + len, __ATOMIC_SEQ_CST);
}

size_t hp_ring_read(const struct hp_ring *r, uint8_t **data)
{
	*data = r->data + (r->tail & (r->size - 1));
	return (size_t)(__atomic_load_n(&r->head, __ATOMIC_SEQ_CST) - r->tail);
}

void hp_ring_release(struct hp_ring *r, size_t len)
{
	explicit_bzero(r->data + (r->tail & (r->size - 1)), len);
	__atomic_store_n(&r->tail, r->tail + len, __ATOMIC_RELEASE);
}

size_t hp_ring_used(const struct hp_ring *r)
{
	const uint64_t tail = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE);

	return (size_t)(__atomic_load_n(&r->head, __ATOMIC_ACQUIRE) - tail);
}
