/* request: one generic request to a subject, and one generic reply. Strings and trees are borrowed for the call. */
#pragma once

#include <limits.h>

#include "util/defs.h"

enum verb {
	VERB_CREATE_NAMESPACE, /* ns, label */
	VERB_DELETE_NAMESPACE, /* ns; answered when accepted */
	VERB_APPLY, /* ns, object: answered when accepted; creates, or changes what is there */
	VERB_GET, /* ns, kind, name */
	VERB_LIST, /* ns, kind: body is a list */
	VERB_PATCH, /* ns, kind, name, object, patch_type, subresource */
	VERB_SCALE, /* ns, kind, name, replicas */
	VERB_DELETE, /* ns, kind, name, grace, propagation, uid, revision; or for all of a kind: labels */
	VERB_LOGS, /* ns, name, container, previous, tail, timestamps: text */
	VERB_EXEC, /* ns, name, container, command: text, err_text, exit_code */
	VERB_RAW, /* path: status and body */
	VERB_DISRUPT, /* ns, name, what */
	VERB_LOAD_IMAGE, /* path of an archive */
	N_VERBS,
};

enum reply_code {
	REPLY_OK,
	REPLY_UNSUPPORTED,
	REPLY_INVALID, /* refused: reason, causes */
	REPLY_NOT_FOUND,
	REPLY_CONFLICT,
	REPLY_INTERNAL,
	REPLY_UNREACHABLE, /* no answer at all */
};

struct request {
	enum verb verb;
	const char *ns, *kind, *name; /* kind as in kinds.h: "Pod" */
	const json_t *object;
	const char *label; /* value of podtest/run */
	const char *patch_type, *subresource, *propagation, *container, *path, *what;
	const json_t *command;
	const char *uid, *revision; /* delete: only that one */
	const json_t *labels; /* delete: every object that carries them; name is NULL then */
	long grace; /* NO_GRACE: not given */
	long tail; /* -1: all */
	int replicas;
	bool previous, timestamps;
	bool dry; /* apply, patch, delete: tried, and nothing kept */
	double timeout; /* seconds; 0: the driver's default */
};

struct reply {
	enum reply_code code;
	int status; /* HTTP's, 0 elsewhere */
	const char *message; /* when code is not REPLY_OK */
	const char *reason;
	const json_t *causes; /* list of {field, reason, message}, or NULL */
	json_t *body; /* the object or list, or NULL */
	const char *text; /* logs; standard output of exec */
	const char *err_text; /* standard error of exec */
	int exit_code; /* exec; -1 when it could not run */
	int64_t sent, received;
};

typedef void (*reply_fn)(void *userdata, const struct reply *reply);

#define NO_GRACE LONG_MIN
#define REQUEST(verb_) ((struct request){ .verb = (verb_), .grace = NO_GRACE, .tail = -1 })

const char *reply_code_name(enum reply_code c);
