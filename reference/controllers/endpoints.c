/*
 * endpoints: see the header.
 *
 * A reconcile looks at one Service, by name. One with a selector: its pods are found, and both forms are planned from them
 * (endpoints_plan.h, slices_plan.h). One without: somebody else makes its endpoints, and Endpoints made by hand are mirrored
 * into slices, because those alone are read by proxies and DNS. Without a Service its Endpoints go; its slices are owned by it
 * and left to the garbage collector.
 *
 * It begins anew at every change of the Service, of a pod that it chooses or chose, and of its slices and Endpoints.
 */
#include "controllers/endpoints.h"

#include "api/endpoints.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/selector.h"
#include "api/service.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "controllers/control.h"
#include "controllers/endpoints_plan.h"
#include "controllers/slices_plan.h"
#include "controllers/workqueue.h"

#define SLICE_MANAGER "endpointslice-controller.k8s.io"
#define MIRROR_MANAGER "endpointslicemirroring-controller.k8s.io"
#define SLICE_ROOM 100
#define MIRROR_ROOM 1000

struct endpoints_controller {
	struct control *c;
	struct informer *services, *pods, *slices, *endpoints;
	struct workqueue *queue;
};

/* ---- what wakes it ---- */

static bool chooses(const json_t *service, const json_t *pod)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;

	return endpoints_are_ours(service) &&
	       selector_from_map(json_obj(service, "spec.selector"), &sel, NULL) == 0 &&
	       selector_matches(sel, meta_labels(pod));
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct endpoints_controller *ec = userdata;
	_cleanup_json_ json_t *services =
		informer_list(ec->services, meta_namespace(now ?: was) ?: "");
	json_t *service;
	size_t i;

	json_array_foreach(services, i, service)
		if ((was && chooses(service, was)) || (now && chooses(service, now)))
			workqueue_add_name(ec->queue, meta_namespace(service), meta_name(service));
}

static void on_service(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct endpoints_controller *ec = userdata;

	workqueue_add_name(ec->queue, meta_namespace(now ?: was), meta_name(now ?: was));
}

static void on_slice(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct endpoints_controller *ec = userdata;
	const char *ns = meta_namespace(now ?: was);
	const char *service = meta_label(now ?: was, SLICE_SERVICE_LABEL);

	if (service && informer_find(ec->services, ns, service))
		workqueue_add_name(ec->queue, ns, service);
}

/* Endpoints that nobody's Service has are somebody's, unless we made them. */
static void on_endpoints(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct endpoints_controller *ec = userdata;
	const json_t *obj = now ?: was;

	if (informer_find(ec->services, meta_namespace(obj), meta_name(obj)) ||
	    streq(meta_label(obj, ENDPOINTS_MANAGER_LABEL), ENDPOINTS_MANAGER))
		workqueue_add_name(ec->queue, meta_namespace(obj), meta_name(obj));
}

/* ---- looking ---- */

static json_t *pods_of(struct endpoints_controller *ec, const json_t *service)
{
	json_t *pods = informer_list(ec->pods, meta_namespace(service) ?: "");

	for (size_t i = json_array_size(pods); i-- > 0;)
		if (!chooses(service, json_array_get(pods, i)))
			json_array_remove(pods, i);
	return pods;
}

static json_t *slices_of(struct endpoints_controller *ec, const char *ns, const char *service,
			 const char *manager)
{
	json_t *slices = informer_list(ec->slices, ns);

	for (size_t i = json_array_size(slices); i-- > 0;) {
		const json_t *slice = json_array_get(slices, i);

		if (!streq(meta_label(slice, SLICE_SERVICE_LABEL), service) ||
		    !streq(meta_label(slice, SLICE_MANAGER_LABEL), manager) ||
		    meta_deletion_timestamp(slice))
			json_array_remove(slices, i);
	}
	return slices;
}

/* ---- carrying out ---- */

static int carry_out(struct endpoints_controller *ec, const char *ns,
		     const struct slices_plan *plan, struct error *err)
{
	json_t *slice;
	size_t i;
	int r = 0;

	json_array_foreach(plan->create, i, slice)
		if (r == 0)
			r = control_create(ec->c, &kind_endpointslice, ns, slice, NULL, err);
	json_array_foreach(plan->update, i, slice)
		if (r == 0)
			r = control_update(ec->c, &kind_endpointslice, STORE_SPEC, slice, err);
	json_array_foreach(plan->remove, i, slice)
		if (r == 0)
			r = control_delete(ec->c, &kind_endpointslice, slice, NULL, err);
	return r;
}

static int write_slices(struct endpoints_controller *ec, const struct slices_wish *wish,
			struct error *err)
{
	_cleanup_(slices_plan_deinit) struct slices_plan plan = { 0 };
	const char *ns = meta_namespace(wish->owner) ?: "";
	_cleanup_json_ json_t *present = slices_of(ec, ns, meta_name(wish->owner), wish->manager);

