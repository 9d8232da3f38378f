/* proc_look: what /proc tells about processes and mounts. */
#pragma once

#include "util/defs.h"

/* Inode of /proc/PID/ns/NAME; 0 when it cannot be read. pid 0: ourselves. */
uint64_t proc_ns(pid_t pid, const char *name);
/* CLOCK_BOOTTIME in ns at which it was started, in steps of a clock tick; 0 when it is gone. A zombie is gone. */
int64_t proc_started(pid_t pid);
/* Its number in the innermost pid namespace. */
pid_t proc_inner_pid(pid_t pid);
/* Is "NAME=VALUE" in its environment, or TEXT a part of its command line? */
bool proc_has_env(pid_t pid, const char *entry);
bool proc_cmdline_has(pid_t pid, const char *text);

/* Calls fn for every process until it answers true; its pid, or 0. */
pid_t proc_find(bool (*fn)(pid_t pid, void *userdata), void *userdata);

/* A whole file of /proc as text with its NULs kept; the caller frees. NULL when it cannot be read. */
char *proc_text(const char *path, size_t *ret_len);
