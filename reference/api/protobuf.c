/*
 * protobuf: a walk over the wire and the tables side by side.
 *
 * A field's number gives its name (protobuf_numbers.c), the table its type. Encoders of the field write every plain
 * field, also an empty one: such zeros are taken as they come, defaulting drops them. A number or a field
 * that the tables do not know is an error unless it is empty: nothing that somebody wrote is lost in silence.
 *
 * The envelope: "k8s\0", then a message { 1: { 1: apiVersion, 2: kind }, 2: the object }.
 */
#include "api/protobuf.h"

#include <string.h>

#include "api/config.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct bytes {
	const unsigned char *p, *end;
};

/* One field as it stands on the wire. */
struct item {
	uint64_t number;
	enum wire_type wire;
	uint64_t value; /* of what is no WIRE_BYTES */
	struct bytes bytes;
};

struct decoder {
	const char *version; /* "apps/v1" */
	struct error *err;
};

static int malformed(struct decoder *d)
{
	return error_set(d->err, ERR_BAD_REQUEST, "BadRequest", "the protobuf body is malformed");
}

/* ---- the wire ---- */

/* 0, or -1: it ends too early or is too long. */
static int read_varint(struct bytes *b, uint64_t *ret)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64 && b->p < b->end; shift += 7) {
		unsigned char c = *b->p++;

		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80)) {
			*ret = v;
			return 0;
		}
	}
	return -1;
}

static int read_fixed(struct bytes *b, size_t size, uint64_t *ret)
{
	uint64_t v = 0;

	if ((size_t)(b->end - b->p) < size)
		return -1;
	for (size_t i = 0; i < size; i++)
		v |= (uint64_t)b->p[i] << (8 * i);
	b->p += size;
	*ret = v;
	return 0;
}

static int read_bytes(struct bytes *b, struct bytes *ret)
{
	uint64_t len;

	if (read_varint(b, &len) < 0 || len > (uint64_t)(b->end - b->p))
		return -1;
	*ret = (struct bytes){ b->p, b->p + len };
	b->p += len;
	return 0;
}

static int read_item(struct bytes *b, struct item *ret)
{
	uint64_t tag;

	*ret = (struct item){ 0 };
	if (read_varint(b, &tag) < 0)
		return -1;
	ret->number = tag >> 3;
	ret->wire = (enum wire_type)(tag & 7);
	switch (ret->wire) {
	case WIRE_VARINT:
		return read_varint(b, &ret->value);
	case WIRE_FIXED64:
		return read_fixed(b, 8, &ret->value);
	case WIRE_FIXED32:
		return read_fixed(b, 4, &ret->value);
	case WIRE_BYTES:
		return read_bytes(b, &ret->bytes);
	}
	return -1;
}

/* Zero, nothing, or a message of nothing else. */
static bool is_empty(const struct item *it)
{
	struct bytes b = it->bytes;
	struct item member;

	while (b.p < b.end)
		if (read_item(&b, &member) < 0 || !is_empty(&member))
			return false;
	return it->value == 0;
}

/* The last field of this number in a message whose fields are few; false: none, or malformed. */
static bool find_item(struct bytes b, uint64_t number, struct item *ret)
{
	bool found = false;
	struct item it;

	while (b.p < b.end && read_item(&b, &it) == 0) {
		if (it.number != number)
			continue;
		*ret = it;
		found = true;
	}
	return found;
}

/* ---- values ---- */

static json_t *text_of(const struct bytes *b)
{
	return json_stringn((const char *)b->p, (size_t)(b->end - b->p));
}

static json_t *quantity_of(const struct bytes *b)
{
	struct item it;

	return find_item(*b, 1, &it) ? text_of(&it.bytes) : json_string("0");
}

static json_t *time_of(const struct bytes *b)
{
	struct item seconds = { 0 }, nanos = { 0 };
	char stamp[CLOCK_STAMP_MAX];
	int64_t ns;

	if (b->p == b->end)
		return json_null();
	find_item(*b, 1, &seconds);
	find_item(*b, 2, &nanos);
	if (seconds.value > INT64_MAX / (uint64_t)NSEC_PER_SEC - 1)
		return NULL;
	ns = (int64_t)seconds.value * NSEC_PER_SEC + (int64_t)nanos.value;
	return json_string(nanos.value ? clock_format_micro(ns, stamp) : clock_format(ns, stamp));
}

static json_t *int_or_string_of(const struct bytes *b)
{
	struct item kind = { 0 }, number = { 0 }, text = { 0 };

	find_item(*b, 1, &kind);
	find_item(*b, 2, &number);
	if (kind.value == 0)
		return json_integer((json_int_t)(int64_t)number.value);
	return find_item(*b, 3, &text) ? text_of(&text.bytes) : json_string("");
}

static json_t *base64_of(const struct bytes *b)
{
	_cleanup_free_ char *text = base64_encode(b->p, (size_t)(b->end - b->p));

	return json_string(text);
}

static int decode_message(struct decoder *d, struct bytes b, const struct schema *s,
			  const char *name, json_t *obj);

static int decode_object(struct decoder *d, const struct field *f, const struct bytes *b,
			 json_t **ret)
{
	_cleanup_json_ json_t *obj = json_object();
	int r = decode_message(d, *b, f->sub, f->sub->name, obj);

	if (r == 0)
		*ret = take_ptr(obj);
	return r;
}

