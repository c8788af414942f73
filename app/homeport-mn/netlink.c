/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's interfaces and addresses, watched by libnl's cache manager (it survives lost messages by itself); addresses, routes
 * and rules of ours, set through the same library. */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/cache.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <stdlib.h>
#include <string.h>

#include "homeport-mn/mn.h"

#define TABLE     4850 /* + number of the home */
#define RULE_MAIN 4849 /* first: packets from a care-of address, or from one that is at home, use the main table */
#define RULE_HOME 4850
#define RULE_ANY  4890 /* last of ours: what has no source yet gets the home address */

struct mn_netlink {
	struct nl_sock *sock; /* for what we set */
	struct nl_cache_mngr *mngr;
	struct nl_cache *links, *addresses;
};

static int number_of(const struct mn *mn, int index)
{
	for (unsigned int i = 0; i < mn->conf.interfaces; i++)
		if (mn->index[i] == index && index)
			return (int)i;
	return -1;
}

static void link_seen(struct mn *mn, struct rtnl_link *l, bool gone)
{
	const char *name = rtnl_link_get_name(l);
	struct nl_addr *ll = rtnl_link_get_addr(l);
	struct hp_mac mac = {{0}};

	if (ll && nl_addr_get_len(ll) == sizeof(mac))
		memcpy(&mac, nl_addr_get_binary_addr(ll), sizeof(mac));
	for (unsigned int i = 0; i < mn->conf.interfaces; i++) {
		unsigned int need = IFF_UP | IFF_RUNNING;

		if (!name || strcmp(name, mn->conf.interface[i].name) != 0)
			continue;
		mn->index[i] = gone ? 0 : rtnl_link_get_ifindex(l);
		hp_node_interface(mn->node, (uint16_t)i, !gone && (rtnl_link_get_flags(l) & need) == need, &mac, mn_now(mn), mn->fx);
	}
}

static void address_seen(struct mn *mn, struct rtnl_addr *a, bool gone)
{
	struct nl_addr *local = rtnl_addr_get_local(a);
	unsigned int flags = rtnl_addr_get_flags(a);
	int i = number_of(mn, rtnl_addr_get_ifindex(a));
	struct hp_ip6 address;

	if (i < 0 || !local || nl_addr_get_family(local) != AF_INET6 || nl_addr_get_len(local) != sizeof(address))
		return;
	memcpy(&address, nl_addr_get_binary_addr(local), sizeof(address));
	hp_node_address(mn->node, (uint16_t)i, &address, !(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)), gone,
			mn_now(mn), mn->fx);
}

/* An interface that comes up may have its addresses before its carrier: they are told again. */
static void addresses_again(struct mn *mn)
{
	for (struct nl_object *o = nl_cache_get_first(mn->netlink->addresses); o; o = nl_cache_get_next(o))
		address_seen(mn, (struct rtnl_addr *)o, false);
}

static void link_changed(struct nl_cache *cache, struct nl_object *o, int action, void *ctx)
{
	struct mn *mn = ctx;

	(void)cache;
	link_seen(mn, (struct rtnl_link *)o, action == NL_ACT_DEL);
	if (mn->netlink && mn->netlink->addresses)
		addresses_again(mn);
}

static void address_changed(struct nl_cache *cache, struct nl_object *o, int action, void *ctx)
{
	(void)cache;
	address_seen(ctx, (struct rtnl_addr *)o, action == NL_ACT_DEL);
}

bool mn_kernel_has(const struct mn *mn, const struct hp_ip6 *address)
{
	for (struct nl_object *o = nl_cache_get_first(mn->netlink->addresses); o; o = nl_cache_get_next(o)) {
		const struct nl_addr *a = rtnl_addr_get_local((struct rtnl_addr *)o);

		if (a && nl_addr_get_len(a) == sizeof(*address) && memcmp(nl_addr_get_binary_addr(a), address, sizeof(*address)) == 0)
			return true;
	}
	return false;
}

int mn_netlink_create(struct mn *mn, struct hp_error *e)
{
	struct mn_netlink *n = calloc(1, sizeof(*n));
	int ret;

	if (!n)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	mn->netlink = n;
	n->sock = nl_socket_alloc();
	ret = n->sock ? nl_connect(n->sock, NETLINK_ROUTE) : -NLE_NOMEM;
	ret = ret ? ret : nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, NL_AUTO_PROVIDE, &n->mngr);
	ret = ret ? ret : nl_cache_mngr_add(n->mngr, "route/link", link_changed, mn, &n->links);
	ret = ret ? ret : nl_cache_mngr_add(n->mngr, "route/addr", address_changed, mn, &n->addresses);
	if (ret) {
		mn_netlink_destroy(mn);
		return hp_error_set(e, EIO, "", "netlink: %s", nl_geterror(ret));
	}
	for (struct nl_object *o = nl_cache_get_first(n->links); o; o = nl_cache_get_next(o))
		link_seen(mn, (struct rtnl_link *)o, false);
	addresses_again(mn);
	return 0;
}

void mn_netlink_destroy(struct mn *mn)
{
	if (!mn->netlink)
		return;
	nl_cache_mngr_free(mn->netlink->mngr);
	nl_socket_free(mn->netlink->sock);
	free(mn->netlink);
	mn->netlink = NULL;
}

