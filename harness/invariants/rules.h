/*
 * rules: a rule of invariants/ is a sentence of the catalogue, a function that reads like it, and what it is shown: a version of a pod
 * (or of an object that owns pods), two successive ones, the status of a container in them, or a container's events. The function
 * says judge(s, holds) when it has something to judge, else nothing.
 */
#pragma once

#include "invariants/invariants.h"
#include "util/json.h"

struct scene;

/* Reasons to ask a rule nothing about a pod. */
enum {
	NEW_SANDBOX =
		1, /* the case kills the sandbox, or the spec asks for restarts of all containers */
	MEDDLED = 2, /* the case ran a command in it, or killed a process */
	STATUS_WRITTEN = 4, /* the case wrote its status itself */
	SPEC_CHANGED = 8, /* image or resources of a container were changed */
	TWO_LIVES = 16, /* the name was used twice: a guest's line does not tell whose it is */
	SAMPLED = 32, /* versions may have been missed */
	DELETED_TWICE = 64, /* by the case: the shorter grace is in force */
};

/* A container of the spec, or the pod itself (container NULL), with its events. */
struct actor {
	char who[512]; /* "pod/container", "pod" */
	const json_t *container;
	bool init;
	const struct hist_event **events;
	size_t n;
};

struct rule {
	const char *req, *name, *sentence;
	enum rule_kind {
		RULE_POD, /* once; s->pod */
		RULE_CONTAINER, /* each container; s->actor */
		RULE_VERSION, /* s->now */
		RULE_STEP, /* s->before, s->now */
		RULE_STATUS, /* s->now, s->status, s->container, s->init */
		RULE_STATUS_STEP, /* and s->before, s->old */
	} kind;
	void (*check)(struct scene *s);
	unsigned silent; /* the reasons above */
	const char *shows; /* path of the pod, shown with a violation */
	const char *needs; /* a feature; NULL: always */
};

struct rule_set {
	const struct rule *rules;
	size_t n;
};

struct scene {
	const struct chronicle *c;
	const struct history *h;
	const struct life *life;
	const json_t *spec; /* of the last version */
	struct actor *actors; /* the pod's containers */
	size_t n_actors;
	struct actor pod;
	unsigned reasons;
	/* what the rule is shown */
	const struct actor *actor;
	const struct version *before, *now;
	const json_t *container, *old, *status;
	bool init;
	/* what it says */
	const struct rule *rule;
	bool *judged, *broken, told;
	violation_fn fn;
	void *userdata;
};

void judge(struct scene *s, bool holds);
void judge_event(struct scene *s, bool holds, const struct hist_event *focus);

static inline const json_t *now_at(const struct scene *s, const char *path)
{
	return json_path(s->now->object, path);
}
static inline const json_t *before_at(const struct scene *s, const char *path)
{
	return json_path(s->before->object, path);
}
bool json_same(const json_t *a, const json_t *b); /* both absent is the same */
int64_t stamp_seconds(const json_t *o, const char *path); /* -1: no stamp of the API */
bool phase_is_final(const char *phase);
const json_t *condition_of(const struct version *v, const char *type);
/* "True", "False", "Unknown"; NULL without the condition. */
const char *condition_is(const struct version *v, const char *type);
/* The status of a container by name, from either list. */
const json_t *status_of(const struct version *v, const char *name);
/* The node has accepted it, and its status is the node's. */
bool node_speaks(const struct version *v);
bool is_sidecar(const json_t *container);
bool is_regular_init(const struct scene *s); /* of s->container */
bool has_run(const json_t *status);
int64_t exit_code(const json_t *status); /* -1: not terminated */

/* ---- events ---- */

/* The next event of the source whose first word is `word`; *i is moved behind it. NULL: any word. */
const struct hist_event *next_event(const struct actor *a, enum source, const char *word, size_t *i);
const struct hist_event *first_event(const struct actor *a, enum source source, const char *word);
size_t count_events(const struct actor *a, enum source source, const char *word);
const struct actor *actor_of(const struct scene *s, const char *container);
/* Is it certain that a lies before b? */
bool surely_before(const struct scene *s, const struct hist_event *a, const struct hist_event *b);
bool same_run(const struct hist_event *a, const struct hist_event *b);
/* The last line of the process that said `start`. */
const struct hist_event *last_line(const struct actor *a, const struct hist_event *start);
/* The name under which the guest counts this probe or hook, or NULL. */
const char *handler_name(const json_t *handler, const char *word);

extern const struct rule_set rules_object, rules_phase, rules_conditions, rules_status,
	rules_restart, rules_sandbox, rules_order, rules_probe, rules_stop, rules_owned,
	rules_replicaset, rules_rc, rules_deployment, rules_job, rules_job_pod, rules_owner,
	rules_dependent, rules_daemon, rules_daemonset;
