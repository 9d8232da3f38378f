/*
 * users: who the program runs as. "user[:group]" of the image, each a name or a number, is looked up in
 * the image's own /etc/passwd and /etc/group; ids that the pod gives win. A number needs no entry; a
 * name does. Groups of which the user is a member are added, as are the pod's supplemental ones.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS (sizeof(((struct init *)0)->groups) / sizeof(gid_t))

static bool is_number(const char *s)
{
	return s[0] && strspn(s, "0123456789") == strlen(s);
}

/* Splits "a:b:c" in place; missing fields are "". */
static void split(char *line, char *fields[], size_t n)
{
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < n; i++) {
		fields[i] = line;
		line += strcspn(line, ":");
		if (*line)
			*line++ = '\0';
	}
}

static void add_group(struct init *in, gid_t gid)
{
	for (size_t i = 0; i < in->n_groups; i++)
		if (in->groups[i] == gid)
			return;
	if (in->n_groups < MAX_GROUPS)
		in->groups[in->n_groups++] = gid;
}

/* By name, or by uid when name is NULL. name_buf receives the name. false: no such entry. */
static bool find_user(struct init *in, const char *name, uid_t uid, char *name_buf, size_t size)
{
	char line[1024], *f[7];
	bool found = false;
	FILE *file = fopen("/etc/passwd", "re");

	while (file && !found && fgets(line, sizeof(line), file)) {
		split(line, f, 7);
		if (name ? strcmp(f[0], name) != 0 :
			   !is_number(f[2]) || strtoul(f[2], NULL, 10) != uid)
			continue;
		found = true;
		in->uid = (uid_t)strtoul(f[2], NULL, 10);
		in->gid = (gid_t)strtoul(f[3], NULL, 10);
		snprintf(in->home, sizeof(in->home), "%s", f[5]);
		snprintf(name_buf, size, "%s", f[0]);
	}
	if (file)
		fclose(file);
	return found;
}

static bool is_member(char *list, const char *name)
{
	for (char *m = strtok(list, ","); m; m = strtok(NULL, ","))
		if (!strcmp(m, name))
			return true;
	return false;
}

/* The gid of a named group; or, with member, adds the groups that list it. */
static bool walk_groups(struct init *in, const char *name, const char *member)
{
	char line[4096], *f[4];
	bool found = false;
	FILE *file = fopen("/etc/group", "re");

	while (file && fgets(line, sizeof(line), file)) {
		split(line, f, 4);
		if (name && !strcmp(f[0], name)) {
			in->gid = (gid_t)strtoul(f[2], NULL, 10);
			found = true;
		}
		if (member && is_number(f[2]) && is_member(f[3], member))
			add_group(in, (gid_t)strtoul(f[2], NULL, 10));
	}
	if (file)
		fclose(file);
	return found;
}

static void pick_user(struct init *in, const char *user, char *name, size_t size)
{
	if (in->spec->uid >= 0 || !user[0] || is_number(user)) {
		uid_t uid = in->spec->uid >= 0 ? (uid_t)in->spec->uid :
						 (uid_t)strtoul(user, NULL, 10);

		if (!find_user(in, NULL, uid, name, size))
			in->gid = 0;
		in->uid = uid;
	} else if (!find_user(in, user, 0, name, size)) {
		init_refuse(in, ENOENT,
			    "unable to find user %s: no matching entries in passwd file", user);
	}
}

void users_lookup(struct init *in)
{
	char text[256], *f[2], name[128] = "";

	snprintf(text, sizeof(text), "%s", in->spec->user);
	split(text, f, 2);
	strcpy(in->home, "/");
	pick_user(in, f[0], name, sizeof(name));
	if (in->spec->gid >= 0)
		in->gid = (gid_t)in->spec->gid;
	else if (in->spec->uid < 0 && is_number(f[1]))
		in->gid = (gid_t)strtoul(f[1], NULL, 10);
	else if (in->spec->uid < 0 && f[1][0] && !walk_groups(in, f[1], NULL))
		init_refuse(in, ENOENT,
			    "unable to find group %s: no matching entries in group file", f[1]);
	add_group(in, in->gid);
	if (name[0])
		walk_groups(in, NULL, name);
	for (char **g = in->spec->groups; *g; g++)
		add_group(in, (gid_t)strtoul(*g, NULL, 10));
}
