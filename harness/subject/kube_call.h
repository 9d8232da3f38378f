/* kube_call: the built-in driver of Kubernetes' REST API and its calls. For its own files only. */
#pragma once

#include "subject/subject.h"
#include "subject/kubeconfig.h"
#include "subject/revclock.h"
#include "util/http.h"

struct kube_call;

struct kube {
	struct subject base;
	struct http *http;
	struct kubeconfig config;
	struct http_target target;
	struct revclock revisions;
	struct timer *beat;
	struct http_call *beating, *opening;
	struct kube_call *calls;
	opened_fn opened;
	void *opened_userdata;
	bool whole_cluster; /* one watch per kind for all namespaces: only in a podd */
};

/* Every call of this driver starts so; kind-specific data follows. end() frees all that it owns. */
struct kube_call {
	struct call base;
	struct kube_call *prev, *next;
	void (*end)(struct kube_call *c);
};

void kube_call_link(struct kube *k, struct kube_call *c);
void kube_call_free(struct kube_call *c); /* unlinks, calls end */

/* The path of a resource; name may be NULL. The caller frees. */
char *kube_path(const char *ns, const char *kind, const char *name, const char *suffix);
/* The same under another version of its group than the usual one (NULL: that). */
char *kube_path_in(const char *api_version, const char *ns, const char *kind, const char *name,
		   const char *suffix);
/* The answer of a watch that has ended: {events: [{type, object}, …]}, in their order. The caller drops it. */
json_t *kube_events(const struct http_reply *in);
/* Fills code, message, reason, causes, body; *ret_body is owned by the caller and lives as long as the reply is used. */
void kube_reply(struct kube *k, const struct http_reply *in, struct reply *out, json_t **ret_body);
