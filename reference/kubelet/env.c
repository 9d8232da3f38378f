/*
 * env: what tells of Services, unless enableServiceLinks is false; over it envFrom, later sources over earlier ones; then env
 * in order over all of them.
 *
 * A value may refer to what stands before it. Values from elsewhere (valueFrom) are taken as they are. Keys that are no
 * C strings of text (with '=') cannot come from a ConfigMap; a key's binary value is cut at a NUL like any
 * environment.
 */
#include "kubelet/env.h"

#include "api/config.h"
#include "base/defs.h"
#include "base/str.h"
#include "kubelet/expand.h"
#include "kubelet/service_env.h"

#define CONFIG_ERROR "CreateContainerConfigError"

static const char *kind_word(enum pod_env_source source)
{
	return source == ENV_SECRET ? "secret" : "configmap";
}

/* Positive: there is none, and that is allowed. */
static int find_object(const struct env_source *s, enum pod_env_source source, const char *name,
		       bool optional, json_t **ret, struct error *err)
{
	if (s->lookup(s->ctx, source == ENV_SECRET, name, ret) == 0)
		return 0;
	if (optional)
		return 1;
	return error_set(err, ERR_NOT_FOUND, CONFIG_ERROR, "%s \"%s\" not found", kind_word(source),
			 name);
}

static int add_all_keys(const struct env_source *s, const struct pod_env_from *from, char ***env,
			struct error *err)
{
	_cleanup_strv_ char **keys = NULL;
	_cleanup_json_ json_t *obj = NULL;
	int r = find_object(s, from->source, from->ref, from->optional, &obj, err);

	if (r != 0)
		return r < 0 ? r : 0;
	keys = config_keys(obj);
	for (char **k = keys; k && *k; k++) {
		_cleanup_free_ char *value = NULL;
		_cleanup_free_ char *name = str_printf("%s%s", from->prefix ? from->prefix : "", *k);
		size_t len;

		if (config_value(obj, *k, &value, &len, NULL) == 0)
			strv_set_env(env, name, value);
	}
	return 0;
}

/* *ret stays NULL when an optional reference leads nowhere. */
static int from_key(const struct env_source *s, const struct pod_env_var *v, char **ret,
		    struct error *err)
{
	const char *word = v->source == ENV_SECRET ? "Secret" : "ConfigMap";
	_cleanup_json_ json_t *obj = NULL;
	size_t len;
	int r = find_object(s, v->source, v->ref, v->optional, &obj, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = config_value(obj, v->key, ret, &len, err);
	if (r <= 0 || v->optional)
		return r < 0 ? r : 0;
	return error_set(err, ERR_NOT_FOUND, CONFIG_ERROR, "couldn't find key %s in %s %s/%s",
			 v->key, word, s->fields.pod->ns, v->ref);
}

static int value_of(const struct env_source *s, const struct pod_container *c,
		    const struct pod_env_var *v, char *const *env, char **ret, struct error *err)
{
	switch (v->source) {
	case ENV_LITERAL:
		*ret = expand(v->value ? v->value : "", env, NULL);
		return 0;
	case ENV_FIELD:
		return field_value(&s->fields, v->key, ret, err);
	case ENV_RESOURCE:
		return field_resource(&s->fields, c, v->ref, v->key, v->divisor, ret, err);
	case ENV_CONFIG_MAP:
	case ENV_SECRET:
		return from_key(s, v, ret, err);
	}
	return 0;
}

int env_make(const struct env_source *s, const struct pod_container *c, char ***ret,
	     struct error *err)
{
	_cleanup_strv_ char **env = NULL;
	int r;

	if (s->fields.pod->enable_service_links)
		service_env_add(s->services, s->fields.pod->ns, &env);
	for (size_t i = 0; i < c->n_env_from; i++) {
		r = add_all_keys(s, &c->env_from[i], &env, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < c->n_env; i++) {
		_cleanup_free_ char *value = NULL;

		r = value_of(s, c, &c->env[i], env, &value, err);
		if (r < 0)
			return r;
		if (value)
			strv_set_env(&env, c->env[i].name, value);
	}
	*ret = take_ptr(env);
	return 0;
}
