/*
 * checkpoint: the few facts about a pod that neither the store nor the runtime keep, on disk.
 *
 * A deadline of a termination under way, and why the pod fails. Written when it changes, read when a worker is
 * made. A full disk loses the checkpoint, not the pod: the termination is then begun anew after a crash.
 */
#pragma once

struct pod_worker;

void checkpoint_save(const struct pod_worker *w);
void checkpoint_load(struct pod_worker *w);
