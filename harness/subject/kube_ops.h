/* kube_ops: what the driver does, a file each (kube_*.c). For its own files only. */
#pragma once

#include "subject/kube_call.h"

struct call *kube_request(struct subject *s, const struct request *req, reply_fn done,
			  void *userdata);
struct call *kube_exec(struct kube *k, const struct request *req, reply_fn done, void *userdata);
/* disrupt restart-agent, by way of base.control. */
struct call *kube_restart_agent(struct kube *k, reply_fn done, void *userdata);
struct call *kube_follow(struct subject *s, const struct follow *f, void *userdata);
struct call *kube_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata);
/* Starts the watches of the whole cluster; ready as for kube_watch. */
struct call *kube_watch_all(struct kube *k, reply_fn ready, void *userdata);
