/*
 * A table becomes one named schema, a row one property: type and format, enum and default, and for lists how a patch goes
 * into them. What the tables state beyond that (ranges, defaults) is said in words, since that is what people read in an
 * explanation. Two tables of one name get a number.
 */
#include "apiserver/openapi.h"

#include "api/pod.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

#define META "io.k8s.apimachinery.pkg.apis.meta.v1."
#define TIME_NAME META "Time"
#define QUANTITY_NAME "io.k8s.apimachinery.pkg.api.resource.Quantity"
#define INT_OR_STRING_NAME "io.k8s.apimachinery.pkg.util.intstr.IntOrString"

struct named {
	const struct schema *schema;
	char *name;
};

struct openapi {
	char *prefix; /* of what has no other home */
	struct named *names;
	size_t n_names;
	json_t *schemas; /* name -> schema */
};

/* ---- names ---- */

static const struct named *find_name(const struct openapi *o, const struct schema *s)
{
	for (size_t i = 0; i < o->n_names; i++)
		if (o->names[i].schema == s)
			return &o->names[i];
	return NULL;
}

static bool is_taken(const struct openapi *o, const char *name)
{
	for (size_t i = 0; i < o->n_names; i++)
		if (streq(o->names[i].name, name))
			return true;
	return false;
}

static void add_name(struct openapi *o, const struct schema *s, const char *prefix)
{
	char *name = str_printf("%s%s", prefix, s->name);

	for (int i = 2; is_taken(o, name); i++) {
		free(name);
		name = str_printf("%s%s%d", prefix, s->name, i);
	}
	o->names = xrealloc(o->names, (o->n_names + 1) * sizeof(*o->names));
	o->names[o->n_names++] = (struct named){ s, name };
}

/* Gives s and what it refers to their names; whoever comes first decides. */
static void name_all(struct openapi *o, const struct schema *s, const char *prefix)
{
	if (find_name(o, s))
		return;
	add_name(o, s, prefix);
	for (const struct field *f = s->fields; f->name; f++)
		if (f->type == T_OBJECT)
			name_all(o, f->sub, prefix);
}

struct openapi *openapi_new(const char *group, const char *version)
{
	static const struct schema *const meta[] = { &schema_object_meta, &schema_label_selector,
						     &schema_condition };
	struct openapi *o = xnew(o);

	o->prefix = *group ? str_printf("io.k8s.api.%.*s.%s.", (int)strcspn(group, "."), group,
					version) :
			     xstrdup("io.k8s.api.core.v1.");
	o->schemas = json_object();
	for (size_t i = 0; i < ARRAY_SIZE(meta); i++)
		name_all(o, meta[i], META);
	name_all(o, &schema_object_reference, "io.k8s.api.core.v1.");
	name_all(o, &schema_pod_template, "io.k8s.api.core.v1.");
	return o;
}

struct openapi *openapi_free(struct openapi *o)
{
	if (!o)
		return NULL;
	for (size_t i = 0; i < o->n_names; i++)
		free(o->names[i].name);
	free(o->names);
	free(o->prefix);
	json_decref(o->schemas);
	free(o);
	return NULL;
}

/* ---- properties ---- */

static json_t *reference(const char *name)
{
	_cleanup_free_ char *ref = str_printf("#/components/schemas/%s", name);

	return json_pack("{s[{ss}]}", "allOf", "$ref", ref);
}

static json_t *value_type(const struct openapi *o, const struct field *f)
{
	switch (f->type) {
	case T_STRING:
		return json_pack("{ss}", "type", "string");
	case T_BOOL:
		return json_pack("{ss}", "type", "boolean");
	case T_INT32:
		return json_pack("{ss, ss}", "type", "integer", "format", "int32");
	case T_INT64:
		return json_pack("{ss, ss}", "type", "integer", "format", "int64");
	case T_BYTES:
		return json_pack("{ss, ss}", "type", "string", "format", "byte");
	case T_INT_OR_STRING:
		return reference(INT_OR_STRING_NAME);
	case T_QUANTITY:
		return reference(QUANTITY_NAME);
	case T_TIME:
		return reference(TIME_NAME);
	case T_OBJECT:
		return reference(find_name(o, f->sub)->name);
	case T_ANY:
		break;
	}
	return json_pack("{ss}", "type", "object");
}

