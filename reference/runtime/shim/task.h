/*
 * task: start, end and removal of containers, and of commands executed in them (parent's side).
 */
#pragma once

#include "runtime/shim/shim.h"

/* ---- task.c ---- */

struct task *task_find(struct shim *s, const char *id);
void task_start(struct shim *s, struct shim_msg *m);
void task_report(void *userdata, uint32_t events); /* userdata: struct task */
void task_signal(struct task *t, int signo);
void task_free(struct task *t); /* unlinks it too */

/* ---- exec.c ---- */

void exec_start(struct shim *s, struct shim_msg *m);
void exec_kill(struct proc *p);
void exec_kill_all(struct shim *s); /* their reader is gone */
struct proc *exec_find(struct shim *s, uint64_t tag);
void exec_resize(struct proc *p, unsigned cols, unsigned rows);
void exec_ended(struct proc *p, int wait_status);
int64_t exec_next_deadline(struct shim *s); /* CLOCK_MONOTONIC ns; 0: none */
void exec_check_deadlines(struct shim *s);

/* ---- reap.c ---- */

void reap_children(void *userdata, uint32_t events); /* userdata: struct shim */

/* ---- logs.c: CRI format ---- */

int logs_open(struct task *t);
void logs_readable(void *userdata, uint32_t events); /* userdata: struct stream */
void logs_drain(struct stream *st); /* what is there now */
void logs_close(struct stream *st); /* writes an unfinished line */

/* ---- tree.c ---- */

/* Removes name and everything in it; symlinks are not followed. What cannot be removed stays. */
void tree_remove(int dir_fd, const char *name);

/* ---- cgroup.c ---- */

int cgroup_join(int root_fd, char *const *dirs, bool v2);
void cgroup_kill(struct shim *s, const char *dir, bool v2);
uint64_t cgroup_oom_kills(struct shim *s, const char *memory_dir, bool v2);
void cgroup_watch_oom(struct task *t);

/* ---- pidns.c: children of the shim in another PID namespace ---- */

/* Forks with the given NS_* flags; the child is in the namespace pid_ns_fd unless that is -1. */
pid_t pidns_fork(struct shim *s, int pid_ns_fd, unsigned long flags);
