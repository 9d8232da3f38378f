/*
 * taint_judge: each NoExecute taint is met by the first toleration that covers it.
 *
 * One taint that none covers evicts at once. Else the shortest tolerationSeconds of those in use is what is left; a toleration without
 * one holds for ever, and a span of 0 or less is no toleration.
 */
#include "controllers/taint_judge.h"

#include "api/node_affinity.h"
#include "base/defs.h"
#include "base/json.h"

static const json_t *first_toleration(const json_t *pod, const json_t *taint)
{
	json_t *t;
	size_t i;

	json_each(pod, "spec.tolerations", i, t)
		if (toleration_covers(t, taint))
			return t;
	return NULL;
}

enum taint_verdict taint_judge(const json_t *pod, const json_t *node, int64_t *ret_seconds)
{
	enum taint_verdict verdict = TAINT_NONE;
	int64_t least = INT64_MAX;
	json_t *taint;
	size_t i;

	json_each(node, "spec.taints", i, taint) {
		const json_t *t = first_toleration(pod, taint);

		if (!streq(json_str(taint, "effect"), "NoExecute"))
			continue;
		if (!t)
			return TAINT_EVICTS;
		verdict = TAINT_TOLERATED;
		if (json_has(t, "tolerationSeconds"))
			least = MIN(least, json_int(t, "tolerationSeconds", 0));
	}
	if (least == INT64_MAX)
		return verdict;
	if (least <= 0)
		return TAINT_EVICTS;
	*ret_seconds = least;
	return TAINT_LIMITED;
}
