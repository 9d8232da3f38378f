/*
 * paths: where the program's companions are.
 *
 * Three places are looked at, from the program's own: the build tree (out/bin or out/VARIANT/bin, two or three folders below the
 * sources), an installation (PREFIX/bin with PREFIX/share/podtest and PREFIX/libexec/podtest), and for data at last the
 * working directory.
 */
#include "util/paths.h"

#include <limits.h>

static char *program_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return xstrdup(*path ? path : ".");
}

/* The first of DIR/PREFIX/name that exists. */
static char *find(const char *const *prefixes, const char *name)
{
	_cleanup_free_ char *dir = program_dir();

	for (; *prefixes; prefixes++) {
		_cleanup_free_ char *path = xasprintf("%s/%s/%s", dir, *prefixes, name);

		if (access(path, F_OK) == 0)
			return realpath(path, NULL);
	}
	return NULL;
}

char *paths_data(const char *name)
{
	static const char *const prefixes[] = { "../..", "../../..", "../share/podtest", NULL };
	char *path = find(prefixes, name);

	return path || access(name, F_OK) ? path : realpath(name, NULL);
}

char *paths_program(const char *name)
{
	static const char *const prefixes[] = { ".", "../libexec/podtest", NULL };

	return find(prefixes, name);
}

char *paths_image(const char *name)
{
	static const char *const prefixes[] = { "../image", "../libexec/podtest/image", NULL };

	return find(prefixes, name);
}
