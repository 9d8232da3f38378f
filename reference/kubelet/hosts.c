/*
 * hosts: the texts that give a pod its names.
 *
 * /etc/hosts is one file per pod, rewritten at each container start. resolv.conf is made once per sandbox: the policy picks
 * the base, dnsConfig is laid over it, duplicates go, and the resolver's own limits hold (3 servers, 32
 * domains).
 */
#include "kubelet/hosts.h"

#include <string.h>

#include "api/service.h"
#include "base/defs.h"
#include "base/str.h"
#include "base/strbuf.h"

#define MAX_LABEL 63
#define MAX_SERVERS 3
#define MAX_SEARCHES 32

static char *short_name(const struct pod *pod)
{
	char *name;
	size_t len;

	if (pod->hostname_override)
		return xstrdup(pod->hostname_override);
	if (pod->hostname && *pod->hostname)
		return xstrdup(pod->hostname);
	name = xstrndup(pod->name, MAX_LABEL);
	len = strlen(name);
	if (strlen(pod->name) > MAX_LABEL) {
		while (len && (name[len - 1] == '-' || name[len - 1] == '.'))
			name[--len] = 0;
	}
	return name;
}

static char *full_name(const struct pod *pod)
{
	_cleanup_free_ char *name = short_name(pod);

	if (!pod->subdomain || !*pod->subdomain || pod->hostname_override)
		return NULL;
	return str_printf("%s.%s.%s.svc." CLUSTER_DOMAIN, name, pod->subdomain, pod->ns);
}

char *hosts_name(const struct pod *pod)
{
	char *full = pod->set_hostname_as_fqdn ? full_name(pod) : NULL;

	return full ? full : short_name(pod);
}

static void add_aliases(struct strbuf *b, const struct pod *pod)
{
	if (!pod->n_host_aliases)
		return;
	strbuf_adds(b, "\n# Entries added by HostAliases.\n");
	for (size_t i = 0; i < pod->n_host_aliases; i++) {
		_cleanup_free_ char *names = strv_join(pod->host_aliases[i].hostnames, "\t");

		strbuf_addf(b, "%s\t%s\n", pod->host_aliases[i].ip, names);
	}
}

char *hosts_file(const struct pod *pod, const char *pod_ip, const char *node_hosts)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *name = short_name(pod), *full = full_name(pod);

	if (pod->host_network) {
		strbuf_addf(&b, "# Kubernetes-managed hosts file (host network).\n%s",
			    node_hosts ? node_hosts : "127.0.0.1\tlocalhost\n");
	} else {
		strbuf_adds(&b, "# Kubernetes-managed hosts file.\n"
				"127.0.0.1\tlocalhost\n"
				"::1\tlocalhost ip6-localhost ip6-loopback\n"
				"fe00::\tip6-localnet\n"
				"fe00::\tip6-mcastprefix\n"
				"fe00::1\tip6-allnodes\n"
				"fe00::2\tip6-allrouters\n");
		if (pod_ip && full)
			strbuf_addf(&b, "%s\t%s\t%s\n", pod_ip, full, name);
		else if (pod_ip)
			strbuf_addf(&b, "%s\t%s\n", pod_ip, name);
	}
	add_aliases(&b, pod);
	return strbuf_take(&b);
}

/* ---- resolv.conf ---- */

struct resolver {
	char **servers, **searches, **options;
};

static void resolver_clear(struct resolver *r)
{
	strv_free(r->servers);
	strv_free(r->searches);
	strv_free(r->options);
}

static void add_once(char ***list, const char *s, size_t max)
{
	if (*s && !strv_contains(*list, s) && strv_len(*list) < max)
		strv_add(list, s);
}

static void set_option(struct resolver *r, const char *name, const char *value)
{
	_cleanup_free_ char *text = value && *value ? str_printf("%s:%s", name, value) :
						      xstrdup(name);
	size_t len = strlen(name);

	for (char **o = r->options; o && *o; o++) {
		if (strncmp(*o, name, len) == 0 && ((*o)[len] == ':' || !(*o)[len])) {
			free(*o);
			*o = take_ptr(text);
			return;
		}
	}
	strv_take(&r->options, take_ptr(text));
}

static void read_line(struct resolver *r, char *line)
{
	char *save = NULL, *word = strtok_r(line, " \t", &save), *arg;

	while (word && (arg = strtok_r(NULL, " \t", &save))) {
		if (streq(word, "nameserver"))
			add_once(&r->servers, arg, MAX_SERVERS);
		else if (streq(word, "search"))
			add_once(&r->searches, arg, MAX_SEARCHES);
		else if (streq(word, "options"))
			set_option(r, arg, NULL);
	}
}

static void read_node(struct resolver *r, const char *text)
{
	_cleanup_strv_ char **lines = strv_split(text ? text : "", '\n');

	for (char **l = lines; l && *l; l++)
		read_line(r, *l);
}

static void cluster_base(struct resolver *r, const struct pod *pod, const char *dns,
			 const char *node_text)
{
	struct resolver node = { 0 };
	_cleanup_free_ char *own = str_printf("%s.svc." CLUSTER_DOMAIN, pod->ns);

	strv_add(&r->servers, dns);
	strv_add(&r->searches, own);
	strv_add(&r->searches, "svc." CLUSTER_DOMAIN);
	strv_add(&r->searches, CLUSTER_DOMAIN);
	read_node(&node, node_text);
	for (char **s = node.searches; s && *s; s++)
		add_once(&r->searches, *s, MAX_SEARCHES);
	resolver_clear(&node);
	set_option(r, "ndots", "5");
}

static void add_config(struct resolver *r, const struct pod *pod)
{
	for (char **s = pod->dns_nameservers; s && *s; s++)
		add_once(&r->servers, *s, MAX_SERVERS);
	for (char **s = pod->dns_searches; s && *s; s++)
		add_once(&r->searches, *s, MAX_SEARCHES);
	for (size_t i = 0; i < pod->n_dns_options; i++)
		set_option(r, pod->dns_options[i].name, pod->dns_options[i].value);
}

static char *resolver_text(const struct resolver *r)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *searches = strv_join(r->searches, " ");
	_cleanup_free_ char *options = strv_join(r->options, " ");

	if (r->searches)
		strbuf_addf(&b, "search %s\n", searches);
	for (char **s = r->servers; s && *s; s++)
		strbuf_addf(&b, "nameserver %s\n", *s);
	if (r->options)
		strbuf_addf(&b, "options %s\n", options);
	return strbuf_take(&b);
}

char *hosts_resolv_conf(const struct pod *pod, const char *cluster_dns, const char *node_resolv)
{
	bool first = streq(pod->dns_policy, "ClusterFirst") && !pod->host_network;
	struct resolver r = { 0 };
	char *text;

	if (cluster_dns && (first || streq(pod->dns_policy, "ClusterFirstWithHostNet")))
		cluster_base(&r, pod, cluster_dns, node_resolv);
	else if (!streq(pod->dns_policy, "None"))
		read_node(&r, node_resolv);
	add_config(&r, pod);
	text = resolver_text(&r);
	resolver_clear(&r);
	return text;
}
