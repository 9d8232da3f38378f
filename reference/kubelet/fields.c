/*
 * fields: the downward API. A table of plain fields, the two maps with and without key, and the
 * resources with their divisor.
 *
 * A field that is not known yet (a pod without an address) is an error of its own kind: the caller tries again.
 */
#include "kubelet/fields.h"

#include <inttypes.h>
#include <string.h>

#include "api/quantity.h"
#include "base/defs.h"
#include "base/str.h"
#include "base/strbuf.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* key="value" with the escapes of a quoted string, a line each, sorted by key. */
static char *map_text(json_t *map)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_strv_ char **keys = NULL;
	const char *key;
	json_t *value;

	json_object_foreach(map, key, value)
		strv_add(&keys, key);
	qsort(keys, strv_len(keys), sizeof(*keys), by_text);
	for (char **k = keys; k && *k; k++) {
		_cleanup_free_ char *quoted = json_dumps(json_object_get(map, *k), JSON_ENCODE_ANY);

		strbuf_addf(&b, "%s%s=%s", b.len ? "\n" : "", *k, quoted);
	}
	return strbuf_take(&b);
}

/* "['key']" behind the map's name. */
static char *map_entry(json_t *map, const char *subscript)
{
	size_t len = strlen(subscript);
	_cleanup_free_ char *key = NULL;
	const char *value;

	if (len < 4 || !str_starts(subscript, "['") || !str_ends(subscript, "']"))
		return NULL;
	key = xstrndup(subscript + 2, len - 4);
	value = json_string_value(json_object_get(map, key));
	return xstrdup(value ? value : "");
}

static char *map_field(json_t *map, const char *rest)
{
	return *rest ? map_entry(map, rest) : map_text(map);
}

static const char *plain_field(const struct field_source *s, const char *path)
{
	const struct {
		const char *path, *value;
	} table[] = {
		{ "metadata.name", s->pod->name },
		{ "metadata.namespace", s->pod->ns },
		{ "metadata.uid", s->pod->uid },
		{ "spec.nodeName", s->pod->node_name },
		{ "spec.serviceAccountName",
		  s->pod->service_account ? s->pod->service_account : "" },
		{ "status.hostIP", s->host_ip },
		{ "status.hostIPs", s->host_ip },
		{ "status.podIP", s->pod_ip },
		{ "status.podIPs", s->pod_ip },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (streq(table[i].path, path))
			return table[i].value;
	}
	return NULL;
}

int field_value(const struct field_source *s, const char *path, char **ret, struct error *err)
{
	const char *plain = plain_field(s, path), *rest;
	char *value = NULL;

	if (plain)
		value = xstrdup(plain);
	else if ((rest = str_after(path, "metadata.labels")))
		value = map_field(s->pod->labels, rest);
	else if ((rest = str_after(path, "metadata.annotations")))
		value = map_field(s->pod->annotations, rest);
	if (!value)
		return error_set(err, ERR_INVALID, "CreateContainerConfigError",
				 "field %s has no value", path);
	*ret = value;
	return 0;
}

struct amount {
	int64_t value;
	bool cpu;
};

static struct amount amount_of(const struct field_source *s, const struct pod_resources *r,
			       const char *resource)
{
	const struct {
		const char *name;
		int64_t value, dflt;
		bool cpu;
	} table[] = {
		{ "limits.cpu", r->cpu_limit_milli, s->node_cpu_milli, true },
		{ "requests.cpu", r->cpu_request_milli, 0, true },
		{ "limits.memory", r->memory_limit, s->node_memory, false },
		{ "requests.memory", r->memory_request, 0, false },
		{ "limits.ephemeral-storage", r->ephemeral_limit, 0, false },
		{ "requests.ephemeral-storage", r->ephemeral_request, 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int64_t value = table[i].value >= 0 ? table[i].value : table[i].dflt;

		if (streq(table[i].name, resource))
			return (struct amount){ value, table[i].cpu };
	}
	return (struct amount){ -1, false };
}

int field_resource(const struct field_source *s, const struct pod_container *own,
		   const char *container, const char *resource, const char *divisor, char **ret,
		   struct error *err)
{
	const struct pod_container *c = container ? pod_find_container(s->pod, container) : own;
	bool unit = !divisor || streq(divisor, "") || streq(divisor, "0");
	struct amount a;
	int64_t by;

	if (!c)
		return error_set(err, ERR_INVALID, "CreateContainerConfigError",
				 "container %s not found", container ? container : "");
	a = amount_of(s, &c->resources, resource);
	if (a.value < 0)
		return error_set(err, ERR_INVALID, "CreateContainerConfigError",
				 "unsupported container resource: %s", resource);
	if (a.cpu)
		by = unit ? 1000 : quantity_text_milli(divisor, 1000);
	else
		by = unit ? 1 : quantity_text_value(divisor, 1);
	*ret = str_printf("%" PRId64, (a.value + by - 1) / MAX(by, 1));
	return 0;
}
