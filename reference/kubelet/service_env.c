/*
 * service_env: see the header. Names in capitals, dashes as underscores.
 */
#include "kubelet/service_env.h"

#include <ctype.h>

#include "api/meta.h"
#include "api/service.h"
#include "base/json.h"
#include "base/str.h"

static char *variable(const char *name)
{
	char *out = xstrdup(name);

	for (char *c = out; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return out;
}

static void set(char ***env, const char *prefix, const char *suffix, const char *value)
{
	_cleanup_free_ char *key = str_printf("%s%s", prefix, suffix);

	strv_set_env(env, key, value);
}

static void set_number(char ***env, const char *prefix, const char *suffix, int64_t value)
{
	_cleanup_free_ char *text = str_printf("%lld", (long long)value);

	set(env, prefix, suffix, text);
}

static char *lower(const char *text)
{
	char *out = xstrdup(text);

	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static void add_link(char ***env, const char *name, const json_t *port, const char *address,
		     bool first)
{
	const char *protocol = json_str_or(port, "protocol", "TCP");
	int64_t number = json_int(port, "port", 0);
	_cleanup_free_ char *small = lower(protocol);
	_cleanup_free_ char *prefix =
		str_printf("%s_PORT_%lld_%s", name, (long long)number, protocol);
	_cleanup_free_ char *url = str_printf("%s://%s:%lld", small, address, (long long)number);

	if (first)
		set(env, name, "_PORT", url);
	set(env, prefix, "", url);
	set(env, prefix, "_PROTO", small);
	set_number(env, prefix, "_PORT", number);
	set(env, prefix, "_ADDR", address);
}

static void add_service(char ***env, const json_t *service, const char *address)
{
	_cleanup_free_ char *name = variable(meta_name(service));
	json_t *port;
	size_t i;

	set(env, name, "_SERVICE_HOST", address);
	json_each(service, "spec.ports", i, port) {
		int64_t number = json_int(port, "port", 0);

		if (i == 0)
			set_number(env, name, "_SERVICE_PORT", number);
		if (json_has(port, "name")) {
			_cleanup_free_ char *word = variable(json_str_or(port, "name", ""));
			_cleanup_free_ char *suffix = str_printf("_SERVICE_PORT_%s", word);

			set_number(env, name, suffix, number);
		}
		add_link(env, name, port, address, i == 0);
	}
}

void service_env_add(const json_t *services, const char *ns, char ***env)
{
	const char *key;
	json_t *service;

	json_object_foreach((json_t *)services, key, service)
		if (streq(meta_namespace(service), ns) && service_address(service))
			add_service(env, service, service_address(service));
}
