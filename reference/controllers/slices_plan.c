/*
 * slices_plan: see the header.
 *
 * An endpoint stays in the slice in which it is, so that a change of one pod is a change of one slice: first each slice keeps
 * what it has of its group, then what is left fills the slices with room, then new ones are made. A slice whose ports no
 * group has, or that is left empty, goes; the last one may stay as a placeholder, which tells that the Service was looked at.
 */
#include "controllers/slices_plan.h"

#include "api/endpoints.h"
#include "api/meta.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/endpoints_plan.h"

static const char *address_of(const json_t *endpoint)
{
	return json_str_or(endpoint, "addresses[0]", "");
}

/* Takes the endpoint with this address out of the list; NULL: it has none. New reference. */
static json_t *take(json_t *list, const char *address)
{
	json_t *e;
	size_t i;

	json_array_foreach(list, i, e) {
		if (!streq(address_of(e), address))
			continue;
		json_incref(e);
		json_array_remove(list, i);
		return e;
	}
	return NULL;
}

static json_t *slice_labels(const struct slices_wish *wish)
{
	json_t *own = meta_labels(wish->owner), *labels = own ? json_dup(own) : json_object();

	json_object_del(labels, ENDPOINTS_MANAGER_LABEL);
	json_object_del(labels, HEADLESS_LABEL);
	if (wish->headless)
		json_object_set_new(labels, HEADLESS_LABEL, json_string(""));
	json_object_set_new(labels, SLICE_SERVICE_LABEL, json_string(meta_name(wish->owner)));
	json_object_set_new(labels, SLICE_MANAGER_LABEL, json_string(wish->manager));
	return labels;
}

static json_t *slice_new(const struct slices_wish *wish, json_t *ports)
{
	_cleanup_free_ char *prefix = str_printf("%s-", meta_name(wish->owner));
	json_t *slice = json_pack("{ss,ss,ss,sO,s[]}", "apiVersion", "discovery.k8s.io/v1", "kind",
				  "EndpointSlice", "addressType", "IPv4", "ports", ports,
				  "endpoints");

	meta_set(slice, "generateName", prefix);
	meta_set(slice, "namespace", meta_namespace(wish->owner));
	json_object_set_new(meta_ensure(slice), "labels", slice_labels(wish));
	json_object_set_new(meta_ensure(slice), "ownerReferences",
			    json_pack("[o]", meta_controller_ref_new(wish->owner)));
	return slice;
}

/* ---- one group ---- */

/* What of the slice is still wanted, out of left, in the slice's order. */
static json_t *keep(const json_t *slice, json_t *left)
{
	json_t *kept = json_array(), *e, *same;
	size_t i;

	json_each(slice, "endpoints", i, e) {
		same = take(left, address_of(e));
		if (same)
			json_array_append_new(kept, same);
	}
	return kept;
}

static void fill(json_t *endpoints, json_t *left, size_t room)
{
	while (json_array_size(left) && json_array_size(endpoints) < room) {
		json_array_append(endpoints, json_array_get(left, 0));
		json_array_remove(left, 0);
	}
}

/* slices: [{slice, endpoints}] of the slices with this group's ports. */
static json_t *keep_all(const json_t *present, const json_t *ports, json_t *left)
{
	json_t *slices = json_array(), *slice;
	size_t i;

	json_array_foreach((json_t *)present, i, slice) {
		if (!json_same(json_object_get(slice, "ports"), ports) ||
		    !streq(json_str(slice, "addressType"), "IPv4"))
			continue;
		json_array_append_new(slices, json_pack("{sO,so}", "slice", slice, "endpoints",
							keep(slice, left)));
	}
	return slices;
}

static void settle(const struct slices_wish *wish, const json_t *slice, json_t *endpoints,
		   struct slices_plan *plan)
{
	_cleanup_json_ json_t *edited = json_dup(slice), *labels = slice_labels(wish);

	json_object_set(edited, "endpoints", endpoints);
	json_object_set(meta_ensure(edited), "labels", labels);
	if (!json_same(edited, slice))
		json_array_append(plan->update, edited);
}

static void plan_group(const struct slices_wish *wish, const json_t *group, const json_t *present,
		       struct slices_plan *plan)
{
	json_t *ports = json_arr(group, "ports"), *s;
	_cleanup_json_ json_t *left = json_copy(json_arr(group, "endpoints"));
	_cleanup_json_ json_t *slices = keep_all(present, ports, left);
	size_t i;

	json_array_foreach(slices, i, s) {
		json_t *endpoints = json_object_get(s, "endpoints");

		fill(endpoints, left, wish->room);
		if (json_array_size(endpoints))
			settle(wish, json_object_get(s, "slice"), endpoints, plan);
		else
			json_array_append(plan->remove, json_object_get(s, "slice"));
	}
	while (json_array_size(left)) {
		json_t *slice = slice_new(wish, ports);

		fill(json_object_get(slice, "endpoints"), left, wish->room);
		json_array_append_new(plan->create, slice);
	}
}

/* ---- the whole ---- */

static bool has_group(const json_t *groups, const json_t *slice)
{
	json_t *g;
	size_t i;

	json_array_foreach((json_t *)groups, i, g)
		if (json_same(json_object_get(g, "ports"), json_object_get(slice, "ports")))
			return true;
	return false;
}

static void plan_placeholder(const struct slices_wish *wish, struct slices_plan *plan)
{
	_cleanup_json_ json_t *none = json_array();

	if (json_array_size(plan->remove)) {
		_cleanup_json_ json_t *kept = json_incref(json_array_get(plan->remove, 0));
		_cleanup_json_ json_t *edited = json_dup(kept), *labels = slice_labels(wish);

		json_array_remove(plan->remove, 0);
		json_object_set(edited, "ports", none);
		json_object_set(edited, "endpoints", none);
		json_object_set(meta_ensure(edited), "labels", labels);
		if (!json_same(edited, kept))
			json_array_append(plan->update, edited);
		return;
	}
	json_array_append_new(plan->create, slice_new(wish, none));
}

void slices_plan_make(const struct slices_wish *wish, const json_t *present, struct slices_plan *ret)
{
	json_t *group, *slice;
	size_t i;

	*ret = (struct slices_plan){ json_array(), json_array(), json_array() };
	json_array_foreach((json_t *)wish->groups, i, group)
		plan_group(wish, group, present, ret);
	json_array_foreach((json_t *)present, i, slice)
		if (!has_group(wish->groups, slice))
			json_array_append(ret->remove, slice);
	if (wish->placeholder && json_array_size(wish->groups) == 0)
		plan_placeholder(wish, ret);
}

void slices_plan_deinit(struct slices_plan *plan)
{
	json_decref(plan->create);
	json_decref(plan->update);
	json_decref(plan->remove);
}
