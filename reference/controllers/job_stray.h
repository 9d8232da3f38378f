/*
 * job_stray: pods that no Job will ever count are let go.
 */
#pragma once

#include "base/error.h"

struct control;
struct job_strays;

int job_strays_new(struct control *c, struct job_strays **ret, struct error *err);
struct job_strays *job_strays_free(struct job_strays *js); /* takes NULL, returns NULL */
