/*
 * scheme: the list of kinds, and the rules that hold for each of them.
 *
 * A kind joins by one line in the list below. Validation collects all causes in the error, then gives it
 * the sentence that the field gives: one cause bare, several in brackets.
 */
#include "api/scheme.h"

#include <string.h>
#include <strings.h>

#include "api/cluster.h"
#include "api/config.h"
#include "api/controller_revision.h"
#include "api/cronjob.h"
#include "api/daemonset.h"
#include "api/deployment.h"
#include "api/endpoints.h"
#include "api/hpa.h"
#include "api/job.h"
#include "api/meta.h"
#include "api/meta_rules.h"
#include "api/metrics.h"
#include "api/persistent_volume.h"
#include "api/pod.h"
#include "api/service.h"
#include "api/statefulset.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/strbuf.h"

static const struct kind *const kinds[] = {
	&kind_pod,
	&kind_namespace,
	&kind_node,
	&kind_configmap,
	&kind_secret,
	&kind_event,
	&kind_replicaset,
	&kind_lease,
	&kind_replicationcontroller,
	&kind_job,
	&kind_cronjob,
	&kind_deployment,
	&kind_controller_revision,
	&kind_daemonset,
	&kind_service,
	&kind_endpoints,
	&kind_endpointslice,
	&kind_hpa,
	&kind_hpa_v1,
	&kind_pod_metrics,
	&kind_node_metrics,
	&kind_statefulset,
	&kind_persistentvolume,
	&kind_persistentvolumeclaim,
};

const struct kind *scheme_next(const struct kind *prev)
{
	if (prev == NULL)
		return kinds[0];
	for (size_t i = 0; i + 1 < ARRAY_SIZE(kinds); i++)
		if (kinds[i] == prev)
			return kinds[i + 1];
	return NULL;
}

const struct kind *scheme_next_stored(const struct kind *prev)
{
	const struct kind *k = scheme_next(prev);

	while (k != NULL && (k->stored_as != NULL || k->computed))
		k = scheme_next(k);
	return k;
}

const struct kind *scheme_kind(const char *api_version, const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (streq(kinds[i]->kind, kind) && streq(kinds[i]->api_version, api_version))
			return kinds[i];
	return NULL;
}

const struct kind *scheme_kind_of(const json_t *obj)
{
	const char *api_version = meta_api_version(obj), *kind = meta_kind(obj);

	return api_version == NULL || kind == NULL ? NULL : scheme_kind(api_version, kind);
}

const struct kind *scheme_resource(const char *group, const char *version, const char *plural)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (streq(kinds[i]->group, group) && streq(kinds[i]->version, version) &&
		    streq(kinds[i]->plural, plural))
			return kinds[i];
	return NULL;
}

static bool is_word_of(const struct kind *k, const char *word, size_t len)
{
	const char *names[] = { k->plural, k->singular, k->kind };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && strncasecmp(names[i], word, len) == 0)
			return true;
	for (size_t i = 0; k->short_names != NULL && k->short_names[i] != NULL; i++)
		if (strlen(k->short_names[i]) == len &&
		    strncasecmp(k->short_names[i], word, len) == 0)
			return true;
	return false;
}

const struct kind *scheme_word(const char *word)
{
	size_t len = strcspn(word, ".");
	const char *group = word[len] == '.' ? word + len + 1 : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (is_word_of(kinds[i], word, len) &&
		    (group == NULL || strcasecmp(group, kinds[i]->group) == 0))
			return kinds[i];
	return NULL;
}

const char *kind_api_version(const struct kind *k)
{
	return k->api_version;
}

const char *kind_resource_name(const struct kind *k)
{
	return k->resource_name;
}

const char *kind_qualified(const struct kind *k)
{
	return k->qualified;
}

/* ---- rules ---- */

void scheme_default(json_t *obj)
{
	const struct kind *k = scheme_kind_of(obj);

	if (k == NULL)
		return;
	schema_default(k->schema, obj);
	if (k->set_defaults != NULL)
		k->set_defaults(obj);
}

/* Turns the collected causes into the error: the sentence of the field, every cause in it. */
static int finish(const struct kind *k, const json_t *obj, struct error *found, struct error *err)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *name = meta_name(obj) != NULL ? meta_name(obj) : meta_generate_name(obj);

	for (size_t i = 0; i < found->n_causes; i++) {
		const struct error_cause *c = &found->causes[i];

		strbuf_addf(&text, "%s%s: %s", i == 0 ? "" : ", ", c->field, c->message);
	}
	error_message(found,
		      found->n_causes == 1 ? "%s \"%s\" is invalid: %s" :
					     "%s \"%s\" is invalid: [%s]",
		      k->qualified, name != NULL ? name : "", strbuf_str(&text));
	return error_move(err, found);
}

int scheme_validate(const json_t *obj, struct error *err)
{
	_cleanup_error_ struct error found = ERROR_INIT;
	struct violations v = { .err = &found };
	const struct kind *k = scheme_kind_of(obj);

	if (k == NULL)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "no kind \"%s\" is registered for version \"%s\"",
				 json_str_or(obj, "kind", ""), json_str_or(obj, "apiVersion", ""));
	meta_validate(k, obj, &v);
	schema_validate(k->schema, obj, NULL, &v);
	if (k->validate != NULL)
		k->validate(obj, &v);
	return v.n == 0 ? 0 : finish(k, obj, &found, err);
}

int scheme_validate_update(const json_t *new_obj, const json_t *old_obj, struct error *err)
{
	_cleanup_error_ struct error found = ERROR_INIT;
	struct violations v = { .err = &found };
	const struct kind *k = scheme_kind_of(new_obj);
	int r = scheme_validate(new_obj, err);

	if (r < 0)
		return r;
	meta_validate_update(new_obj, old_obj, &v);
	schema_validate_update(k->schema, new_obj, old_obj, NULL, &v);
	if (k->validate_update != NULL)
		k->validate_update(new_obj, old_obj, &v);
	return v.n == 0 ? 0 : finish(k, new_obj, &found, err);
}
