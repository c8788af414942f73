/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "dataplane/counters.h"
#include "homeport/app.h"

/* A counter of packets policed. */
struct hp_policed {
	uint64_t dropped;  /* as last told */
	uint64_t quiet_ms; /* until then, mono_ms */
};

#define HOUSEKEEPING_MS  10   /* retired entries freed, link state, heartbeats */
#define PUNT_BATCH       256  /* punted packets between two looks at everything else */
#define USED_BATCH       1024 /* neighbours asked for in one housekeeping */
#define POLICED_LOOK_MS  1000
#define POLICED_AGAIN_MS 60000 /* a flood goes on: told so often */
#define SPIN_LOOKS       256   /* idle: poll: turns between two looks at the descriptors */

struct hp_now hp_app_now(const struct hp_app *app)
{
	struct timespec mono, wall;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct hp_now){
		.mono_ms = ((uint64_t)mono.tv_sec * 1000000000u + (uint64_t)mono.tv_nsec - app->start_ns) / 1000000u,
		.wall_ms = (uint64_t)wall.tv_sec * 1000u + (uint64_t)wall.tv_nsec / 1000000u,
	};
}

static int watch(struct hp_app *app, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(app->epoll_fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

int hp_loop_create(struct hp_app *app, struct hp_error *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	app->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	app->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	app->stalled = calloc(app->conf->runtime.worker_cores, sizeof(*app->stalled));
	app->policed = calloc(HP_DP_COUNT, sizeof(*app->policed));
	if (app->epoll_fd < 0 || app->signal_fd < 0 || !app->stalled || !app->policed || watch(app, app->signal_fd) ||
	    watch(app, hp_dataplane_fd(app->dp)) || watch(app, hp_api_fd(app->api)) || (app->store && watch(app, hp_store_fd(app)))) {
		int code = errno;

		hp_loop_destroy(app);
		return hp_error_set(e, code, "", "event loop: %s", strerror(code));
	}
	return 0;
}

void hp_loop_destroy(struct hp_app *app)
{
	if (app->epoll_fd >= 0)
		close(app->epoll_fd);
	if (app->signal_fd >= 0)
		close(app->signal_fd);
	free(app->stalled);
	free(app->policed);
	app->epoll_fd = app->signal_fd = -1;
	app->stalled = NULL;
	app->policed = NULL;
}

static void take_signals(struct hp_app *app)
{
	struct signalfd_siginfo si;

	while (read(app->signal_fd, &si, sizeof(si)) == sizeof(si)) {
		struct hp_error e = {0};

		if (si.ssi_signo != SIGHUP) {
			hp_info("stopping: %s", strsignal((int)si.ssi_signo));
			app->stop = true;
		} else {
			hp_reload(app, &e);
		}
	}
}

static void look_at_ports(struct hp_app *app)
{
	bool up;

	for (unsigned int port = 0; port < app->conf->ports; port++) {
		if (!hp_dataplane_port_changed(app->dp, port, &up))
			continue;
		hp_effects_event(app->fx, up ? HP_EVENT_PORT_UP : HP_EVENT_PORT_DOWN, NULL, NULL, HP_LINK_ANY, (uint16_t)port);
		for (unsigned int link = 0; link < app->conf->links; link++)
			if (app->conf->link[link].port == (int)port)
				hp_control_carrier(app->control, (uint16_t)link, up, hp_app_now(app), app->fx);
	}
}

static void look_at_workers(struct hp_app *app)
{
	for (unsigned int i = 0; i < app->conf->runtime.worker_cores; i++) {
		struct hp_dp_worker_status w;

		hp_dataplane_worker(app->dp, i, &w);
		if (w.stalled && !app->stalled[i])
			hp_effects_event(app->fx, HP_EVENT_WORKER_STALLED, NULL, NULL, HP_LINK_ANY, (uint16_t)i);
		app->stalled[i] = w.stalled;
	}
}

/* Classes that strangers overdo: an operator wants to know which, not how often within the minute. */
static void look_at_policers(struct hp_app *app, uint64_t now_ms)
{
	static const char policed[] = "drop.policed_";
	uint64_t v[HP_DP_COUNT];

	if (now_ms < app->policed_look_ms)
		return;
	app->policed_look_ms = now_ms + POLICED_LOOK_MS;
	app->now = hp_app_now(app);
	hp_dataplane_count(app->dp, -1, v);
	for (unsigned int i = 0; i < HP_DP_COUNT; i++) {
		struct hp_policed *p = &app->policed[i];

		if (v[i] == p->dropped || now_ms < p->quiet_ms || strncmp(hp_dp_counters[i].name, policed, sizeof(policed) - 1) != 0)
			continue;
		hp_event_policed(app, hp_dp_counters[i].name + sizeof(policed) - 1, v[i] - p->dropped);
		*p = (struct hp_policed){.dropped = v[i], .quiet_ms = now_ms + POLICED_AGAIN_MS};
	}
}

static void used(void *ctx, uint16_t link, const struct hp_ip6 *address)
{
	struct hp_app *app = ctx;

	hp_control_used(app->control, link, address, hp_app_now(app), app->fx);
}

static void keep_house(struct hp_app *app, uint64_t now_ms)
{
	app->housekeeping_ms = now_ms + HOUSEKEEPING_MS;
	hp_dataplane_tick(app->dp, now_ms);
	look_at_ports(app);
	look_at_workers(app);
	look_at_policers(app, now_ms);
	hp_dataplane_used(app->dp, USED_BATCH, used, app);
	hp_carry_out(app);
}

/* Milliseconds until something is due, at most. */
static int wait_ms(const struct hp_app *app, uint64_t now_ms)
{
	uint64_t next = hp_control_next(app->control), wait;
	int api = hp_api_timeout_ms(app->api);

	if (app->housekeeping_ms < next)
		next = app->housekeeping_ms;
	wait = next > now_ms ? next - now_ms : 0;
	if (api >= 0 && (uint64_t)api < wait)
		wait = (uint64_t)api;
	return wait > HOUSEKEEPING_MS ? HOUSEKEEPING_MS : (int)wait;
}

static void look_at_descriptors(struct hp_app *app, int timeout_ms)
{
	struct epoll_event ev[8];
	/* EINTR is ordinary: the tap driver raises SIGIO thousands of times a second. */
	int n = epoll_wait(app->epoll_fd, ev, 8, timeout_ms);
	bool api = hp_api_timeout_ms(app->api) == 0;
	uint64_t told;

	for (int i = 0; i < n; i++) {
		api = api || ev[i].data.fd == hp_api_fd(app->api);
		if (ev[i].data.fd == app->signal_fd)
			take_signals(app);
		if (ev[i].data.fd == hp_store_fd(app) && read(ev[i].data.fd, &told, sizeof(told)) < 0)
			continue; /* the next turn looks anyway */
	}
	if (api) {
		hp_api_run(app->api);
		hp_carry_out(app);
	}
}

unsigned int hp_loop_turn(struct hp_app *app)
{
	const bool sleep = app->conf->runtime.sleep;
	unsigned int n = hp_dataplane_poll(app->dp, PUNT_BATCH, hp_carry_in, app);
	struct hp_now now;

	hp_carry_out(app);
	hp_store_turn(app);
	now = hp_app_now(app);
	if (hp_control_next(app->control) <= now.mono_ms) {
		hp_control_tick(app->control, now, app->fx);
		hp_carry_out(app);
	}
	if (app->housekeeping_ms <= now.mono_ms)
		keep_house(app, now.mono_ms);
	app->loops++;
	app->busy_loops += n > 0;
	if (sleep && n == 0 && hp_dataplane_sleep(app->dp)) {
		look_at_descriptors(app, wait_ms(app, now.mono_ms));
	} else if (sleep || ++app->spins >= SPIN_LOOKS) {
		look_at_descriptors(app, 0);
		app->spins = 0;
	}
	return n;
}

void hp_loop_run(struct hp_app *app)
{
	while (!app->stop)
		hp_loop_turn(app);
}
