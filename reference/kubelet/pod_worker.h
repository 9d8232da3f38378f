/*
 * pod_worker: drives one pod (one uid) from admission to its end.
 *
 * Anything that may matter calls pod_worker_kick(); the worker looks at everything afresh on the next turn of
 * the loop: decide, do, publish.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "api/pod.h"
#include "kubelet/ctr.h"
#include "kubelet/node.h"
#include "kubelet/pod_actions.h"
#include "runtime/runtime.h"

enum worker_stage {
	WORKER_SYNC, /* makes it run */
	WORKER_TERMINATING, /* stops its containers */
	WORKER_CLEANING, /* all stopped; the sandbox is being removed */
	WORKER_TERMINATED, /* the phase is final */
};

/* Real time; what of it must outlive podd is in the checkpoint file. */
struct termination {
	bool waiting; /* for a postStart hook, before the grace begins */
	bool begun;
	int64_t deadline_ns; /* CLOCK_BOOTTIME: KILL not before it */
	int64_t grace_ns; /* as asked for */
	char *reason, *message; /* the pod fails with these; or NULL */
};

struct pod_worker {
	struct kubelet *k;
	UT_hash_handle hh; /* by uid */
	char *uid;
	struct pod *pod; /* view of the newest spec and metadata */
	json_t *object; /* newest version seen */
	bool gone; /* the object is no more */
	enum worker_stage stage;

	struct sandbox *sandbox;
	enum sandbox_state sandbox_state;
	int sandbox_attempts;
	bool had_sandbox;
	int64_t sandbox_retry_ns;
	char *pod_ip;

	struct ctr *ctrs; /* init containers, then app containers, in order */
	size_t n_ctrs;
	bool admitted, rejected, volumes_ready, initialized, refresh_volumes;
	bool restarting_all; /* a rule said RestartAllContainers, and something lives still */
	int64_t volumes_retry_ns, start_ns;
	char **claimed; /* where on the node each volume by claim lies; by volume, NULL until then */
	struct termination term;

	struct loop_defer *turn;
	struct loop_timer *wake, *deadline, *publish;
	struct loop_timer *eviction; /* NULL: nothing to watch */
};

/* A worker for a pod that the store shows. object is borrowed. */
int pod_worker_new(struct kubelet *k, json_t *object, struct pod_worker **ret, struct error *err);
struct pod_worker *pod_worker_free(struct pod_worker *w); /* leaves what runs alone */
void pod_worker_kick(struct pod_worker *w);
/* A new version of the object. */
void pod_worker_update(struct pod_worker *w, json_t *object);
/* The object is no more: stops what runs, then frees itself. */
void pod_worker_object_gone(struct pod_worker *w);
/* Adopts a sandbox that an earlier podd made. */
void pod_worker_adopt(struct pod_worker *w, struct sandbox *sb);
void pod_worker_sandbox_gone(struct pod_worker *w);
struct ctr *pod_worker_find_ctr(struct pod_worker *w, const char *name);
struct ctr *pod_worker_find_rt(struct pod_worker *w, const struct container *rt);
/* "name_ns(uid)": as messages call a pod; the caller frees. */
char *pod_worker_words(const struct pod_worker *w);

/* pod_sync.c: the stage WORKER_SYNC. */
void pod_sync(struct pod_worker *w);
int64_t pod_sync_wake_ns(const struct pod_worker *w); /* nominal; 0: no need */

/* pod_terminate.c: the stages after it. */
bool pod_terminate_due(struct pod_worker *w); /* begins the termination when there is a reason */
void pod_terminate_begin(struct pod_worker *w, int64_t grace_ns, const char *reason,
			 const char *message);
void pod_terminate_step(struct pod_worker *w);
void pod_terminate_arm(struct pod_worker *w); /* sets the timer of activeDeadlineSeconds */

/* pod_publish.c */
void pod_publish(struct pod_worker *w);