	slices_plan_make(wish, present, &plan);
	return carry_out(ec, ns, &plan, err);
}

static int write_endpoints(struct endpoints_controller *ec, const json_t *service,
			   const json_t *pods, struct error *err)
{
	const char *ns = meta_namespace(service) ?: "";
	json_t *present = informer_find(ec->endpoints, ns, meta_name(service));
	_cleanup_json_ json_t *wanted = endpoints_object(service, pods, present);

	if (!present)
		return control_create(ec->c, &kind_endpoints, ns, wanted, NULL, err);
	if (json_same(wanted, present))
		return 0;
	return control_update(ec->c, &kind_endpoints, STORE_SPEC, wanted, err);
}

/* ---- one Service ---- */

static int follow_pods(struct endpoints_controller *ec, const json_t *service, struct error *err)
{
	_cleanup_json_ json_t *pods = pods_of(ec, service);
	_cleanup_json_ json_t *groups = endpoints_groups(service, pods);
	struct slices_wish wish = {
		.owner = service,
		.manager = SLICE_MANAGER,
		.groups = groups,
		.placeholder = true,
		.headless = service_is_headless(service),
		.room = SLICE_ROOM,
	};
	int r = write_slices(ec, &wish, err);

	return r < 0 ? r : write_endpoints(ec, service, pods, err);
}

static bool is_mirrored(const json_t *endpoints)
{
	return endpoints && !streq(meta_label(endpoints, SKIP_MIRROR_LABEL), "true") &&
	       !streq(meta_label(endpoints, ENDPOINTS_MANAGER_LABEL), ENDPOINTS_MANAGER);
}

static int mirror(struct endpoints_controller *ec, const json_t *service, struct error *err)
{
	json_t *endpoints =
		informer_find(ec->endpoints, meta_namespace(service), meta_name(service));
	bool mirrored = is_mirrored(endpoints);
	_cleanup_json_ json_t *groups = mirrored ? endpoints_mirror(endpoints) : json_array();
	struct slices_wish wish = {
		.owner = mirrored ? endpoints : service,
		.manager = MIRROR_MANAGER,
		.groups = groups,
		.headless = service_is_headless(service),
		.room = MIRROR_ROOM,
	};

	return write_slices(ec, &wish, err);
}

static int without_service(struct endpoints_controller *ec, const char *ns, const char *name,
			   struct error *err)
{
	json_t *endpoints = informer_find(ec->endpoints, ns, name);

	return endpoints ? control_delete(ec->c, &kind_endpoints, endpoints, NULL, err) : 0;
}

static int reconcile(struct endpoints_controller *ec, const char *ns, const char *name,
		     struct error *err)
{
	_cleanup_json_ json_t *service = json_incref(informer_find(ec->services, ns, name));

	if (!service)
		return without_service(ec, ns, name, err);
	if (meta_deletion_timestamp(service) || service_is_external(service))
		return 0;
	return endpoints_are_ours(service) ? follow_pods(ec, service, err) :
					     mirror(ec, service, err);
}

static bool namespace_goes(const struct error *err)
{
	for (size_t i = 0; i < err->n_causes; i++)
		if (streq(err->causes[i].reason, "NamespaceTerminating"))
			return true;
	return false;
}

static void on_key(void *userdata, const char *key)
{
	struct endpoints_controller *ec = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);

	if (reconcile(ec, ns, name, &err) < 0 && !namespace_goes(&err)) {
		log_debug("controllers", "endpoints of %s: %s", key, error_text(&err));
		workqueue_add_failed(ec->queue, key);
		return;
	}
	workqueue_forget(ec->queue, key);
}

DEFINE_CLEANUP_FUNC(struct endpoints_controller *, endpoints_controller_free)

int endpoints_controller_new(struct control *c, struct endpoints_controller **ret, struct error *err)
{
	_cleanup_(endpoints_controller_freep) struct endpoints_controller *ec = xnew(ec);
	int r;

	ec->c = c;
	ec->queue = workqueue_new(c->loop, c->clock, on_key, ec);
	r = informer_get(c->informers, &kind_service, &ec->services, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &ec->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_endpointslice, &ec->slices, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_endpoints, &ec->endpoints, err);
	if (r < 0)
		return r;
	informer_subscribe(ec->services, on_service, ec);
	informer_subscribe(ec->pods, on_pod, ec);
	informer_subscribe(ec->slices, on_slice, ec);
	informer_subscribe(ec->endpoints, on_endpoints, ec);
	*ret = take_ptr(ec);
	return 0;
}

struct endpoints_controller *endpoints_controller_free(struct endpoints_controller *ec)
{
	if (!ec)
		return NULL;
	workqueue_free(ec->queue);
	free(ec);
	return NULL;
}
