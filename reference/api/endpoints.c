/*
 * endpoints: tables and rules of Endpoints and EndpointSlice.
 *
 * A condition of a slice's endpoint that is absent means true (ready) or the same as ready (serving), so false has to be
 * kept: these are pointers. A slice's lists are shown also when they are empty.
 */
#include "api/endpoints.h"

#include <arpa/inet.h>

#include "api/columns.h"
#include "api/schema_rows.h"
#include "api/service_rules.h"
#include "base/json.h"
#include "base/strbuf.h"

#define PROTOCOLS ONE_OF("SCTP", "TCP", "UDP")
#define MAX_PORTS 20000
#define MAX_ADDRESSES 100
#define SHOWN 3

/* ---- Endpoints ---- */

static SCHEMA(schema_address, "EndpointAddress", STR("ip", .flags = FIELD_PTR),
	      STR("hostname", .flags = FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
	      STR("nodeName", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_DNS1123_SUBDOMAIN),
	      OBJ("targetRef", schema_object_reference));

static SCHEMA(schema_port, "EndpointPort",
	      STR("name", .flags = FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
	      INT32("port", .flags = FIELD_RANGE, .dflt = "0", BETWEEN(1, 65535)),
	      STR("protocol", .dflt = "TCP", PROTOCOLS),
	      STR("appProtocol", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_QUALIFIED));

static SCHEMA(schema_subset, "EndpointSubset", LIST("addresses", schema_address),
	      LIST("notReadyAddresses", schema_address), LIST("ports", schema_port));

static SCHEMA(schema_endpoints, "Endpoints", TYPE_META, OBJ("metadata", schema_object_meta),
	      LIST("subsets", schema_subset));

static void validate_addresses(const json_t *subset, const char *key, const struct fpath *path,
			       struct violations *v)
{
	const struct fpath list = { .up = path, .name = key };
	json_t *a;
	size_t i;

	json_each(subset, key, i, a) {
		const struct fpath at = { .up = &list, .index = i };

		service_validate_ip(json_str(a, "ip"), FPATH(&at, "ip"), v);
	}
}

static void validate_port_names(const json_t *ports, const struct fpath *path, struct violations *v)
{
	const struct fpath list = { .up = path, .name = "ports" };
	json_t *p;
	size_t i;

	json_array_foreach((json_t *)ports, i, p) {
		const struct fpath at = { .up = &list, .index = i };

		if (json_array_size(ports) > 1 && !json_has(p, "name"))
			violate_required(v, FPATH(&at, "name"), NULL);
	}
}

static void endpoints_validate(const json_t *obj, struct violations *v)
{
	const struct fpath list = { .name = "subsets" };
	json_t *subset;
	size_t i;

	json_each(obj, "subsets", i, subset) {
		const struct fpath at = { .up = &list, .index = i };

		if (!json_len(subset, "addresses") && !json_len(subset, "notReadyAddresses"))
			violate_required(v, &at, "must specify `addresses` or `notReadyAddresses`");
		validate_addresses(subset, "addresses", &at, v);
		validate_addresses(subset, "notReadyAddresses", &at, v);
		validate_port_names(json_arr(subset, "ports"), &at, v);
	}
}

/* At most SHOWN of them, then how many more. */
struct shown {
	struct strbuf text;
	size_t n;
};

static void show(struct shown *s, const char *text)
{
	if (s->n++ < SHOWN)
		strbuf_addf(&s->text, "%s%s", s->text.len ? "," : "", text);
}

static json_t *shown_cell(struct shown *s, const char *none)
{
	json_t *cell;

	if (s->n > SHOWN)
		strbuf_addf(&s->text, " + %zu more...", s->n - SHOWN);
	cell = json_string(s->n ? strbuf_str(&s->text) : none);
	strbuf_deinit(&s->text);
	return cell;
}

static void show_subset(struct shown *s, const json_t *subset)
{
	json_t *a, *p;
	size_t i, j;

	json_each(subset, "addresses", i, a) {
		const char *ip = json_str_or(a, "ip", "");

		if (!json_len(subset, "ports"))
			show(s, ip);
		json_each(subset, "ports", j, p) {
			char text[128];

			snprintf(text, sizeof(text), "%s:%lld", ip,
				 (long long)json_int(p, "port", 0));
			show(s, text);
		}
	}
}

static json_t *cell_endpoints(const json_t *obj, int64_t now_ns)
{
	struct shown s = { .text = STRBUF_INIT };
	json_t *subset;
	size_t i;

	(void)now_ns;
	json_each(obj, "subsets", i, subset)
		show_subset(&s, subset);
	return shown_cell(&s, "<none>");
}

static const struct printer_column endpoints_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Endpoints", "string", "", 0, cell_endpoints },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

const struct kind kind_endpoints = {
	KIND_CORE_NAMES("Endpoints", "endpoints", "endpoints"),
	.short_names = (const char *const[]){ "ep", NULL },
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_endpoints,
	.validate = endpoints_validate,
	.columns = endpoints_columns,
};

/* ---- EndpointSlice ---- */

static SCHEMA(schema_conditions, "EndpointConditions", BOOL("ready", .flags = FIELD_PTR),
	      BOOL("serving", .flags = FIELD_PTR), BOOL("terminating", .flags = FIELD_PTR));

static SCHEMA(schema_hint, "ForZone", STR("name", .flags = FIELD_REQUIRED));

static SCHEMA(schema_hints, "EndpointHints", LIST("forZones", schema_hint),
	      LIST("forNodes", schema_hint));

static SCHEMA(schema_endpoint, "Endpoint", STRS("addresses", .flags = FIELD_REQUIRED),
	      OBJ("conditions", schema_conditions, .dflt = "{}"),
	      STR("hostname", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
	      OBJ("targetRef", schema_object_reference), STR_MAP("deprecatedTopology"),
	      STR("nodeName", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_DNS1123_SUBDOMAIN),
	      STR("zone", .flags = FIELD_PTR), OBJ("hints", schema_hints));

static SCHEMA(schema_slice_port, "EndpointPort", STR("name", .flags = FIELD_PTR, .dflt = ""),
	      STR("protocol", .flags = FIELD_PTR, .dflt = "TCP", PROTOCOLS),
	      INT32("port", .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(1, 65535)),
	      STR("appProtocol", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_QUALIFIED));

static SCHEMA(schema_slice, "EndpointSlice", TYPE_META, OBJ("metadata", schema_object_meta),
	      STR("addressType", .flags = FIELD_REQUIRED | FIELD_IMMUTABLE,
		  ONE_OF("FQDN", "IPv4", "IPv6")),
	      LIST("endpoints", schema_endpoint, .flags = FIELD_PTR, .dflt = "[]"),
	      LIST("ports", schema_slice_port, .flags = FIELD_PTR, .dflt = "[]"));

static void validate_slice_address(const char *type, const char *address, const struct fpath *path,
				   struct violations *v)
{
	unsigned char buf[sizeof(struct in6_addr)];
	int family = streq(type, "IPv6") ? AF_INET6 : AF_INET;

	if (streq(type, "FQDN"))
		violate_name(v, path, NAME_DNS1123_SUBDOMAIN, address);
	else if (inet_pton(family, address, buf) != 1)
		violate_invalid_str(v, path, address, "must be an %s address",
				    family == AF_INET6 ? "IPv6" : "IPv4");
}

static void validate_endpoint(const char *type, const json_t *endpoint, const struct fpath *path,
			      struct violations *v)
{
	const struct fpath list = { .up = path, .name = "addresses" };
	json_t *address;
	size_t i;

	if (json_len(endpoint, "addresses") > MAX_ADDRESSES)
		violate_too_many(v, &list, json_len(endpoint, "addresses"), MAX_ADDRESSES);
	json_each(endpoint, "addresses", i, address)
		validate_slice_address(type, json_string_value(address) ?: "",
				       FPATH_INDEX(&list, i), v);
}

static void validate_slice_ports(const json_t *obj, struct violations *v)
{
	const struct fpath list = { .name = "ports" };
	json_t *p;
	size_t i;

	if (json_len(obj, "ports") > MAX_PORTS)
		violate_too_many(v, &list, json_len(obj, "ports"), MAX_PORTS);
	json_each(obj, "ports", i, p) {
		const struct fpath at = { .up = &list, .index = i };
		const char *name = json_str_or(p, "name", "");

		if (*name)
			violate_name(v, FPATH(&at, "name"), NAME_DNS1123_LABEL, name);
		for (size_t j = 0; j < i; j++)
			if (streq(name, json_str_or(json_array_get(json_arr(obj, "ports"), j),
						    "name", "")))
				violate_duplicate(v, FPATH(&at, "name"), name);
	}
}

static void slice_validate(const json_t *obj, struct violations *v)
{
	const struct fpath list = { .name = "endpoints" };
	const char *type = json_str_or(obj, "addressType", "");
	json_t *endpoint;
	size_t i;

	if (json_len(obj, "endpoints") > SLICE_MAX_ENDPOINTS)
		violate_too_many(v, &list, json_len(obj, "endpoints"), SLICE_MAX_ENDPOINTS);
	json_each(obj, "endpoints", i, endpoint)
		validate_endpoint(type, endpoint, FPATH_INDEX(&list, i), v);
	validate_slice_ports(obj, v);
}

static json_t *cell_address_type(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(obj, "addressType"));
}

static json_t *cell_slice_ports(const json_t *obj, int64_t now_ns)
{
	struct shown s = { .text = STRBUF_INIT };
	json_t *p;
	size_t i;

	(void)now_ns;
	json_each(obj, "ports", i, p) {
		char text[32] = "*";

		if (json_has(p, "port"))
			snprintf(text, sizeof(text), "%lld", (long long)json_int(p, "port", 0));
		show(&s, text);
	}
	return shown_cell(&s, "<unset>");
}

static json_t *cell_slice_endpoints(const json_t *obj, int64_t now_ns)
{
	struct shown s = { .text = STRBUF_INIT };
	json_t *e, *address;
	size_t i, j;

	(void)now_ns;
	json_each(obj, "endpoints", i, e)
		json_each(e, "addresses", j, address)
			show(&s, json_string_value(address));
	return shown_cell(&s, "<unset>");
}

static const struct printer_column slice_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "AddressType", "string", "", 0, cell_address_type },
	{ "Ports", "string", "", 0, cell_slice_ports },
	{ "Endpoints", "string", "", 0, cell_slice_endpoints },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

const struct kind kind_endpointslice = {
	KIND_NAMES("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice"),
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_slice,
	.validate = slice_validate,
	.columns = slice_columns,
};
