/*
 * patch_json: JSON patch: a list of operations, all or nothing.
 *
 * Every operation addresses a member of a container by a pointer; the pointer is walked to the parent and
 * its last token is the place. A document is replaced as a whole by the empty pointer.
 */
#include <string.h>

#include "api/patch.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

/* A place in a document: the parent and the last token; parent NULL: the document itself. */
struct place {
	json_t *parent;
	char *token;
};

static void place_deinit(struct place *p)
{
	free(p->token);
}

static int refuse(struct error *err, const char *op, const char *path, const char *why)
{
	return error_set(err, ERR_INVALID, "Invalid",
			 "the server rejected our request due to an error in our request: %s "
			 "operation at \"%s\": %s",
			 op, path, why);
}

/* "~1" is a slash, "~0" a tilde; in place. */
static void unescape(char *token)
{
	char *out = token;

	for (const char *in = token; *in != '\0'; in++) {
		if (in[0] == '~' && (in[1] == '0' || in[1] == '1'))
			*out++ = *++in == '1' ? '/' : '~';
		else
			*out++ = *in;
	}
	*out = '\0';
}

static json_t *member(const json_t *container, const char *token)
{
	int64_t i;

	if (json_is_object(container))
		return json_object_get(container, token);
	if (!json_is_array(container) || str_to_int64(token, 0, INT32_MAX, &i) < 0)
		return NULL;
	return json_array_get(container, (size_t)i);
}

/* Finds the place of a pointer; false: its parent is not there. */
static bool find_place(json_t *doc, const char *pointer, struct place *ret)
{
	_cleanup_strv_ char **tokens = NULL;
	json_t *at = doc;
	size_t n;

	if (*pointer == '\0')
		return true;
	if (*pointer != '/')
		return false;
	tokens = strv_split(pointer + 1, '/');
	n = strv_len(tokens);
	for (size_t i = 0; i < n; i++)
		unescape(tokens[i]);
	for (size_t i = 0; i + 1 < n && at != NULL; i++)
		at = member(at, tokens[i]);
	if (!json_is_object(at) && !json_is_array(at))
		return false;
	ret->parent = at;
	ret->token = xstrdup(tokens[n - 1]);
	return true;
}

static json_t *value_at(json_t *doc, const char *pointer)
{
	_cleanup_(place_deinit) struct place p = { 0 };

	if (!find_place(doc, pointer, &p))
		return NULL;
	return p.parent == NULL ? doc : member(p.parent, p.token);
}

/* Takes value over. */
static bool add_at(json_t **doc, const char *pointer, json_t *value)
{
	_cleanup_(place_deinit) struct place p = { 0 };
	int64_t i;

	if (!find_place(*doc, pointer, &p)) {
		json_decref(value);
		return false;
	}
	if (p.parent == NULL) {
		json_decref(*doc);
		*doc = value;
		return true;
	}
	if (json_is_object(p.parent))
		return json_object_set_new(p.parent, p.token, value) == 0;
	if (streq(p.token, "-"))
		return json_array_append_new(p.parent, value) == 0;
	if (str_to_int64(p.token, 0, (int64_t)json_array_size(p.parent), &i) < 0) {
		json_decref(value);
		return false;
	}
	return json_array_insert_new(p.parent, (size_t)i, value) == 0;
}

static bool remove_at(json_t *doc, const char *pointer)
{
	_cleanup_(place_deinit) struct place p = { 0 };
	int64_t i;

	if (!find_place(doc, pointer, &p) || p.parent == NULL)
		return false;
	if (json_is_object(p.parent))
		return json_object_del(p.parent, p.token) == 0;
	if (str_to_int64(p.token, 0, INT32_MAX, &i) < 0)
		return false;
	return json_array_remove(p.parent, (size_t)i) == 0;
}

static bool replace_at(json_t **doc, const char *pointer, json_t *value)
{
	_cleanup_(place_deinit) struct place p = { 0 };
	int64_t i;

	if (value_at(*doc, pointer) == NULL) {
		json_decref(value);
		return false;
	}
	if (!find_place(*doc, pointer, &p) || p.parent == NULL || json_is_object(p.parent))
		return add_at(doc, pointer, value);
	if (str_to_int64(p.token, 0, INT32_MAX, &i) < 0) {
		json_decref(value);
		return false;
	}
	return json_array_set_new(p.parent, (size_t)i, value) == 0;
}

/* move and copy: the value of `from` lands at `path`. */
static int transfer(json_t **doc, const char *op, const char *from, const char *path,
		    struct error *err)
{
	json_t *value = from != NULL ? json_dup(value_at(*doc, from)) : NULL;

	if (value == NULL)
		return refuse(err, op, from != NULL ? from : "", "missing value");
	if (streq(op, "move") && !remove_at(*doc, from)) {
		json_decref(value);
		return refuse(err, op, from, "missing value");
	}
	return add_at(doc, path, value) ? 0 : refuse(err, op, path, "missing path");
}

static int apply(json_t **doc, const json_t *item, struct error *err)
{
	const char *op = json_str(item, "op"), *path = json_str(item, "path");
	const json_t *value = json_object_get(item, "value");

	if (op == NULL || path == NULL)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "a JSON patch operation needs op and path");
	if (streq(op, "remove"))
		return remove_at(*doc, path) ? 0 : refuse(err, op, path, "missing path");
	if (streq(op, "move") || streq(op, "copy"))
		return transfer(doc, op, json_str(item, "from"), path, err);
	if (streq(op, "test"))
		return json_same(value_at(*doc, path), value) ?
			       0 :
			       refuse(err, op, path, "testing value failed");
	if (value == NULL)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "JSON patch operation \"%s\" needs a value", op);
	if (streq(op, "add"))
		return add_at(doc, path, json_dup(value)) ? 0 :
							    refuse(err, op, path, "missing path");
	if (streq(op, "replace"))
		return replace_at(doc, path, json_dup(value)) ?
			       0 :
			       refuse(err, op, path, "missing path");
	return error_set(err, ERR_BAD_REQUEST, "BadRequest",
			 "unexpected JSON patch operation \"%s\"", op);
}

int patch_json(const json_t *target, const json_t *ops, json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *doc = json_dup(target);
	json_t *item;
	size_t i;

	if (!json_is_array(ops))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "a JSON patch must be an array of operations");
	json_array_foreach((json_t *)ops, i, item) {
		int r = apply(&doc, item, err);

		if (r < 0)
			return r;
	}
	*ret = take_ptr(doc);
	return 0;
}
