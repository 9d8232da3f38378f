/*
 * pod_actions: what to do next for a pod that should run. Pure: facts in, actions out.
 *
 * Facts and actions are indexed alike: init containers in order, then app containers in order. Times
 * are nominal nanoseconds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/pod_container.h"

enum sandbox_state { SB_NONE, SB_CREATING, SB_READY, SB_REMOVING };
enum ctr_state { CTR_NONE, CTR_STARTING, CTR_RUNNING, CTR_STOPPING, CTR_EXITED };

struct ctr_facts {
	enum pod_container_kind kind;
	enum pod_restart_policy policy; /* in effect for this container */
	enum ctr_state state; /* of the instance in the present sandbox */
	bool started; /* running, postStart done, startup probe passed */
	bool was_started; /* sidecar: an instance of this sandbox got so far once */
	bool probe_failed; /* running: its liveness or startup probe has had enough */
	bool changed; /* running: the spec names another image */
	bool forced; /* exited by our doing: starts again whatever the policy says */
	int exit_code;
	enum pod_restart_action rule; /* exited: what its own rules say to that */
	int64_t retry_ns; /* not started before this time; 0: at once */
};

struct pod_facts {
	enum pod_restart_policy policy; /* the pod's */
	enum sandbox_state sandbox;
	bool had_sandbox; /* one with containers in it was lost */
	bool volumes_ready;
	bool restarting_all; /* all are being stopped, to be begun anew */
	int64_t sandbox_retry_ns;
	int64_t now_ns;
	size_t n_ctrs;
	const struct ctr_facts *ctrs;
};

enum ctr_action {
	ACT_NONE, /* leave it as it is */
	ACT_START, /* at most one at a time */
	ACT_KILL_PROBE, /* stop it, its probe failed */
	ACT_KILL_CHANGED, /* stop it, its image changed */
	ACT_KILL_ALL, /* stop it, all are begun anew */
	ACT_BACK_OFF, /* would be started, but not yet */
};

struct pod_actions {
	bool create_sandbox;
	bool finished; /* every container that counts has ended for good */
	bool initialized; /* the init sequence is through */
	bool restart_all; /* a rule says so: from now on restarting_all */
	bool reset_all; /* restarting_all, and nothing lives any more: begin anew */
	int64_t wake_ns; /* look again then; 0: only when something happens */
};

/* What an init container's policy comes to: regular ones are not run again after success. */
enum pod_restart_policy ctr_effective_policy(const struct pod_container *c,
					     enum pod_restart_policy pod_policy);
/* The first rule that matches an exit code decides. */
enum pod_restart_action ctr_rule(const struct pod_container *c, int exit_code);
bool ctr_should_restart(const struct ctr_facts *c); /* of one that exited */
/* acts: one per container, filled in. */
void compute_pod_actions(const struct pod_facts *f, enum ctr_action *acts, struct pod_actions *ret);
