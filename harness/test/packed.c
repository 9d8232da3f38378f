/* packed: a file of fixtures/histories, unpacked into memory by libarchive. */
#include "test/packed.h"

#include <archive.h>
#include <archive_entry.h>

#include "util/defs.h"

char *read_packed(const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	char *text = NULL;
	size_t len = 0;
	ssize_t n;

	archive_read_support_filter_xz(a);
	archive_read_support_format_raw(a);
	if (!archive_read_open_filename(a, path, 1 << 16) && !archive_read_next_header(a, &entry)) {
		do {
			text = xrealloc(text, len + (1 << 20) + 1);
			n = archive_read_data(a, text + len, 1 << 20);
			len += n > 0 ? (size_t)n : 0;
		} while (n > 0);
		text[len] = '\0';
	}
	archive_read_free(a);
	return text;
}
