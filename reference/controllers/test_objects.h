/*
 * test_objects: what a client would do, in the world of test_world.h: namespace "default", objects as JSON texts.
 */
#pragma once

#include "api/cluster.h"
#include "api/config.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "controllers/test_world.h"

static inline _unused_ json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static inline _unused_ json_t *create(const struct kind *k, const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = parse(text);
	json_t *stored = NULL;

	CHECK_OK(store_create(w.store, k, k->namespaced ? "default" : NULL, obj, &stored, &err),
		 &err);
	return stored;
}

static inline _unused_ json_t *get(const struct kind *k, const char *name)
{
	json_t *obj = NULL;

	store_get(w.store, k, k->namespaced ? "default" : NULL, name, &obj, NULL);
	return obj;
}

static inline _unused_ json_t *pods(void)
{
	struct store_list_opts opts = { .ns = "default" };
	json_t *items = NULL;
	uint64_t revision;

	if (store_list(w.store, &kind_pod, &opts, &items, &revision, NULL) < 0)
		abort();
	return items;
}

static inline _unused_ size_t count_active(void)
{
	_cleanup_json_ json_t *all = pods();
	size_t n = 0, i;
	json_t *pod;

	json_array_foreach(all, i, pod)
		n += pod_is_active(pod);
	return n;
}

static inline _unused_ void update(const struct kind *k, enum store_part part, json_t *obj)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	json_object_del(json_obj(obj, "metadata"), "resourceVersion");
	CHECK_OK(store_update(w.store, k, part, obj, NULL, &err), &err);
}

static inline _unused_ void delete_as(const struct kind *k, const char *name,
				      const char *propagation, int64_t grace)
{
	struct store_delete_opts opts = { .grace_seconds = grace, .propagation = propagation };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *last = NULL;
	bool gone;

	CHECK_OK(store_delete(w.store, k, k->namespaced ? "default" : NULL, name, &opts, &last,
			      &gone, &err),
		 &err);
}

#define NODE                                                                                  \
	"{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"},\"status\":{" \
	"\"allocatable\":{\"cpu\":\"1\",\"memory\":\"1Gi\",\"pods\":\"110\"}}}"

static inline _unused_ void make_node(void)
{
	_cleanup_json_ json_t *node = create(&kind_node, NODE), *status = parse(NODE);

	update(&kind_node, STORE_STATUS, status);
	settle();
}
