/*
 * volume_plan: which volume a claim gets, and what both say of each other; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether pv, as far as its reference allows, is what claim asks for. */
bool volume_fits(const json_t *pv, const json_t *claim);
/* The volume that names claim, else the smallest free one that fits; NULL: none. Borrowed from volumes. */
const json_t *volume_choose(const json_t *claim, const json_t *volumes);

/* Copies, each naming the other. New references. */
json_t *volume_with_claim(const json_t *pv, const json_t *claim);
json_t *claim_with_volume(const json_t *claim, const json_t *pv);

/* claim: the one that pv's reference names, uid and all; NULL: it is no more. A new status object. */
json_t *volume_status_make(const json_t *pv, const json_t *claim, int64_t now_ns);
/* pv: the volume that claim names and that names it; NULL: there is none. A new status object. */
json_t *claim_status_make(const json_t *claim, const json_t *pv);
