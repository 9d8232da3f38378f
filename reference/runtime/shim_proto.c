/*
 * shim_proto: bodies of frames, driven by one table per struct.
 *
 * A table row names a member and its kind; the same rows encode, decode and free, so the two ends cannot
 * disagree on the order of fields. Reading never trusts a length: past the end of the body everything
 * reads as empty and `bad` stays set. The reader is also the guard of podd against a broken shim.
 *
 * u64: 8 bytes. str: u64 length, bytes, NUL. strv: u64 count, strings. blob: u64 length, bytes.
 */
#include "runtime/shim_proto.h"
#include "runtime/shim_spec.h"

#include <stdlib.h>
#include <string.h>

enum field_kind { FIELD_U64, FIELD_STR, FIELD_STRV, FIELD_BLOB };

struct field {
	enum field_kind kind;
	size_t offset;
};

#define ROW(k, type, member)                             \
	{                                                \
		FIELD_##k, offsetof(struct type, member) \
	}
#define END                                   \
	{                                     \
		FIELD_U64, SIZE_MAX /* end */ \
	}

static const struct field setup_fields[] = {
	ROW(STR, shim_setup, hostname),	     ROW(STR, shim_setup, pause_path),
	ROW(STR, shim_setup, run_dir),	     ROW(STRV, shim_setup, sysctls),
	ROW(STRV, shim_setup, cgroups),	     ROW(U64, shim_setup, cgroup_v2),
	ROW(U64, shim_setup, flags),	     ROW(U64, shim_setup, user_base),
	ROW(U64, shim_setup, birth_wall_ns), ROW(U64, shim_setup, birth_boot_ns),
	ROW(U64, shim_setup, rate_milli),    END,
};

static const struct field container_fields[] = {
	ROW(STR, shim_container, id),	      ROW(STR, shim_container, dir),
	ROW(STR, shim_container, layers_dir), ROW(STR, shim_container, lower),
	ROW(STR, shim_container, upper),      ROW(STR, shim_container, work),
	ROW(STR, shim_container, root),	      ROW(STRV, shim_container, argv),
	ROW(STRV, shim_container, env),	      ROW(STR, shim_container, cwd),
	ROW(STR, shim_container, user),	      ROW(U64, shim_container, uid),
	ROW(U64, shim_container, gid),	      ROW(STRV, shim_container, groups),
	ROW(STRV, shim_container, mounts),    ROW(STR, shim_container, log_path),
	ROW(STRV, shim_container, cgroups),   ROW(STRV, shim_container, cgroup_mounts),
	ROW(STR, shim_container, memory_dir), ROW(U64, shim_container, caps),
	ROW(U64, shim_container, flags),      ROW(U64, shim_container, oom_score_adj),
	ROW(BLOB, shim_container, seccomp),   END,
};

static const struct field exec_fields[] = {
	ROW(STR, shim_exec, container),
	ROW(STRV, shim_exec, argv),
	ROW(U64, shim_exec, tty),
	ROW(U64, shim_exec, timeout_ns),
	END,
};

static const struct field status_fields[] = {
	ROW(STR, shim_status, id),	    ROW(U64, shim_status, state),
	ROW(U64, shim_status, pid),	    ROW(U64, shim_status, exit_code),
	ROW(U64, shim_status, signal),	    ROW(U64, shim_status, oom_killed),
	ROW(U64, shim_status, created_ns),  ROW(U64, shim_status, started_ns),
	ROW(U64, shim_status, finished_ns), END,
};

void shim_msg_init(struct shim_msg *m, enum shim_op op, uint64_t tag)
{
	memset(m, 0, sizeof(*m));
	m->head.op = (uint16_t)op;
	m->head.tag = tag;
}

void shim_msg_clear(struct shim_msg *m)
{
	free(m->body);
	m->body = NULL;
	m->len = m->cap = m->pos = 0;
}

/* ---- writing ---- */

static void put_bytes(struct shim_msg *m, const void *data, size_t len)
{
	if (m->len + len > m->cap) {
		size_t cap = (m->len + len) * 2 + 64;
		char *grown = realloc(m->body, cap);

		if (!grown) {
			m->bad = true;
			return;
		}
		m->body = grown;
		m->cap = cap;
	}
	if (len)
		memcpy(m->body + m->len, data, len);
	m->len += len;
	m->head.len = (uint32_t)m->len;
}

void shim_put_u64(struct shim_msg *m, uint64_t v)
{
	put_bytes(m, &v, sizeof(v));
}

void shim_put_str(struct shim_msg *m, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	shim_put_u64(m, len);
	put_bytes(m, s ? s : "", len);
	put_bytes(m, "", 1);
}

static void put_strv(struct shim_msg *m, char *const *v)
{
	uint64_t n = 0;

	while (v && v[n])
		n++;
	shim_put_u64(m, n);
	for (uint64_t i = 0; i < n; i++)
		shim_put_str(m, v[i]);
}

static void put_blob(struct shim_msg *m, const struct shim_blob *b)
{
	shim_put_u64(m, b->len);
	put_bytes(m, b->data, b->len);
}

