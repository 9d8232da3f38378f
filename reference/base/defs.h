/*
 * defs: scope clean-up marks and the few macros that every file uses.
 *
 * An owned local is declared with a mark and its empty value; ownership leaves by take_ptr()/take_fd():
 *
 *	_cleanup_free_ char *name = xstrdup(given);
 *	...
 *	*ret_name = take_ptr(name);
 *
 * Allocation never fails here: the x-functions end the process with a message when memory is out. podd
 * may be killed at any instant without loss, so this is the one honest answer to it.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_ __attribute__((unused))
#define _noreturn_ __attribute__((noreturn))

/* Defines func##p, a clean-up function for a variable of `type` (a pointer) that `func` frees. */
#define DEFINE_CLEANUP_FUNC(type, func)     \
	static inline void func##p(type *p) \
	{                                   \
		if (*p)                     \
			func(*p);           \
	}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* Unique local names, so that nested uses do not shadow each other. */
#define DEFS_CAT2(a, b) a##b
#define DEFS_CAT(a, b) DEFS_CAT2(a, b)

#undef MIN
#undef MAX
#define DEFS_CMP(a, op, b, x, y)       \
	({                             \
		__typeof__(a) x = (a); \
		__typeof__(b) y = (b); \
		x op y ? x : y;        \
	})
#define MIN(a, b) DEFS_CMP(a, <, b, DEFS_CAT(min_a_, __COUNTER__), DEFS_CAT(min_b_, __COUNTER__))
#define MAX(a, b) DEFS_CMP(a, >, b, DEFS_CAT(max_a_, __COUNTER__), DEFS_CAT(max_b_, __COUNTER__))

/* The value of an owned variable, which becomes empty. */
#define DEFS_TAKE(var, empty, p, v)          \
	({                                   \
		__typeof__(var) *p = &(var); \
		__typeof__(var) v = *p;      \
		*p = empty;                  \
		v;                           \
	})
#define take_ptr(var) DEFS_TAKE(var, NULL, DEFS_CAT(tp_, __COUNTER__), DEFS_CAT(tv_, __COUNTER__))
#define take_fd(var) DEFS_TAKE(var, -1, DEFS_CAT(fp_, __COUNTER__), DEFS_CAT(fv_, __COUNTER__))

/* Equal strings; NULL equals only NULL. */
static inline int streq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Never NULL; they end the process when memory is out. xstrdup(NULL) is NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
void *xmemdup(const void *p, size_t len);
/* A new object of the type of *ptr, zeroed: `p = xnew(p)`, or xnew(*ret) for an out parameter's target. */
#define xnew(ptr) xcalloc(1, sizeof(*(ptr)))

/* close(2) that keeps errno; returns -1, so `fd = fd_close(fd)`. Negative fd: nothing. */
int fd_close(int fd);

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(int *fd)
{
	fd_close(*fd);
}

static inline void cleanup_filep(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_jsonp(json_t **v)
{
	json_decref(*v);
}

#define _cleanup_free_ _cleanup_(cleanup_freep)
#define _cleanup_close_ _cleanup_(cleanup_closep) /* int fd = -1 */
#define _cleanup_file_ _cleanup_(cleanup_filep) /* FILE *f = NULL */
#define _cleanup_json_ _cleanup_(cleanup_jsonp) /* json_t *v = NULL */
