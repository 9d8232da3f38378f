/*
 * lint_events: do the names of events in a case mean anything?
 *
 * Event names are a closed list (EVENTS.md, guest/README.md). A name outside it matches nothing for ever: `never` would always hold
 * and `count … is: 0` too, so a slip of the pen would be a case that cannot fail. Content words (key=value) are not checked.
 */
#include "inspect/lint_rules.h"

#include "history.h"
#include "util/json.h"

static const char *const guest_words[] = {
	"start",      "ready",	    "term",   "signal",	  "exit",    "dying",	  "say",
	"told",	      "out",	    "kill",   "warning",  "witness", "probe",	  "probe-done",
	"grpc-other", "probe-lost", "hook",   "redirect", "loop",    "wrote",	  "file",
	"seen",	      "connect",    "bind",   "bound",	  "udp",     "udp-reply", "unix",
	"shm",	      "posix-shm",  "msgq",   "sem",	  "mqueue",  "found",	  "orphan",
	"sockets",    "ps",	    "mounts", "hostname", "resolve", "facts",	  "eating",
	"ate",	      NULL
};
static const char *const pod_words[] = { "phase=", "condition", "bound",   "restamped", "deleting",
					 "gone",   "added",	"changed", NULL };
/* POD/CONTAINER, or KIND/NAME of another object */
static const char *const container_words[] = { "state=",  "ready=", "started=", "restarts=",
					       "changed", "gone",   NULL };
static const char *const did_words[] = { "apply", "patch",   "scale",  "delete", "exec",
					 "tell",  "disrupt", "reject", NULL };

/* A known word that ends in '=' stands for all that begin so. */
static bool known(const char *const *list, const char *word)
{
	for (; *list; list++) {
		size_t len = strlen(*list);

		if (streq(*list, word) || ((*list)[len - 1] == '=' && !strncmp(*list, word, len)))
			return true;
	}
	return false;
}

static const char *fault_of(const struct pattern *p)
{
	const char *word = p->words[0];
	bool container = p->who && strchr(p->who, '/'), any = p->who && strchr(p->who, '*');

	switch (p->source) {
	case SOURCE_GUEST:
		if (!container && !any)
			return "a guest is named POD/CONTAINER";
		if (word && !strchr(word, '=') && !known(guest_words, word))
			return "no guest states such an event";
		return NULL;
	case SOURCE_LOST:
		return container || any ? NULL : "a guest is named POD/CONTAINER";
	case SOURCE_WATCH:
		if (!word)
			return "what changed?";
		if ((container || any) && known(container_words, word))
			return NULL;
		return (!container || any) && known(pod_words, word) ?
			       NULL :
			       "no such change is watched there";
	case SOURCE_DID:
		return word && known(did_words, word) ? NULL : "no step is called so";
	default:
		return NULL;
	}
}

static void check_event(struct lint *l, const struct fixture *f, int line, const json_t *name)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(pattern_clear) struct pattern p = { 0 };
	const char *text = json_string_value(name), *why;
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)name, i, one)
		check_event(l, f, line, one);
	if (!text)
		return;
	why = pattern_parse(text, &p, &err) ? error_text(&err) : fault_of(&p);
	if (why)
		lint_fault(l, f, line, "event \"%s\": %s", text, why);
}

/* A fact or a relation, and what is seen without its field. */
static void check_events(struct lint *l, const struct fixture *f, int line, const json_t *args)
{
	static const char *const keys[] = { "before", "count",	"never", "after", "until",
					    "same",   "differ", "each",	 "guest" };

	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		check_event(l, f, line, json_object_get(args, keys[k]));
	if (json_object_get(args, "without"))
		check_events(l, f, line, json_object_get(args, "without"));
}

void lint_events(struct lint *l, const struct fixture *f, const struct step *s)
{
	json_t *r;
	size_t i;

	if (s->kind == STEP_EVENTUALLY || s->kind == STEP_HOLDS)
		check_events(l, f, s->line, s->args);
	if (s->kind != STEP_HISTORY)
		return;
	json_array_foreach(s->args, i, r)
		check_events(l, f, s->line, r);
}
