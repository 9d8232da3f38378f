/*
 * images: the names under which the subject knows the images of the cases.
 *
 * Fixtures name three images as `podtest image` makes them. A cluster takes them from a registry of its own, under another name;
 * --image, --image-quit and --image-busybox give it. The names are then replaced wherever they stand, in manifests as in what is
 * expected to be seen of them.
 */
#include "images.h"

static char *replaced(const char *text, const char *from, const char *to)
{
	char *out = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&out, &len);

	for (const char *at; (at = strstr(text, from)); text = at + strlen(from))
		fprintf(f, "%.*s%s", (int)(at - text), text, to);
	fputs(text, f);
	fclose(f);
	return out;
}

static void rename_one(json_t *tree, const char *from, const char *to)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(tree) && strstr(json_string_value(tree), from)) {
		_cleanup_free_ char *text = replaced(json_string_value(tree), from, to);

		json_string_set(tree, text);
	}
	json_array_foreach(tree, i, value)
		rename_one(value, from, to);
	json_object_foreach(tree, key, value)
		rename_one(value, from, to);
}

void images_rename(json_t *tree, const struct options *o)
{
	const struct {
		const char *from, *to;
	} names[] = { { "localhost/podtest/guest:v1", o->image },
		      { "localhost/podtest/guest-quit:v1", o->image_quit },
		      { "localhost/podtest/busybox:v1", o->image_busybox } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].to)
			rename_one(tree, names[i].from, names[i].to);
}
