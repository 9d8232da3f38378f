/*
 * status: a pod's status from facts. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/pod.h"
#include "kubelet/instance.h"

struct ctr_status_facts { /* one container; all borrowed */
	const struct pod_container *spec;
	const struct instance *cur, *last; /* the shown run, and the one before */
	const char *wait_reason,
		*wait_message; /* shown instead of cur, which then is the last; or NULL */
	bool will_restart; /* cur ended and will be followed */
	bool started; /* running, postStart done, startup probe passed */
	bool was_started; /* an instance of this sandbox was */
	bool ready; /* what the readiness probe says; true without one */
	int restarts;
	const char *stop_signal; /* of the present run, "TERM"; NULL: no run, or a signal without a name */
};

struct status_facts {
	const struct pod *pod;
	const struct ctr_status_facts *ctrs; /* init containers, then app containers, in order */
	size_t n_ctrs;
	const json_t *old; /* the status before, or NULL: stamps and others' conditions come from it */
	bool sandbox_ready;
	bool initialized; /* the init sequence is through */
	bool ending; /* being stopped: nothing will start any more */
	bool terminated; /* everything is stopped: the phase is final */
	const char *fail_reason,
		*fail_message; /* the pod fails whatever its containers say; or NULL */
	bool restarting_all; /* all containers are being stopped, to be begun anew */
	bool rejected; /* by admission: no conditions, no containers */
	const char *pod_ip, *host_ip; /* NULL: not known */
	int64_t start_ns, now_ns;
};

/* The whole status. New reference. */
json_t *status_compute(const struct status_facts *f);
/* The phase that the containers' own states come to, before it may be published. */
const char *status_phase(const struct status_facts *f);

/* status_container.c */
json_t *status_container(const struct status_facts *f, const struct ctr_status_facts *c);
bool status_container_ready(const struct ctr_status_facts *c);
/* Sorted by name for apps, in order for init containers. New arrays. */
json_t *status_containers(const struct status_facts *f, bool init);

/* status_conditions.c: the kubelet's own, then those of others. New array. */
json_t *status_conditions(const struct status_facts *f);
