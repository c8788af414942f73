/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_CTL_CTL_H
#define HP_CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CTL_USAGE 2

struct ctl {
	const char *socket;
	bool json, watch;
	json_t *wish; /* options of enrol and rekey, as the API takes them */
};

/* request.c: the answer's JSON (NULL: none or failed, told on stderr). 0 or 1. */
int ctl_request(const struct ctl *c, const char *method, const char *path, json_t **out);
int ctl_send(const struct ctl *c, const char *method, const char *path, const json_t *body, json_t **out); /* body NULL: none */
/* Every line of a stream of server-sent events, until it ends. */
int ctl_stream(const struct ctl *c, const char *path, void (*line)(const char *text, void *ctx), void *ctx);
/* The pages of a list joined to one array of `member`. */
int ctl_pages(const struct ctl *c, const char *path, const char *member, json_t **out);

/* table.c: aligned columns of an array of objects. A cell is a member by its name; "a.b" goes inside. */
struct ctl_column {
	const char *title, *member;
};
void ctl_table(const json_t *rows, const struct ctl_column *columns, size_t n);
void ctl_print(const json_t *json);

/* code.c: a QR code for people, if standard output is a terminal. */
void ctl_code_show(const char *text);

/* nodes.c */
int ctl_mobile_nodes(struct ctl *c, int argc, char **argv);

/* verbs.c */
int ctl_status(struct ctl *c, int argc, char **argv);
int ctl_stats(struct ctl *c, int argc, char **argv);
int ctl_bindings(struct ctl *c, int argc, char **argv);
int ctl_associations(struct ctl *c, int argc, char **argv);
int ctl_correspondents(struct ctl *c, int argc, char **argv);
int ctl_neighbors(struct ctl *c, int argc, char **argv);
int ctl_routes(struct ctl *c, int argc, char **argv);
int ctl_home_agents(struct ctl *c, int argc, char **argv);
int ctl_events(struct ctl *c, int argc, char **argv);
int ctl_reload(struct ctl *c, int argc, char **argv);

#endif
