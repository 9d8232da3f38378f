/* podman: what the files of this driver share. */
#pragma once

#include "util/defs.h"
#include "util/json.h"

/* Of the outer room and, within it, of each inner one (the script `room`). */
#define SHOP "/run/podtest-podman"

/* ---- rooms.c: a podman of its own for each namespace ---- */

/* The namespace's room, made when there is none and `make` says so: the pid of its first process, or 0. */
pid_t room_of(const char *ns, bool make);
/* Ends everything in the room, and the room. True when there is nothing of it any more. */
bool room_end(const char *ns);
/* A file of what the driver remembers of the namespace, in a directory that is there once the room is made; the caller frees. */
char *room_file(const char *ns, const char *fmt, ...) _printf_(2, 3);

/* What a command came to: its exit status (-1: it could not be run), and what it wrote. */
struct outcome {
	int exit;
	char *out, *err;
};
void outcome_clear(struct outcome *o);
/* Runs a command in the room and waits for it. */
void room_run(pid_t room, char *const *argv, struct outcome *ret);
/* Begins it, with the file `in` to read, and does not wait: NAME.out, NAME.err and at its end NAME.exit appear among the room's files. */
void room_begin(const char *ns, pid_t room, const char *name, const char *in, char *const *argv);

/* GET of podman's own API in the room: JSON or, for what is none, NULL; `text` when wanted takes the body's bytes. */
json_t *room_ask(pid_t room, const char *path);
char *room_read(pid_t room, const char *path, size_t *ret_len);

/* The instant so many seconds from now: podtest gives up a driver that takes more than a minute. */
int64_t room_bound(int seconds);
/* Is there a container of this name? */
bool room_has(pid_t room, const char *container);

char *file_read(const char *path); /* NULL when it is not there */
void file_write(const char *path, const char *text);

/* ---- podman.c: answers ---- */

json_t *answer_ok(void);
/* code: unsupported, invalid, not-found, conflict, internal. */
json_t *answer_fault(const char *code, const char *message);
/* The end of what a command said, which is where podman puts the reason. */
json_t *answer_failure(const char *code, const char *said);

/* ---- play.c: verbs of the protocol ---- */

json_t *do_apply(const json_t *request);
json_t *do_delete(const json_t *request);
json_t *do_reset(const json_t *request);
/* Each object of the namespace that was applied and is not forgotten, of one kind or (NULL) of any; it is borrowed. */
void each_object(const char *ns, const char *kind, void (*fn)(void *userdata, json_t *object),
		 void *userdata);

/* ---- get.c ---- */

json_t *do_get(const json_t *request);

/* ---- status.c ---- */

/* The pod as podman shows it, by its manifest; NULL when podman has none of the name. */
json_t *pod_status(const char *ns, pid_t room, const json_t *manifest, const json_t *containers);
