/*
 * ctr_plan: everything that the runtime must be told to start a container's next run.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "kubelet/ctr.h"
#include "kubelet/volumes.h"
#include "runtime/runtime.h"

struct ctr_plan { /* owns what cfg points to */
	struct container_config cfg;
	char *id, *log_path;
	char **argv, **env;
	struct mounts mounts;
	int64_t *gids;
	json_t *labels;
	int stop_signal;
};

/*
 * backoff: goes into the labels, as the one in force after this start. Faults carry the reason that the
 * waiting status shows (CreateContainerConfigError, CreateContainerError).
 */
int ctr_plan_make(struct ctr *c, const struct image_info *image, int attempt,
		  const struct crash_backoff *backoff, struct ctr_plan *p, struct error *err);
void ctr_plan_clear(struct ctr_plan *p);
/* The value of an env lookup for this pod; see env.h. */
struct env_source;
struct env_source ctr_env_source(struct ctr *c);
/* "SIGUSR1", "USR1", "10"; dflt when text is NULL or no signal. Pure. */
int signal_number(const char *text, int dflt);
const char *signal_name(int number); /* "TERM"; NULL: it has none */
