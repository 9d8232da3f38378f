/*
 * hpa_rate: how fast a HorizontalPodAutoscaler may follow what its metrics ask for; pure, with a memory per object.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hpa_mark {
	int64_t at_ns; /* nominal */
	int64_t n;
};

struct hpa_marks {
	struct hpa_mark *items; /* oldest first */
	size_t n;
};

/* Of one object. All zero: nothing has happened yet. */
struct hpa_memory {
	struct hpa_marks asked; /* for how many pods */
	struct hpa_marks added, removed; /* how many pods */
};

/* Strings are static. */
struct hpa_limited {
	int64_t replicas;
	const char *able_reason, *able_message; /* of AbleToScale, which is True */
	bool is_limited; /* ScalingLimited */
	const char *limit_reason, *limit_message;
};

/* At the first look the present number counts as asked for. */
void hpa_memory_begin(struct hpa_memory *m, int64_t replicas, int64_t now_ns);
void hpa_memory_deinit(struct hpa_memory *m);

/* What becomes of `asked`, from the present number; noted. */
void hpa_rate_limit(const json_t *hpa, struct hpa_memory *m, int64_t replicas, int64_t asked,
		    int64_t now_ns, struct hpa_limited *ret);
/* The target was scaled. Only an HPA with a behavior looks back at it. */
void hpa_memory_note(struct hpa_memory *m, const json_t *hpa, int64_t from, int64_t to,
		     int64_t now_ns);
