/*
 * meta: reading and writing of metadata, owners, names and ids.
 *
 * Thin on purpose: the objects are JSON and stay JSON. Setters make metadata when it is not there, and do
 * nothing to a value that is no object.
 */
#include "api/meta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

#define NAME_MAX_BASE 58

const char *meta_name(const json_t *obj)
{
	return json_str(obj, "metadata.name");
}

const char *meta_namespace(const json_t *obj)
{
	return json_str(obj, "metadata.namespace");
}

const char *meta_uid(const json_t *obj)
{
	return json_str(obj, "metadata.uid");
}

const char *meta_kind(const json_t *obj)
{
	return json_str(obj, "kind");
}

const char *meta_api_version(const json_t *obj)
{
	return json_str(obj, "apiVersion");
}

const char *meta_generate_name(const json_t *obj)
{
	return json_str(obj, "metadata.generateName");
}

const char *meta_deletion_timestamp(const json_t *obj)
{
	return json_str(obj, "metadata.deletionTimestamp");
}

const char *meta_creation_timestamp(const json_t *obj)
{
	return json_str(obj, "metadata.creationTimestamp");
}

uint64_t meta_rv(const json_t *obj)
{
	const char *text = json_str(obj, "metadata.resourceVersion");
	int64_t n;

	if (text == NULL || str_to_int64(text, 0, INT64_MAX, &n) < 0)
		return 0;
	return (uint64_t)n;
}

int64_t meta_generation(const json_t *obj)
{
	return json_int(obj, "metadata.generation", 0);
}

int64_t meta_deletion_grace(const json_t *obj)
{
	return json_int(obj, "metadata.deletionGracePeriodSeconds", -1);
}

json_t *meta_labels(const json_t *obj)
{
	return json_obj(obj, "metadata.labels");
}

json_t *meta_annotations(const json_t *obj)
{
	return json_obj(obj, "metadata.annotations");
}

const char *meta_label(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(meta_labels(obj), key));
}

const char *meta_annotation(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(meta_annotations(obj), key));
}

bool meta_has_finalizers(const json_t *obj)
{
	return json_len(obj, "metadata.finalizers") > 0;
}

json_t *meta_ensure(json_t *obj)
{
	if (!json_is_object(obj))
		return NULL;
	return json_make_obj(obj, "metadata");
}

void meta_set(json_t *obj, const char *key, const char *value)
{
	json_t *meta = meta_ensure(obj);

	if (meta == NULL)
		return;
	if (value == NULL)
		json_object_del(meta, key);
	else
		json_object_set_new(meta, key, json_string(value));
}

void meta_set_int(json_t *obj, const char *key, int64_t value)
{
	json_t *meta = meta_ensure(obj);

	if (meta != NULL)
		json_object_set_new(meta, key, json_integer(value));
}

void meta_set_rv(json_t *obj, uint64_t revision)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)revision);
	meta_set(obj, "resourceVersion", text);
}

/* ---- owners ---- */

json_t *meta_owner_refs(const json_t *obj)
{
	return json_arr(obj, "metadata.ownerReferences");
}

json_t *meta_controller_ref(const json_t *obj)
{
	json_t *ref;
	size_t i;

	json_array_foreach(meta_owner_refs(obj), i, ref) {
		if (json_bool(ref, "controller", false))
			return ref;
	}
	return NULL;
}

bool meta_is_controlled_by(const json_t *obj, const json_t *owner)
{
	const char *uid = json_str(meta_controller_ref(obj), "uid");

	return uid != NULL && streq(uid, meta_uid(owner));
}

static json_t *text_or_empty(const char *s)
{
	return json_string(s != NULL ? s : "");
}

json_t *meta_controller_ref_new(const json_t *owner)
{
	json_t *ref = json_object();

	json_object_set_new(ref, "apiVersion", text_or_empty(meta_api_version(owner)));
	json_object_set_new(ref, "kind", text_or_empty(meta_kind(owner)));
	json_object_set_new(ref, "name", text_or_empty(meta_name(owner)));
	json_object_set_new(ref, "uid", text_or_empty(meta_uid(owner)));
	json_object_set_new(ref, "controller", json_true());
	json_object_set_new(ref, "blockOwnerDeletion", json_true());
	return ref;
}

/* ---- making names ---- */

static void random_bytes(void *buf, size_t len)
{
	if (getrandom(buf, len, 0) != (ssize_t)len)
		abort();
}

void meta_new_uid(char ret_uid[static META_UID_SIZE])
{
	unsigned char b[16];
	char *out = ret_uid;

	random_bytes(b, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof b; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		out += sprintf(out, "%02x", b[i]);
	}
}

char *meta_make_name(const char *prefix)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	unsigned char b[5];
	char tail[sizeof b + 1] = "";

	random_bytes(b, sizeof b);
	for (size_t i = 0; i < sizeof b; i++)
		tail[i] = letters[b[i] % (sizeof letters - 1)];
	return str_printf("%.*s%s", NAME_MAX_BASE, prefix, tail);
}
