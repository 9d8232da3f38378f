/*
 * podctl expose: a Service in front of the pods of something that is there already.
 *
 * The selector is the object's own, or its labels when it is a pod; ports are those named, or else those that its containers
 * list.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "api/service.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_print.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	OPTION("port", 0, OPT_INT, port, "N", "the Service's port; as the containers list them"),
	OPTION("target-port", 0, OPT_STRING, target_port, "N|NAME", "the pods' port (the same)"),
	OPTION("protocol", 0, OPT_STRING, protocol, "NAME", "TCP, UDP or SCTP (TCP)"),
	OPTION("name", 0, OPT_STRING, name, "NAME", "the Service's name (the object's)"),
	OPTION("type", 0, OPT_STRING, type, "TYPE", "ClusterIP, NodePort or LoadBalancer"),
	OPTION("cluster-ip", 0, OPT_STRING, cluster_ip, "IP", "its address; None: headless"),
	OPTION("session-affinity", 0, OPT_STRING, session_affinity, "WHO", "None or ClientIP"),
	OPTION("selector", 'l', OPT_STRING, selector, "K=V,...", "other labels to choose pods by"),
	OPTION("output", 'o', OPT_STRING, output, "FORMAT", "json, yaml, name, jsonpath=TEMPLATE"),
	{ 0 },
};

/* "a=b,c=d" as a map; NULL when it is none. */
static json_t *map_of(const char *text)
{
	_cleanup_strv_ char **words = strv_split(text, ',');
	json_t *map = json_object();

	for (char **w = words; w && *w; w++) {
		char *equals = strchr(*w, '=');

		if (!equals) {
			json_decref(map);
			return NULL;
		}
		*equals = '\0';
		json_object_set_new(map, *w, json_string(equals + 1));
	}
	return map;
}

static int find_selector(struct podctl *p, const struct target *t, const json_t *obj, json_t **ret,
			 struct error *err)
{
	const char *path = streq(t->kind->kind, "Pod") ? "metadata.labels" :
			   json_obj(obj, "spec.selector.matchLabels") != NULL ?
							 "spec.selector.matchLabels" :
							 "spec.selector";

	if (p->o.selector)
		*ret = map_of(p->o.selector);
	else if (json_len(obj, "spec.selector.matchExpressions"))
		return error_set(
			err, ERR_BAD_REQUEST, NULL,
			"couldn't convert expressions of the selector to a map: use --selector");
	else
		*ret = json_dup(json_obj(obj, path));
	if (json_object_size(*ret))
		return 0;
	return error_set(err, ERR_BAD_REQUEST, NULL, "%s/%s has no labels to choose pods by",
			 t->kind->singular, t->name);
}

static json_t *port_new(const struct podctl *p, int64_t number, const char *protocol)
{
	json_t *port = json_pack("{sI}", "port", (json_int_t)number);
	int64_t target;

	json_set_str(port, "protocol", p->o.protocol ? p->o.protocol : protocol);
	if (p->o.target_port && str_to_int64(p->o.target_port, 1, 65535, &target) == 0)
		json_set_int(port, "targetPort", target);
	else if (p->o.target_port)
		json_set_str(port, "targetPort", p->o.target_port);
	return port;
}

/* Several ports need names: port-1, port-2, … */
static json_t *find_ports(const struct podctl *p, const json_t *obj)
{
	json_t *ports = json_array(), *c, *port;
	const json_t *containers = json_arr(obj, "spec.template.spec.containers") ?:
					   json_arr(obj, "spec.containers");
	size_t i, j;

	if (p->o.port >= 0)
		json_array_append_new(ports, port_new(p, p->o.port, NULL));
	else
		json_array_foreach((json_t *)containers, i, c)
			json_each(c, "ports", j, port)
				json_array_append_new(
					ports, port_new(p, json_int(port, "containerPort", 0),
							json_str(port, "protocol")));
	if (json_array_size(ports) > 1)
		json_array_foreach(ports, i, port)
			json_object_set_new(port, "name", json_sprintf("port-%zu", i + 1));
	return ports;
}

static int make_service(struct podctl *p, const struct target *t, const json_t *obj, json_t **ret,
			struct error *err)
{
	_cleanup_json_ json_t *selector = NULL, *ports = find_ports(p, obj);
	json_t *spec;
	int r = find_selector(p, t, obj, &selector, err);

	if (r < 0)
		return r;
	if (!json_array_size(ports))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "couldn't find port via --port flag or introspection");
	*ret = json_pack("{ss,ss,s{ss},s{sO,sO}}", "apiVersion", "v1", "kind", "Service",
			 "metadata", "name", p->o.name ? p->o.name : t->name, "spec", "selector",
			 selector, "ports", ports);
	if (meta_labels(obj))
		json_object_set(meta_ensure(*ret), "labels", meta_labels(obj));
	spec = json_obj(*ret, "spec");
	json_set_str(spec, "type", p->o.type);
	json_set_str(spec, "clusterIP", p->o.cluster_ip);
	json_set_str(spec, "sessionAffinity", p->o.session_affinity);
	return 0;
}

static int expose_one(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL, *service = NULL, *stored = NULL;
	_cleanup_free_ char *path = rest_path(&kind_service, t->ns, NULL, NULL);
	struct rest_request req = { .method = "POST", .path = path };
	int r = target_get(p, t, &obj, err);

	if (r == 0)
		r = make_service(p, t, obj, &service, err);
	req.body = service;
	if (r == 0)
		r = rest_call(p->client, &req, &stored, err);
	return r < 0 ? r : print_done(p, stored, "exposed", err);
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	_cleanup_free_ char *selector =
		take_ptr(p->o.selector); /* is the Service's, not a choice of objects */
	int r = print_check(p, err);

	if (r == 0)
		r = podctl_connect(p, err);
	if (r == 0)
		r = targets_read(p, &t, err);
	p->o.selector = take_ptr(selector);
	if (r < 0)
		return r;
	if (t.n != 1 || !t.items[0].name)
		return podctl_usage(p, err, "expose takes one object, as TYPE NAME or TYPE/NAME");
	return expose_one(p, &t.items[0], err);
}

const struct command command_expose = {
	.name = "expose",
	.usage = "expose TYPE NAME | TYPE/NAME [--port=N] [--target-port=N|NAME] [--name=NAME]",
	.summary = "put a Service in front of pods",
	.text = "Makes a Service that chooses the pods of a Deployment, ReplicaSet, "
		"ReplicationController,\n"
		"Service or pod. Without --port it has the ports that the containers list.",
	.examples = "podctl expose deployment web --port=80 --target-port=8080\n"
		    "podctl expose pod/db --port=5432 --cluster-ip=None",
	.options = rows,
	.run = run,
};