static void add_patch_rules(json_t *property, const struct field *f)
{
	if (f->merge_key) {
		json_take_set(property, "x-kubernetes-patch-strategy",
			      json_string(f->flags & FIELD_RETAIN_KEYS ? "merge,retainKeys" :
									 "merge"));
		json_take_set(property, "x-kubernetes-patch-merge-key", json_string(f->merge_key));
	} else if (f->flags & FIELD_SET) {
		json_take_set(property, "x-kubernetes-patch-strategy", json_string("merge"));
	}
}

/* Ranges and defaults in words; "" when the table says nothing. */
static char *description(const struct field *f)
{
	struct strbuf b = STRBUF_INIT;

	if (f->flags & FIELD_RANGE && f->max == INT64_MAX)
		strbuf_addf(&b, "At least %lld. ", (long long)f->min);
	else if (f->flags & FIELD_RANGE)
		strbuf_addf(&b, "From %lld to %lld. ", (long long)f->min, (long long)f->max);
	if (f->dflt && *f->dflt && f->type != T_OBJECT && f->shape == SHAPE_ONE)
		strbuf_addf(&b, "Defaults to %s. ", f->dflt);
	if (f->flags & FIELD_IMMUTABLE)
		strbuf_adds(&b, "Cannot be changed. ");
	if (f->merge_key)
		strbuf_addf(&b, "A patch merges elements of the same %s. ", f->merge_key);
	if (b.len)
		strbuf_truncate(&b, b.len - 1);
	return strbuf_take(&b);
}

static json_t *enum_of(const struct field *f)
{
	json_t *out = json_array();

	for (const char *const *v = f->values; *v; v++)
		json_take_append(out, json_string(*v));
	return out;
}

static json_t *property_of(const struct openapi *o, const struct field *f)
{
	_cleanup_free_ char *text = description(f);
	json_t *value = value_type(o, f), *out = value;

	if (f->values)
		json_take_set(value, "enum", enum_of(f));
	if (f->shape == SHAPE_LIST)
		out = json_pack("{ss, so}", "type", "array", "items", value);
	else if (f->shape == SHAPE_MAP)
		out = json_pack("{ss, so}", "type", "object", "additionalProperties", value);
	add_patch_rules(out, f);
	json_take_set(out, "description", json_string(text));
	return out;
}

/* ---- schemas ---- */

json_t *openapi_gvk(const struct kind *k)
{
	return json_pack("{ss, ss, ss}", "group", k->group, "kind", k->kind, "version", k->version);
}

static json_t *schema_of(const struct openapi *o, const struct schema *s)
{
	json_t *properties = json_object(), *required = json_array();

	for (const struct field *f = s->fields; f->name; f++) {
		json_take_set(properties, f->name, property_of(o, f));
		if (f->flags & FIELD_REQUIRED)
			json_take_append(required, json_string(f->name));
	}
	return json_pack("{ss, so, so}", "type", "object", "properties", properties, "required",
			 required);
}

static void add_schema(struct openapi *o, const struct schema *s)
{
	const char *name = find_name(o, s)->name;

	if (json_object_get(o->schemas, name))
		return;
	json_take_set(o->schemas, name, schema_of(o, s));
	for (const struct field *f = s->fields; f->name; f++)
		if (f->type == T_OBJECT)
			add_schema(o, f->sub);
}

void openapi_add_kind(struct openapi *o, const struct kind *k)
{
	_cleanup_free_ char *text =
		str_printf("%s of %s: %s%s", k->kind, k->api_version,
			   k->namespaced ? "lives in a namespace" : "belongs to the whole cluster",
			   k->subresources & SUB_STATUS ? ", has a status" : "");
	const char *name;
	json_t *schema;

	name_all(o, k->schema, o->prefix);
	add_schema(o, k->schema);
	name = find_name(o, k->schema)->name;
	schema = json_object_get(o->schemas, name);
	json_take_set(schema, "description", json_string(text));
	json_take_set(schema, "x-kubernetes-group-version-kind", json_pack("[o]", openapi_gvk(k)));
}

char *openapi_kind_name(const struct openapi *o, const struct kind *k)
{
	return xstrdup(find_name(o, k->schema)->name);
}

json_t *openapi_take(struct openapi *o)
{
	json_take_set(o->schemas, TIME_NAME,
		      json_pack("{ss, ss}", "type", "string", "format", "date-time"));
	json_take_set(o->schemas, QUANTITY_NAME,
		      json_pack("{s[{ss}, {ss}]}", "oneOf", "type", "string", "type", "number"));
	json_take_set(o->schemas, INT_OR_STRING_NAME,
		      json_pack("{ss, s[{ss}, {ss}]}", "format", "int-or-string", "oneOf", "type",
				"integer", "type", "string"));
	return json_incref(o->schemas);
}
