/*
 * termination_text: how much of a termination message is told, and how. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

#define TERMINATION_FILE_MAX 4096 /* bytes of the file, its last ones */
#define TERMINATION_LOG_MAX 2048 /* bytes of the log that stand in for it, its last ones */
#define TERMINATION_LOG_LINES 80
#define TERMINATION_LOG_RAW 16384 /* of the log file: enough for both in lines of any length */

/*
 * What containers printed, out of the end of a log in CRI format: the last 80 lines or 2048 bytes, whichever is less.
 * is_cut: raw begins within a line.
 */
void termination_text_of_log(const struct strbuf *raw, bool is_cut, struct strbuf *ret);
/*
 * As it is told: its first 12288 bytes divided by the number of the pod's containers, as text. Bytes that are no UTF-8 (and
 * NUL) become U+FFFD. NULL when there is nothing; the caller frees.
 */
char *termination_text_tell(const struct strbuf *message, size_t n_containers);
