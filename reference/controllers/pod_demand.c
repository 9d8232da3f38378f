/*
 * pod_demand: the sums behind "Insufficient cpu".
 *
 * Init containers run one after the other, so of them the largest counts; a sidecar (an init container that
 * restarts always) runs on, so it counts with everything that comes after it. Limits have become requests by
 * the API's defaults already, so only requests are read here.
 *
 * Lists are owned by their user and have a handful of entries: they are searched in order.
 */
#include "controllers/pod_demand.h"

#include "api/quantity.h"
#include "base/json.h"

#define _cleanup_resources_ _cleanup_(resource_list_deinit)

int64_t resource_list_get(const struct resource_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->items[i].name, name))
			return l->items[i].amount;
	return 0;
}

static struct resource_amount *slot(struct resource_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->items[i].name, name))
			return &l->items[i];
	l->items = xrealloc(l->items, (l->n + 1) * sizeof(*l->items));
	l->items[l->n].name = xstrdup(name);
	l->items[l->n].amount = 0;
	return &l->items[l->n++];
}

void resource_list_add(struct resource_list *l, const char *name, int64_t amount)
{
	struct resource_amount *a = slot(l, name);

	if (__builtin_add_overflow(a->amount, amount, &a->amount))
		a->amount = INT64_MAX;
}

void resource_list_add_all(struct resource_list *l, const struct resource_list *other, int sign)
{
	for (size_t i = 0; i < other->n; i++)
		resource_list_add(l, other->items[i].name, sign * other->items[i].amount);
}

void resource_list_raise(struct resource_list *l, const struct resource_list *other)
{
	for (size_t i = 0; i < other->n; i++) {
		struct resource_amount *a = slot(l, other->items[i].name);

		a->amount = MAX(a->amount, other->items[i].amount);
	}
}

static int64_t amount_of(const char *name, const json_t *value)
{
	if (json_is_integer(value))
		return json_integer_value(value) * (streq(name, "cpu") ? 1000 : 1);
	if (streq(name, "cpu"))
		return quantity_text_milli(json_string_value(value), 0);
	return quantity_text_value(json_string_value(value), 0);
}

void resource_list_read(struct resource_list *l, const json_t *map)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)map, name, value)
		resource_list_add(l, name, amount_of(name, value));
}

void resource_list_deinit(struct resource_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].name);
	free(l->items);
	l->items = NULL;
	l->n = 0;
}

/* *ret_steady grows by the sidecars; *ret_peak by the largest moment of the init phase. */
static void read_init(const json_t *pod, struct resource_list *steady, struct resource_list *peak)
{
	json_t *c;
	size_t i;

	json_each(pod, "spec.initContainers", i, c) {
		_cleanup_resources_ struct resource_list moment = { 0 };

		resource_list_read(&moment, json_obj(c, "resources.requests"));
		if (streq(json_str(c, "restartPolicy"), "Always"))
			resource_list_add_all(steady, &moment, 1);
		else
			resource_list_add_all(&moment, steady, 1);
		resource_list_raise(peak, &moment);
	}
}

/* Pod-level resources replace the sums of the containers where they are given. */
static void read_pod_level(const json_t *pod, struct resource_list *l)
{
	_cleanup_resources_ struct resource_list own = { 0 };

	resource_list_read(&own, json_obj(pod, "spec.resources.requests"));
	for (size_t i = 0; i < own.n; i++)
		slot(l, own.items[i].name)->amount = own.items[i].amount;
}

void pod_demand_read(const json_t *pod, struct resource_list *l)
{
	_cleanup_resources_ struct resource_list peak = { 0 }, overhead = { 0 };
	json_t *c;
	size_t i;

	read_init(pod, l, &peak);
	json_each(pod, "spec.containers", i, c)
		resource_list_read(l, json_obj(c, "resources.requests"));
	resource_list_raise(l, &peak);
	read_pod_level(pod, l);
	resource_list_read(&overhead, json_obj(pod, "spec.overhead"));
	resource_list_add_all(l, &overhead, 1);
}

static bool address_meets(const char *a, const char *b)
{
	static const char *const any[] = { "", "0.0.0.0", "::" };

	for (size_t i = 0; i < ARRAY_SIZE(any); i++)
		if (streq(a, any[i]) || streq(b, any[i]))
			return true;
	return streq(a, b);
}

static bool port_meets(const json_t *a, const json_t *b)
{
	int64_t port = json_int(a, "hostPort", 0);

	return port && port == json_int(b, "hostPort", 0) &&
	       streq(json_str_or(a, "protocol", "TCP"), json_str_or(b, "protocol", "TCP")) &&
	       address_meets(json_str_or(a, "hostIP", ""), json_str_or(b, "hostIP", ""));
}

/* All ports of a pod in one new array; sidecars' too. */
static json_t *all_ports(const json_t *pod)
{
	static const char *const lists[] = { "spec.containers", "spec.initContainers" };
	json_t *all = json_array(), *c;
	size_t i;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		json_each(pod, lists[l], i, c) {
			if (l == 1 && !streq(json_str(c, "restartPolicy"), "Always"))
				continue;
			if (json_arr(c, "ports"))
				json_array_extend(all, json_arr(c, "ports"));
		}
	}
	return all;
}

bool pod_ports_conflict(const json_t *a, const json_t *b)
{
	_cleanup_json_ json_t *a_ports = all_ports(a), *b_ports = all_ports(b);
	json_t *ap, *bp;
	size_t i, j;

	json_array_foreach(a_ports, i, ap) {
		if (!json_int(ap, "hostPort", 0))
			continue;
		json_array_foreach(b_ports, j, bp)
			if (port_meets(ap, bp))
				return true;
	}
	return false;
}
