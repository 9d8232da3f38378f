/*
 * The reading verbs. Answers are copies: the caller may change them, the stored values stay as they are.
 */
#include "api/meta.h"
#include "base/json.h"
#include "store/engine.h"
#include "store/verbs.h"

int engine_get(struct store *store, const struct kind *k, const char *ns, const char *name,
	       json_t **ret_obj, struct error *err)
{
	json_t *obj = objects_get(engine_of(store), k, ns, name);

	if (!obj) {
		error_set(err, ERR_NOT_FOUND, NULL, "%s \"%s\" not found", kind_resource_name(k),
			  name);
		return STORE_NOT_FOUND;
	}
	*ret_obj = json_dup(obj);
	return 0;
}

int engine_list(struct store *store, const struct kind *k, const struct store_list_opts *opts,
		json_t **ret_items, uint64_t *ret_revision, struct error *err)
{
	struct engine *s = engine_of(store);
	_cleanup_json_ json_t *shared = objects_select(s, k, opts);

	(void)err; /* memory does not fail; another engine's wire does */
	*ret_items = json_dup(shared);
	if (ret_revision)
		*ret_revision = s->revision;
	return 0;
}
