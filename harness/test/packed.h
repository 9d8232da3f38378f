/* packed: reads what xz has packed; for tests. */
#pragma once

/* The whole text; the caller frees. NULL when it cannot be read. */
char *read_packed(const char *path);