static void put_fields(struct shim_msg *m, const struct field *f, const void *object)
{
	for (; f->offset != SIZE_MAX; f++) {
		const void *p = (const char *)object + f->offset;

		switch (f->kind) {
		case FIELD_U64:
			shim_put_u64(m, *(const uint64_t *)p);
			break;
		case FIELD_STR:
			shim_put_str(m, *(char *const *)p);
			break;
		case FIELD_STRV:
			put_strv(m, *(char **const *)p);
			break;
		case FIELD_BLOB:
			put_blob(m, p);
			break;
		}
	}
}

/* ---- reading ---- */

static const void *get_bytes(struct shim_msg *m, uint64_t len)
{
	const char *at = m->body + m->pos;

	if (m->bad || len > m->len - m->pos) {
		m->bad = true;
		return NULL;
	}
	m->pos += len;
	return at;
}

uint64_t shim_get_u64(struct shim_msg *m)
{
	uint64_t v = 0;
	const void *p = get_bytes(m, sizeof(v));

	if (p)
		memcpy(&v, p, sizeof(v));
	return v;
}

const char *shim_get_str(struct shim_msg *m)
{
	uint64_t len = shim_get_u64(m);
	const char *s = len < SHIM_MAX_BODY ? get_bytes(m, len + 1) : NULL;

	if (!s || s[len] != '\0') {
		m->bad = true;
		return "";
	}
	return s;
}

static char *get_owned_str(struct shim_msg *m)
{
	char *s = strdup(shim_get_str(m));

	if (!s)
		m->bad = true;
	return s;
}

static char **get_strv(struct shim_msg *m)
{
	uint64_t n = shim_get_u64(m);
	char **v;

	if (n > m->len) { /* each string takes more than a byte */
		m->bad = true;
		n = 0;
	}
	v = calloc(n + 1, sizeof(*v));
	if (!v)
		m->bad = true;
	for (uint64_t i = 0; v && i < n && !m->bad; i++)
		v[i] = get_owned_str(m);
	return v;
}

static void get_blob(struct shim_msg *m, struct shim_blob *b)
{
	uint64_t len = shim_get_u64(m);
	const void *p = get_bytes(m, len);

	if (!p || !len)
		return;
	b->data = malloc(len);
	if (!b->data) {
		m->bad = true;
		return;
	}
	memcpy(b->data, p, len);
	b->len = len;
}

static void get_fields(struct shim_msg *m, const struct field *f, void *object)
{
	for (; f->offset != SIZE_MAX; f++) {
		void *p = (char *)object + f->offset;

		switch (f->kind) {
		case FIELD_U64:
			*(uint64_t *)p = shim_get_u64(m);
			break;
		case FIELD_STR:
			*(char **)p = get_owned_str(m);
			break;
		case FIELD_STRV:
			*(char ***)p = get_strv(m);
			break;
		case FIELD_BLOB:
			get_blob(m, p);
			break;
		}
	}
}

static void free_strv(char **v)
{
	for (char **s = v; s && *s; s++)
		free(*s);
	free(v);
}

static void clear_fields(const struct field *f, void *object, size_t size)
{
	for (; f->offset != SIZE_MAX; f++) {
		void *p = (char *)object + f->offset;

		if (f->kind == FIELD_STR)
			free(*(char **)p);
		else if (f->kind == FIELD_STRV)
			free_strv(*(char ***)p);
		else if (f->kind == FIELD_BLOB)
			free(((struct shim_blob *)p)->data);
	}
	memset(object, 0, size);
}

/* ---- one of each per struct ---- */

void shim_put_setup(struct shim_msg *m, const struct shim_setup *s)
{
	put_fields(m, setup_fields, s);
}

void shim_get_setup(struct shim_msg *m, struct shim_setup *s)
{
	get_fields(m, setup_fields, s);
}

void shim_setup_clear(struct shim_setup *s)
{
	clear_fields(setup_fields, s, sizeof(*s));
}

void shim_put_container(struct shim_msg *m, const struct shim_container *c)
{
	put_fields(m, container_fields, c);
}

void shim_get_container(struct shim_msg *m, struct shim_container *c)
{
	get_fields(m, container_fields, c);
}

void shim_container_clear(struct shim_container *c)
{
	clear_fields(container_fields, c, sizeof(*c));
}

void shim_put_exec(struct shim_msg *m, const struct shim_exec *e)
{
	put_fields(m, exec_fields, e);
}

void shim_get_exec(struct shim_msg *m, struct shim_exec *e)
{
	get_fields(m, exec_fields, e);
}

void shim_exec_clear(struct shim_exec *e)
{
	clear_fields(exec_fields, e, sizeof(*e));
}

void shim_put_status(struct shim_msg *m, const struct shim_status *s)
{
	put_fields(m, status_fields, s);
}

void shim_get_status(struct shim_msg *m, struct shim_status *s)
{
	get_fields(m, status_fields, s);
}

void shim_status_clear(struct shim_status *s)
{
	clear_fields(status_fields, s, sizeof(*s));
}
