/*
 * static_pods: the pods of manifest files on the node, and their mirrors in the API.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "kubelet/node.h"

struct store_event;
struct static_pods;

/* Watches dir, which must exist. */
int static_pods_new(struct kubelet *k, const char *dir, struct static_pods **ret, struct error *err);
struct static_pods *static_pods_free(struct static_pods *s); /* takes NULL, returns NULL */

/*
 * Before the first worker is made: takes the mirrors out of pods (the list of what is bound here) and puts in the pods of the files,
 * with the status that the mirror shows. s may be NULL.
 */
void static_pods_join(struct static_pods *s, json_t *pods);

/* True: the event is about a mirror and has been dealt with. s may be NULL: then mirrors are leftovers, and go. */
bool static_pods_take(struct static_pods *s, struct kubelet *k, const struct store_event *event);

/* The mirror of the static pod with this uid, to write its status to; NULL: there is none now. Borrowed. */
json_t *static_pods_mirror(const struct static_pods *s, const char *uid);
bool static_pods_has(const struct static_pods *s,
		     const char *uid); /* it runs, or did until its end */
/* The mirror was written. */
void static_pods_note(struct static_pods *s, const char *uid, json_t *mirror);
/* The pod, whose file is gone, has ended: so goes its mirror. */
void static_pods_ended(struct static_pods *s, const char *uid);
