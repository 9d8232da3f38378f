/*
 * Frames on libevent's buffers, and errors as JSON: with everything that the asker's Status will need.
 */
#include "nodelink/link_frame.h"

#include <arpa/inet.h>
#include <stdint.h>

#include "base/json.h"

#define HEAD 5u

static void add_one(struct evbuffer *out, enum link_type type, const char *data, size_t len)
{
	uint32_t length = htonl((uint32_t)len);
	uint8_t head[HEAD];

	memcpy(head, &length, sizeof(length));
	head[4] = (uint8_t)type;
	evbuffer_add(out, head, sizeof(head));
	evbuffer_add(out, data, len);
}

void link_frame_add(struct evbuffer *out, enum link_type type, const char *data, size_t len)
{
	do {
		size_t part = MIN(len, (size_t)LINK_FRAME_MAX);

		add_one(out, type, data, part);
		data += part;
		len -= part;
	} while (len);
}

void link_frame_add_json(struct evbuffer *out, enum link_type type, const json_t *value)
{
	_cleanup_free_ char *text = json_text(value);

	add_one(out, type, text, strlen(text));
}

int link_frame_peek(struct evbuffer *in, struct link_frame *ret)
{
	uint8_t head[HEAD];
	uint32_t length;

	if (evbuffer_copyout(in, head, sizeof(head)) < (ssize_t)sizeof(head))
		return 0;
	memcpy(&length, head, sizeof(length));
	length = ntohl(length);
	if (length > LINK_FRAME_MAX)
		return -1;
	if (evbuffer_get_length(in) < HEAD + length)
		return 0;
	ret->type = head[4];
	ret->len = length;
	ret->data = (const char *)evbuffer_pullup(in, (ssize_t)(HEAD + length)) + HEAD;
	return 1;
}

void link_frame_drop(struct evbuffer *in, const struct link_frame *f)
{
	evbuffer_drain(in, HEAD + f->len);
}

json_t *link_frame_json(const struct link_frame *f)
{
	json_t *v = NULL;

	return json_parse(f->data, f->len, &v, NULL) == 0 ? v : NULL;
}

/* ---- errors ---- */

json_t *link_error_to_json(const struct error *err)
{
	json_t *causes, *out;

	if (!err || !error_is_set(err))
		return NULL;
	causes = json_array();
	for (size_t i = 0; i < err->n_causes; i++)
		json_take_append(causes, json_pack("{ss*, ss*, ss*}", "field", err->causes[i].field,
						   "reason", err->causes[i].reason, "message",
						   err->causes[i].message));
	out = json_pack("{si, ss*, ss*, ss*, so}", "code", err->code, "reason", err->reason,
			"field", err->field, "message", err->message, "causes", causes);
	return out;
}

int link_error_from_json(const json_t *v, struct error *err)
{
	int code = (int)json_int(v, "code", ERR_INTERNAL);
	json_t *cause;
	size_t i;

	if (code <= ERR_NONE || code > ERR_SYSTEM)
		code = ERR_INTERNAL;
	error_set(err, code, json_str(v, "reason"), "%s",
		  json_str_or(v, "message", "the node gave no reason"));
	json_each(v, "causes", i, cause)
		error_add_cause(err, json_str_or(cause, "field", ""),
				json_str_or(cause, "reason", ""), "%s",
				json_str_or(cause, "message", ""));
	if (json_str(v, "field"))
		error_field(err, "%s", json_str(v, "field"));
	return -code;
}
