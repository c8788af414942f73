/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "homeport-mn/mn.h"

/* An Ethernet path less the tunnel header: what fits needs no fragments. */
#define TUN_MTU (1500 - MN_TUNNEL_HEADER)

static int fail(struct hp_error *e, int fd, const char *name, const char *what)
{
	int code = errno;

	if (fd >= 0)
		close(fd);
	return hp_error_set(e, code, "homes", "%s: %s: %s", name, what, strerror(code));
}

int mn_tun_open(const char *name, int *fd_out, int *index, struct hp_error *e)
{
	struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), s;

	strncpy(r.ifr_name, name, sizeof(r.ifr_name) - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r))
		return fail(e, fd, name, "virtual interface");
	s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return fail(e, fd, name, "socket");
	r.ifr_mtu = TUN_MTU;
	if (ioctl(s, SIOCSIFMTU, &r) || ioctl(s, SIOCGIFFLAGS, &r) || (r.ifr_flags |= IFF_UP, ioctl(s, SIOCSIFFLAGS, &r)) ||
	    ioctl(s, SIOCGIFINDEX, &r)) {
		close(s);
		return fail(e, fd, name, "bring it up");
	}
	close(s);
	*fd_out = fd;
	*index = r.ifr_ifindex;
	return 0;
}
