/*
 * protobuf: bodies of the media type application/vnd.kubernetes.protobuf, read into their JSON form.
 *
 * Newer clients create the built-in kinds in it and fall back to nothing, so a server must read it. It need not
 * write it: they all accept JSON as an answer. The field tables give types, protobuf_numbers.c the wire's numbers.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "api/schema.h"
#include "base/error.h"

/*
 * data: the envelope ("k8s" and a NUL, then the kind and the object's bytes). s: the table of the object that it must
 * be. *ret: a new object with apiVersion and kind as the envelope says, not validated. ERR_BAD_REQUEST when the
 * bytes are malformed, or hold what the tables have no place for.
 */
int protobuf_decode(const void *data, size_t len, const struct schema *s, json_t **ret,
		    struct error *err);

/* ---- for protobuf.c: the numbers ---- */

/*
 * Names of a message's fields in the order of their numbers, which begin at 1; "-" is no field of ours. "=NAME": a
 * message whose fields are those of the object itself.
 */
struct protobuf_message {
	const char *name; /* as in struct schema */
	const char *fields;
	const char *version; /* of the one group that has it so, or NULL */
};

/* The message of this name in this group and version; NULL: none is known. */
const struct protobuf_message *protobuf_message(const char *name, const char *version);