/* One value of the field's type, whatever its shape. */
static int decode_value(struct decoder *d, const struct field *f, const struct item *it,
			json_t **ret)
{
	bool scalar = f->type == T_BOOL || f->type == T_INT32 || f->type == T_INT64;

	if (scalar != (it->wire != WIRE_BYTES))
		return malformed(d);
	switch (f->type) {
	case T_BOOL:
		*ret = json_boolean(it->value != 0);
		break;
	case T_INT32:
	case T_INT64:
		*ret = json_integer((json_int_t)(int64_t)it->value);
		break;
	case T_STRING:
		*ret = text_of(&it->bytes);
		break;
	case T_QUANTITY:
		*ret = quantity_of(&it->bytes);
		break;
	case T_TIME:
		*ret = time_of(&it->bytes);
		break;
	case T_INT_OR_STRING:
		*ret = int_or_string_of(&it->bytes);
		break;
	case T_BYTES:
		*ret = base64_of(&it->bytes);
		break;
	case T_OBJECT:
		return decode_object(d, f, &it->bytes, ret);
	case T_ANY:
		*ret = NULL;
	}
	return *ret ? 0 : malformed(d); /* text that is no UTF-8 */
}

/* ---- fields ---- */

static int add_element(struct decoder *d, const struct field *f, const struct item *it, json_t *obj)
{
	json_t *list = json_object_get(obj, f->name), *value = NULL;
	int r = decode_value(d, f, it, &value);

	if (r < 0)
		return r;
	if (!list) {
		list = json_array();
		json_object_set_new(obj, f->name, list);
	}
	json_array_append_new(list, value);
	return 0;
}

/* A map's entry is a message { 1: key, 2: value }; an empty one is left out by encoders. */
static int add_entry(struct decoder *d, const struct field *f, const struct item *it, json_t *obj)
{
	struct item key = { .wire = WIRE_BYTES, .bytes = { it->bytes.p, it->bytes.p } },
		    value = key;
	_cleanup_free_ char *name = NULL;
	json_t *map = json_object_get(obj, f->name), *v = NULL;
	int r;

	if (it->wire != WIRE_BYTES)
		return malformed(d);
	find_item(it->bytes, 1, &key);
	find_item(it->bytes, 2, &value);
	r = decode_value(d, f, &value, &v);
	if (r < 0)
		return r;
	if (!map) {
		map = json_object();
		json_object_set_new(obj, f->name, map);
	}
	name = xstrndup((const char *)key.bytes.p, (size_t)(key.bytes.end - key.bytes.p));
	return json_object_set_new(map, name, v) == 0 ? 0 : malformed(d);
}

static int set_field(struct decoder *d, const struct field *f, const struct item *it, json_t *obj)
{
	json_t *value = NULL;
	int r;

	if (f->shape == SHAPE_LIST)
		return add_element(d, f, it, obj);
	if (f->shape == SHAPE_MAP)
		return add_entry(d, f, it, obj);
	r = decode_value(d, f, it, &value);
	if (r == 0)
		json_object_set_new(obj, f->name, value);
	return r;
}

/* The number-th of the names; "" when there are not so many. The caller frees. */
static char *field_name(const struct protobuf_message *m, uint64_t number)
{
	const char *at = m->fields;

	for (; number > 1 && *at; number--) {
		at += strcspn(at, " ");
		at += *at == ' ';
	}
	return xstrndup(at, strcspn(at, " "));
}

static int no_place(struct decoder *d, const struct schema *s, const char *name, uint64_t number)
{
	return error_set(
		d->err, ERR_BAD_REQUEST, "BadRequest",
		"field \"%s\" (number %llu) of %s cannot be read from protobuf here: send JSON",
		name, (unsigned long long)number, s->name);
}

static int decode_item(struct decoder *d, const struct item *it, const struct schema *s,
		       const struct protobuf_message *m, json_t *obj)
{
	_cleanup_free_ char *name = m && it->number ? field_name(m, it->number) : xstrdup("");
	const struct field *f;

	if (*name == '=')
		return it->wire == WIRE_BYTES ? decode_message(d, it->bytes, s, name + 1, obj) :
						malformed(d);
	f = *name ? schema_field(s, name) : NULL;
	if (f && f->type != T_ANY)
		return set_field(d, f, it, obj);
	return is_empty(it) ? 0 : no_place(d, s, name, it->number);
}

static int decode_message(struct decoder *d, struct bytes b, const struct schema *s,
			  const char *name, json_t *obj)
{
	const struct protobuf_message *m = protobuf_message(name, d->version);
	int r = 0;

	while (r == 0 && b.p < b.end) {
		struct item it;

		r = read_item(&b, &it) < 0 ? malformed(d) : decode_item(d, &it, s, m, obj);
	}
	return r;
}

/* ---- the envelope ---- */

int protobuf_decode(const void *data, size_t len, const struct schema *s, json_t **ret,
		    struct error *err)
{
	static const char magic[4] = { 'k', '8', 's', '\0' };
	struct decoder d = { .err = err };
	struct item meta = { 0 }, raw = { 0 }, version = { 0 }, kind = { 0 };
	_cleanup_json_ json_t *obj = json_object();
	struct bytes b = { (const unsigned char *)data + sizeof(magic),
			   (const unsigned char *)data + len };
	int r;

	if (len < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0 ||
	    !find_item(b, 1, &meta) || !find_item(meta.bytes, 1, &version) ||
	    !find_item(meta.bytes, 2, &kind))
		return malformed(&d);
	json_take_set(obj, "apiVersion", text_of(&version.bytes));
	json_take_set(obj, "kind", text_of(&kind.bytes));
	d.version = json_str_or(obj, "apiVersion", "");
	find_item(b, 2, &raw);
	r = decode_message(&d, raw.bytes, s, s->name, obj);
	if (r == 0)
		*ret = take_ptr(obj);
	return r;
}
