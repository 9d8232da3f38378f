/*
 * events: v1 Events about pods and the node, counted when they repeat, limited when they flood.
 *
 * An object gets a burst of 25, then one per 5 min (nominal); what is over is dropped. So events are never the
 * only witness of anything.
 */
#pragma once

#include <jansson.h>

#include "base/defs.h"
#include "kubelet/node.h"

struct ctr;
struct pod_worker;

struct event_recorder *event_recorder_new(struct kubelet *k);
struct event_recorder *event_recorder_free(struct event_recorder *r);
/* obj: what it is about; field_path may be NULL. type: "Normal" | "Warning". Never fails loudly. */
void event_record(struct event_recorder *r, json_t *obj, const char *field_path, const char *type,
		  const char *reason, const char *message);
void event_forget(struct event_recorder *r, const char *uid);

void pod_event(struct pod_worker *w, const char *type, const char *reason, const char *fmt, ...)
	_printf_(4, 5);
void ctr_event(struct ctr *c, const char *type, const char *reason, const char *fmt, ...)
	_printf_(4, 5);
