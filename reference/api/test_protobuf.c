/*
 * Tests of reading protobuf bodies: what is written here is what a client's encoder writes.
 */
#include "api/job.h"
#include "api/options.h"
#include "api/pod.h"
#include "api/protobuf.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "base/test.h"

static void add_varint(struct strbuf *b, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		strbuf_addc(b, (char)(v | 0x80));
	strbuf_addc(b, (char)v);
}

static void add_int(struct strbuf *b, unsigned number, int64_t v)
{
	add_varint(b, number << 3);
	add_varint(b, (uint64_t)v);
}

static void add_bytes(struct strbuf *b, unsigned number, const void *data, size_t len)
{
	add_varint(b, number << 3 | 2);
	add_varint(b, len);
	strbuf_add(b, data, len);
}

static void add_text(struct strbuf *b, unsigned number, const char *text)
{
	add_bytes(b, number, text, strlen(text));
}

/* The message goes into b and is empty again. */
static void add_message(struct strbuf *b, unsigned number, struct strbuf *message)
{
	add_bytes(b, number, strbuf_str(message), message->len);
	strbuf_deinit(message);
	*message = (struct strbuf)STRBUF_INIT;
}

static void add_pair(struct strbuf *b, unsigned number, const char *key, const char *value)
{
	struct strbuf entry = STRBUF_INIT;

	add_text(&entry, 1, key);
	add_text(&entry, 2, value);
	add_message(b, number, &entry);
}

/* What comes out of an object's bytes, as text, or the error's sentence. Static buffer. */
static const char *decoded(const struct schema *s, const char *version, const char *kind,
			   struct strbuf *object)
{
	static char out[2048];
	_cleanup_strbuf_ struct strbuf whole = STRBUF_INIT;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct strbuf meta = STRBUF_INIT;
	_cleanup_json_ json_t *v = NULL;
	_cleanup_free_ char *text = NULL;

	strbuf_add(&whole, "k8s", 4);
	add_text(&meta, 1, version);
	add_text(&meta, 2, kind);
	add_message(&whole, 1, &meta);
	add_message(&whole, 2, object);
	if (protobuf_decode(whole.data, whole.len, s, &v, &err) == 0)
		text = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(out, sizeof out, "%s", text ? text : error_text(&err));
	return out;
}

static void test_metadata(void)
{
	struct strbuf meta = STRBUF_INIT, object = STRBUF_INIT;

	add_text(&meta, 1, "a");
	add_bytes(&meta, 8, "", 0);
	add_pair(&meta, 11, "app", "x");
	add_text(&meta, 14, "f");
	add_text(&meta, 14, "g");
	add_message(&object, 1, &meta);
	CHECK_STR(decoded(&schema_eviction, "policy/v1", "Eviction", &object),
		  "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":"
		  "{\"creationTimestamp\":null,\"finalizers\":[\"f\",\"g\"],\"labels\":"
		  "{\"app\":\"x\"},\"name\":\"a\"}}");
}

static void test_numbers_and_flags(void)
{
	struct strbuf object = STRBUF_INIT;

	add_int(&object, 1, -1);
	add_int(&object, 3, 1);
	add_text(&object, 5, "All");
	CHECK_STR(decoded(&schema_delete_options, "v1", "DeleteOptions", &object),
		  "{\"apiVersion\":\"v1\",\"dryRun\":[\"All\"],\"gracePeriodSeconds\":-1,"
		  "\"kind\":\"DeleteOptions\",\"orphanDependents\":true}");
}

/* A volume's source and a probe's handler stand in messages of their own there, and inside the object here. */
static void test_inlined_messages(void)
{
	struct strbuf dir = STRBUF_INIT, source = STRBUF_INIT, volume = STRBUF_INIT,
		      size = STRBUF_INIT, spec = STRBUF_INIT;

	add_text(&size, 1, "1Mi");
	add_message(&dir, 2, &size);
	add_message(&source, 2, &dir);
	add_text(&volume, 1, "v");
	add_message(&volume, 2, &source);
	add_message(&spec, 1, &volume);
	CHECK_CONTAINS(decoded(&schema_pod_spec, "v1", "PodSpec", &spec),
		       "\"volumes\":[{\"emptyDir\":{\"sizeLimit\":\"1Mi\"},\"name\":\"v\"}]");
}

static void test_ports_by_number_and_name(void)
{
	struct strbuf port = STRBUF_INIT, get = STRBUF_INIT, handler = STRBUF_INIT,
		      probe = STRBUF_INIT, container = STRBUF_INIT, spec = STRBUF_INIT;

	add_int(&port, 1, 1);
	add_int(&port, 2, 0);
	add_text(&port, 3, "web");
	add_message(&get, 2, &port);
	add_message(&handler, 2, &get);
	add_message(&probe, 1, &handler);
	add_int(&probe, 4, 7);
	add_message(&container, 10, &probe);
	add_message(&spec, 2, &container);
	CHECK_CONTAINS(decoded(&schema_pod_spec, "v1", "PodSpec", &spec),
		       "\"livenessProbe\":{\"httpGet\":{\"port\":\"web\"},\"periodSeconds\":7}");
}

static void test_nothing_is_lost_in_silence(void)
{
	struct strbuf object = STRBUF_INIT, zeros = STRBUF_INIT;

	add_int(&zeros, 1, 0);
	add_text(&zeros, 2, "");
	add_message(&object, 2999, &zeros);
	add_int(&object, 3000, 0);
	CHECK_CONTAINS(decoded(&schema_job_spec, "batch/v1", "JobSpec", &object),
		       "{\"apiVersion\"");
	add_int(&object, 3000, 1);
	CHECK_STR(
		decoded(&schema_job_spec, "batch/v1", "JobSpec", &object),
		"field \"\" (number 3000) of JobSpec cannot be read from protobuf here: send JSON");
}

static void test_broken_bytes(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct strbuf object = STRBUF_INIT;
	json_t *v = NULL;

	strbuf_add(&object, "\x0a\x7fshort", 7);
	CHECK_STR(decoded(&schema_eviction, "policy/v1", "Eviction", &object),
		  "the protobuf body is malformed");
	add_int(&object, 1, 1); /* a number where a message belongs */
	CHECK_STR(decoded(&schema_eviction, "policy/v1", "Eviction", &object),
		  "the protobuf body is malformed");
	CHECK_INT(protobuf_decode("{}", 2, &schema_eviction, &v, &err), -ERR_BAD_REQUEST);
}

int main(void)
{
	TEST(test_metadata);
	TEST(test_numbers_and_flags);
	TEST(test_inlined_messages);
	TEST(test_ports_by_number_and_name);
	TEST(test_nothing_is_lost_in_silence);
	TEST(test_broken_bytes);
	return test_end();
}
