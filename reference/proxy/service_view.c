/*
 * service_view: see the header. Two watches fill two maps; a watch that fell out of the store's history begins again with
 * what is there.
 */
#include "proxy/service_view.h"

#include "api/endpoints.h"
#include "api/meta.h"
#include "api/service.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/str.h"
#include "store/store.h"

struct service_view {
	struct store *store;
	struct store_watch *service_watch, *slice_watch;
	json_t *services, *slices;
	struct loop_defer *tell;
};

char *service_key(const json_t *service)
{
	return str_printf("%s/%s", meta_namespace(service) ?: "", meta_name(service) ?: "");
}

/* ---- the watches ---- */

static int watch_services(struct service_view *v, struct error *err);
static int watch_slices(struct service_view *v, struct error *err);

static void on_service(void *userdata, const struct store_event *event)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct service_view *v = userdata;
	_cleanup_free_ char *key = event->object ? service_key(event->object) : NULL;

	switch (event->type) {
	case STORE_ADDED:
	case STORE_MODIFIED:
		json_object_set(v->services, key, event->object);
		break;
	case STORE_DELETED:
		json_object_del(v->services, key);
		break;
	case STORE_ERROR:
		if (watch_services(v, &err) < 0)
			log_error("proxy", "watch of services: %s", error_text(&err));
		break;
	case STORE_BOOKMARK:
		return;
	}
	loop_defer_schedule(v->tell);
}

static void drop_slice(struct service_view *v, const char *key, const char *name)
{
	json_t *of_service = json_object_get(v->slices, key);

	json_object_del(of_service, name);
	if (of_service && json_object_size(of_service) == 0)
		json_object_del(v->slices, key);
}

/* The Service that a slice belongs to; NULL: none. The caller frees. */
static char *key_of_slice(const json_t *slice)
{
	const char *service = meta_label(slice, SLICE_SERVICE_LABEL);

	return service ? str_printf("%s/%s", meta_namespace(slice) ?: "", service) : NULL;
}

static void put_slice(struct service_view *v, json_t *slice, const json_t *old)
{
	_cleanup_free_ char *key = key_of_slice(slice), *before = old ? key_of_slice(old) : NULL;
	json_t *of_service;

	if (before && !streq(before, key))
		drop_slice(v, before, meta_name(slice));
	if (!key || !streq(json_str(slice, "addressType"), "IPv4"))
		return;
	of_service = json_object_get(v->slices, key);
	if (!of_service) {
		of_service = json_object();
		json_object_set_new(v->slices, key, of_service);
	}
	json_object_set(of_service, meta_name(slice), slice);
}

static void on_slice(void *userdata, const struct store_event *event)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct service_view *v = userdata;
	_cleanup_free_ char *key = event->object ? key_of_slice(event->object) : NULL;

	switch (event->type) {
	case STORE_ADDED:
	case STORE_MODIFIED:
		put_slice(v, event->object, event->old);
		break;
	case STORE_DELETED:
		if (key)
			drop_slice(v, key, meta_name(event->object));
		break;
	case STORE_ERROR:
		if (watch_slices(v, &err) < 0)
			log_error("proxy", "watch of endpoint slices: %s", error_text(&err));
		break;
	case STORE_BOOKMARK:
		return;
	}
	loop_defer_schedule(v->tell);
}

static int watch_services(struct service_view *v, struct error *err)
{
	struct store_list_opts all = { 0 };

	v->service_watch = store_watch_free(v->service_watch);
	json_object_clear(v->services);
	return store_watch(v->store, &kind_service, &all, 0, on_service, v, &v->service_watch, err);
}

static int watch_slices(struct service_view *v, struct error *err)
{
	struct store_list_opts all = { 0 };

	v->slice_watch = store_watch_free(v->slice_watch);
	json_object_clear(v->slices);
	return store_watch(v->store, &kind_endpointslice, &all, 0, on_slice, v, &v->slice_watch,
			   err);
}

int service_view_new(struct store *store, struct loop *loop, void (*changed)(void *userdata),
		     void *userdata, struct service_view **ret, struct error *err)
{
	struct service_view *v = xnew(v);
	int r;

	v->store = store;
	v->services = json_object();
	v->slices = json_object();
	v->tell = loop_defer_new(loop, changed, userdata);
	r = watch_services(v, err);
	if (r == 0)
		r = watch_slices(v, err);
	if (r != 0) {
		service_view_free(v);
		return r;
	}
	loop_defer_schedule(v->tell);
	*ret = v;
	return 0;
}

struct service_view *service_view_free(struct service_view *v)
{
	if (!v)
		return NULL;
	store_watch_free(v->service_watch);
	store_watch_free(v->slice_watch);
	loop_defer_free(v->tell);
	json_decref(v->services);
	json_decref(v->slices);
	free(v);
	return NULL;
}

const json_t *service_view_services(const struct service_view *v)
{
	return v->services;
}

const json_t *service_view_slices(const struct service_view *v)
{
	return v->slices;
}

/* ---- endpoints ---- */

/* The number of the slice's port of this name; 0: none. */
static int number_of(const json_t *slice, const char *name)
{
	json_t *p;
	size_t i;

	json_each(slice, "ports", i, p)
		if (streq(json_str_or(p, "name", ""), name))
			return (int)json_int(p, "port", 0);
	return 0;
}

static void facts_of(const json_t *endpoint, int port, struct service_endpoint *ret)
{
	bool ready = json_bool(endpoint, "conditions.ready", true);

	*ret = (struct service_endpoint){
		.address = json_str_or(endpoint, "addresses[0]", ""),
		.hostname = json_str(endpoint, "hostname"),
		.node = json_str(endpoint, "nodeName"),
		.port = port,
		.ready = ready,
		.serving = json_bool(endpoint, "conditions.serving", ready),
		.terminating = json_bool(endpoint, "conditions.terminating", false),
	};
}

void service_each_endpoint(const json_t *slices, const char *key, const char *port,
			   void (*fn)(void *userdata, const struct service_endpoint *e),
			   void *userdata)
{
	json_t *slice, *endpoint;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(slices, key), name, slice) {
		int number = port ? number_of(slice, port) : 0;

		if (port && !number)
			continue;
		json_each(slice, "endpoints", i, endpoint) {
			struct service_endpoint facts;

			facts_of(endpoint, number, &facts);
			fn(userdata, &facts);
		}
	}
}
