/*
 * pod_sandbox: makes, loses and removes a pod's sandbox.
 */
#pragma once

struct pod_worker;

void pod_sandbox_create(struct pod_worker *w);
/* Begins the removal; a kick follows. Nothing to remove: false. */
int pod_sandbox_remove(struct pod_worker *w);
