/*
 * get: what there is of what was applied, in all rooms or in one.
 *
 * All rooms are asked at the same time: a podman that is busy with a stop has no answer for long, and what happens in the other rooms
 * would be seen so much later.
 */
#include "drivers/podman/podman.h"

#include <curl/curl.h>
#include <dirent.h>
#include <pthread.h>

/* One namespace's part of an answer. */
struct getting {
	const char *kind, *name;
	char *ns;
	pid_t room;
	json_t *containers, *items;
	pthread_t thread;
};

static void add_item(void *userdata, json_t *object)
{
	struct getting *g = userdata;
	json_t *item;

	if ((g->kind && !streq(g->kind, json_str(object, "kind"))) ||
	    (g->name && !streq(g->name, json_str(object, "metadata.name"))))
		return;
	item = streq(json_str(object, "kind"), "Pod") ?
		       pod_status(g->ns, g->room, object, g->containers) :
		       json_incref(object);
	if (item)
		json_array_append_new(g->items, item);
}

/* podman's list of containers; while it has no answer they are what they were. */
static json_t *list_containers(const char *ns, pid_t room)
{
	_cleanup_free_ char *file = room_file(ns, "room.containers"), *text = NULL;
	json_t *now = room_ask(room, "containers/json?all=true");

	text = now ? json_dumps(now, JSON_COMPACT) : file_read(file);
	if (now)
		file_write(file, text);
	else if (text)
		now = json_read(text, strlen(text));
	return now;
}

static void *get_namespace(void *getting)
{
	struct getting *g = getting;

	g->items = json_array();
	g->room = room_of(g->ns, false);
	if (g->room <= 0)
		return NULL;
	g->containers = list_containers(g->ns, g->room);
	each_object(g->ns, NULL, add_item, g);
	json_decref(g->containers);
	return NULL;
}

struct gettings {
	struct getting *list;
	size_t n;
};

static void add_namespace(struct gettings *all, const json_t *request, const char *ns)
{
	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	all->list[all->n++] = (struct getting){ .kind = json_str(request, "kind"),
						.name = json_str(request, "name"),
						.ns = xstrdup(ns) };
}

static void add_every_namespace(struct gettings *all, const json_t *request)
{
	DIR *dir = opendir(SHOP "/state");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add_namespace(all, request, entry->d_name);
	if (dir)
		closedir(dir);
}

json_t *do_get(const json_t *request)
{
	struct gettings all = { 0 };
	json_t *items = json_array();

	if (json_str(request, "namespace"))
		add_namespace(&all, request, json_str(request, "namespace"));
	else
		add_every_namespace(&all, request);
	curl_global_init(CURL_GLOBAL_NOTHING);
	for (size_t i = 0; i < all.n; i++)
		if (pthread_create(&all.list[i].thread, NULL, get_namespace, &all.list[i]) != 0)
			abort();
	for (size_t i = 0; i < all.n; i++) {
		pthread_join(all.list[i].thread, NULL);
		json_array_extend(items, all.list[i].items);
		json_decref(all.list[i].items);
		free(all.list[i].ns);
	}
	free(all.list);
	return json_pack("{s:b,s:o}", "ok", 1, "items", items);
}
