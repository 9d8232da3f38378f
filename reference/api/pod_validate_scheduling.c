/*
 * pod_validate_scheduling: tolerations, gates and node selector; host aliases and DNS.
 */
#include <arpa/inet.h>
#include <string.h>

#include "api/meta_rules.h"
#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

#define SEARCHES_MAX 2048 /* characters */

static void rules_toleration(const json_t *t, const struct fpath *path, struct violations *v)
{
	const char *key = json_str_or(t, "key", ""), *op = json_str_or(t, "operator", "Equal");
	const char *value = json_str_or(t, "value", ""), *effect = json_str_or(t, "effect", "");

	if (*key == '\0' && !streq(op, "Exists"))
		violate_invalid_str(v, FPATH(path, "operator"), json_str_or(t, "operator", ""),
				    "operator must be Exists when `key` is empty, which means "
				    "\"match all values and all keys\"");
	if (json_has(t, "tolerationSeconds") && !streq(effect, "NoExecute"))
		violate_invalid_str(v, FPATH(path, "effect"), effect,
				    "effect must be 'NoExecute' when `tolerationSeconds` is set");
	if (streq(op, "Exists") && *value != '\0')
		violate_invalid_str(v, FPATH(path, "operator"), value,
				    "value must be empty when `operator` is 'Exists'");
	else if (streq(op, "Equal"))
		violate_name(v, FPATH(path, "value"), NAME_LABEL_VALUE, value);
}

static void rules_gates(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "schedulingGates" };
	_cleanup_strv_ char **seen = NULL;
	json_t *gate;
	size_t i;

	json_each(spec, "schedulingGates", i, gate) {
		const char *name = json_str_or(gate, "name", "");

		if (strv_contains(seen, name))
			violate_duplicate(v, FPATH_INDEX(&at, i), name);
		strv_add(&seen, name);
	}
	if (i > 0 && *json_str_or(spec, "nodeName", "") != '\0')
		violate_forbidden(v, FPATH(path, "nodeName"),
				  "cannot be set until all schedulingGates have been cleared");
}

void pod_rules_scheduling(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath tolerations = { .up = path, .name = "tolerations" };
	json_t *t;
	size_t i;

	meta_validate_labels(json_obj(spec, "nodeSelector"), FPATH(path, "nodeSelector"), v);
	json_each(spec, "tolerations", i, t)
		rules_toleration(t, FPATH_INDEX(&tolerations, i), v);
	rules_gates(spec, path, v);
}

/* ---- addresses ---- */

static bool is_ip(const char *text)
{
	unsigned char buf[16];

	return inet_pton(AF_INET, text, buf) == 1 || inet_pton(AF_INET6, text, buf) == 1;
}

/* "::ffff:10.0.0.1": an IPv4 address to some, an IPv6 address to others. */
static bool is_mapped_ip(const char *text)
{
	struct in6_addr a;

	return inet_pton(AF_INET6, text, &a) == 1 && IN6_IS_ADDR_V4MAPPED(&a);
}

/* Whether it would be an address but for zeros in front of its numbers. */
static bool is_padded_ip(const char *text)
{
	_cleanup_free_ char *bare = xstrdup(text);
	char *out = bare;

	for (const char *c = text; *c != '\0'; c++) {
		bool first = c == text || c[-1] == '.';

		while (first && *c == '0' && c[1] >= '0' && c[1] <= '9')
			c++;
		*out++ = *c;
	}
	*out = '\0';
	return is_ip(bare);
}

void pod_rules_ip(const char *text, const struct fpath *path, struct violations *v)
{
	if (is_mapped_ip(text))
		violate_invalid_str(v, path, text, "must not be an IPv4-mapped IPv6 address");
	else if (is_ip(text))
		return;
	else if (is_padded_ip(text))
		violate_invalid_str(v, path, text, "must not have leading 0s");
	else
		violate_invalid_str(
			v, path, text,
			"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
}

static void rules_aliases(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "hostAliases" };
	json_t *alias, *name;
	size_t i, j;

	json_each(spec, "hostAliases", i, alias) {
		const struct fpath item = { .up = &at, .index = i };
		const struct fpath names = { .up = &item, .name = "hostnames" };

		pod_rules_ip(json_str_or(alias, "ip", ""), FPATH(&item, "ip"), v);
		json_each(alias, "hostnames", j, name)
			violate_name(v, FPATH_INDEX(&names, j), NAME_DNS1123_SUBDOMAIN,
				     json_string_value(name));
	}
}

static void rules_searches(const json_t *config, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "searches" };
	const json_t *list = json_arr(config, "searches");
	size_t total = 0;
	json_t *item;
	size_t i;

	if (json_array_size(list) > 32)
		violate_invalid(v, &at, list, "must not have more than 32 search paths");
	json_array_foreach((json_t *)list, i, item)
		total += json_string_length(item) + (i > 0);
	if (total > SEARCHES_MAX)
		violate_invalid(v, &at, list,
				"must not have more than %d characters (including spaces) in the "
				"search list",
				SEARCHES_MAX);
	json_array_foreach((json_t *)list, i, item) {
		_cleanup_free_ char *name = xstrdup(json_string_value(item));
		size_t len = strlen(name);

		if (streq(name, "."))
			continue;
		if (len > 0 && name[len - 1] == '.')
			name[len - 1] = '\0';
		for (char *c = name; *c != '\0'; c++)
			if (*c == '_')
				*c = '-';
		violate_name(v, FPATH_INDEX(&at, i), NAME_DNS1123_SUBDOMAIN, name);
	}
}

static void rules_config(const json_t *config, const struct fpath *path, struct violations *v)
{
	const struct fpath servers = { .up = path, .name = "nameservers" };
	const struct fpath options = { .up = path, .name = "options" };
	const json_t *list = json_arr(config, "nameservers");
	json_t *item;
	size_t i;

	if (json_array_size(list) > 3)
		violate_invalid(v, &servers, list, "must not have more than 3 nameservers");
	json_array_foreach((json_t *)list, i, item)
		pod_rules_ip(json_string_value(item), FPATH_INDEX(&servers, i), v);
	rules_searches(config, path, v);
	json_each(config, "options", i, item) {
		const struct fpath option = { .up = &options, .index = i };

		if (*json_str_or(item, "name", "") == '\0')
			violate_required(v, &option, "must not be empty");
	}
}

void pod_rules_dns(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "dnsConfig" };
	const json_t *config = json_obj(spec, "dnsConfig");

	rules_aliases(spec, path, v);
	if (config != NULL)
		rules_config(config, &at, v);
	if (!streq(json_str(spec, "dnsPolicy"), "None"))
		return;
	if (config == NULL)
		violate_required(v, &at, "must provide `dnsConfig` when `dnsPolicy` is None");
	else if (json_len(config, "nameservers") == 0)
		violate_required(v, FPATH(&at, "nameservers"),
				 "must provide at least one DNS nameserver when `dnsPolicy` is "
				 "None");
}