int mn_netlink_fd(const struct mn *mn)
{
	return nl_cache_mngr_get_fd(mn->netlink->mngr);
}

void mn_netlink_read(struct mn *mn)
{
	nl_cache_mngr_data_ready(mn->netlink->mngr);
}

static struct nl_addr *host(const struct hp_ip6 *a)
{
	struct nl_addr *n = nl_addr_build(AF_INET6, a->b, sizeof(a->b));

	if (n)
		nl_addr_set_prefixlen(n, 128);
	return n;
}

/* What is there already, or gone already, is as wanted. */
static int settled(int ret, bool on)
{
	return (on && ret == -NLE_EXIST) || (!on && (ret == -NLE_OBJ_NOTFOUND || ret == -NLE_NOADDR)) ? 0 : ret;
}

int mn_kernel_address(struct mn *mn, int index, const struct hp_ip6 *hoa, bool on, bool untested)
{
	struct rtnl_addr *a = rtnl_addr_alloc();
	struct nl_addr *local = host(hoa);
	int ret = -NLE_NOMEM;

	if (a && local) {
		rtnl_addr_set_ifindex(a, index);
		rtnl_addr_set_flags(a, (untested ? 0 : IFA_F_NODAD) | IFA_F_NOPREFIXROUTE);
		ret = rtnl_addr_set_local(a, local);
		if (!ret)
			ret = settled(on ? rtnl_addr_add(mn->netlink->sock, a, NLM_F_REPLACE) : rtnl_addr_delete(mn->netlink->sock, a, 0),
				      on);
	}
	nl_addr_put(local);
	rtnl_addr_put(a);
	if (ret)
		hp_error("home address on interface %d: %s", index, nl_geterror(ret));
	return ret ? -EIO : 0;
}

static int rule(struct mn *mn, const struct hp_ip6 *from, uint32_t priority, uint32_t table, bool on)
{
	struct rtnl_rule *r = rtnl_rule_alloc();
	struct nl_addr *src = from ? host(from) : NULL;
	int ret = -NLE_NOMEM;

	if (r && (src || !from)) {
		rtnl_rule_set_family(r, AF_INET6);
		rtnl_rule_set_prio(r, priority);
		rtnl_rule_set_table(r, table);
		rtnl_rule_set_action(r, FR_ACT_TO_TBL);
		if (src)
			rtnl_rule_set_src(r, src);
		ret = settled(on ? rtnl_rule_add(mn->netlink->sock, r, NLM_F_EXCL) : rtnl_rule_delete(mn->netlink->sock, r, 0), on);
	}
	nl_addr_put(src);
	rtnl_rule_put(r);
	if (ret)
		hp_error("routing rule %u: %s", priority, nl_geterror(ret));
	return ret ? -EIO : 0;
}

static int default_route(struct mn *mn, unsigned int home)
{
	struct rtnl_route *r = rtnl_route_alloc();
	struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
	struct nl_addr *any = nl_addr_build(AF_INET6, HP_IP6_ANY.b, 16), *src = host(&mn->home[home].hoa);
	int ret = -NLE_NOMEM;

	if (r && nh && any && src) {
		nl_addr_set_prefixlen(any, 0);
		rtnl_route_set_family(r, AF_INET6);
		rtnl_route_set_table(r, TABLE + home);
		rtnl_route_set_dst(r, any);
		rtnl_route_set_pref_src(r, src);
		rtnl_route_nh_set_ifindex(nh, mn->home[home].tun_index);
		rtnl_route_add_nexthop(r, nh);
		nh = NULL;
		ret = rtnl_route_add(mn->netlink->sock, r, NLM_F_CREATE | NLM_F_REPLACE);
	}
	if (nh)
		rtnl_route_nh_free(nh);
	nl_addr_put(any);
	nl_addr_put(src);
	rtnl_route_put(r);
	if (ret)
		hp_error("route through %s: %s", mn->conf.home[home].virtual_interface, nl_geterror(ret));
	return ret ? -EIO : 0;
}

int mn_kernel_route(struct mn *mn, unsigned int home, enum mn_route route)
{
	struct mn_home *h = &mn->home[home];
	const bool own = route != MN_ROUTE_NONE, any = route == MN_ROUTE_TUNNEL && home == 0;
	int ret = own ? default_route(mn, home) : 0;

	if (!ret && h->rule != own)
		ret = rule(mn, &h->hoa, RULE_HOME, TABLE + home, own);
	if (!ret && h->rule_any != any)
		ret = rule(mn, NULL, RULE_ANY, TABLE, any);
	h->rule = own;
	h->rule_any = any;
	return ret;
}

int mn_kernel_main(struct mn *mn, const struct hp_ip6 *address, bool on)
{
	return rule(mn, address, RULE_MAIN, RT_TABLE_MAIN, on);
}

void mn_kernel_clean(struct mn *mn)
{
	struct nl_cache *rules;

	if (rtnl_rule_alloc_cache(mn->netlink->sock, AF_INET6, &rules))
		return;
	for (struct nl_object *o = nl_cache_get_first(rules); o; o = nl_cache_get_next(o)) {
		uint32_t priority = rtnl_rule_get_prio((struct rtnl_rule *)o);

		if (priority >= RULE_MAIN && priority <= RULE_ANY)
			rtnl_rule_delete(mn->netlink->sock, (struct rtnl_rule *)o, 0);
	}
	nl_cache_free(rules);
}
