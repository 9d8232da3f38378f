/*
 * netlink: see the header. Sequence numbers are the indices of the requests, from 1; the socket is
 * used by one batch at a time, so nothing else can arrive on it. A batch of nf_tables requests is framed by
 * its own begin and end messages, which are not acknowledged: requests without NLM_F_ACK are not waited for.
 */
#include "runtime/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strbuf.h"

void netlink_batch_clear(struct netlink_batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		nlmsg_free(b->msgs[i]);
	b->n = 0;
}

int netlink_open(int protocol, int *ret_fd, struct error *err)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return error_set_errno(err, errno, "netlink socket");
	/* acknowledge without a copy of the request; a refusal to know this changes nothing */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	*ret_fd = take_fd(fd);
	return 0;
}

struct nl_msg *netlink_add(struct netlink_batch *b, const char *label, int type, int flags,
			   const void *fixed, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(1024);

	if (!msg || b->n == NETLINK_BATCH_MAX)
		abort();
	if (!nlmsg_put(msg, 0, (uint32_t)b->n + 1, type, 0, NLM_F_REQUEST | flags) ||
	    nlmsg_append(msg, (void *)(uintptr_t)fixed, size, NLMSG_ALIGNTO) < 0)
		abort();
	b->labels[b->n] = label;
	b->msgs[b->n++] = msg;
	return msg;
}

static bool is_acknowledged(const struct netlink_batch *b, size_t index)
{
	return index < b->n && nlmsg_hdr(b->msgs[index])->nlmsg_flags & NLM_F_ACK;
}

/*
 * -errno of the first failed request, its index in *ret_index; 0: all fine. An error for a request that
 * wanted no answer (the begin of a batch) condemns everything at once.
 */
static int read_answers(int fd, const struct netlink_batch *b, size_t wanted, size_t *ret_index)
{
	int first = 0;

	while (wanted > 0) {
		char buf[16384];
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *h = (struct nlmsghdr *)buf;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (int left = (int)n; nlmsg_ok(h, left) && wanted; h = nlmsg_next(h, &left)) {
			const struct nlmsgerr *e = nlmsg_data(h);

			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			wanted--;
			if (e->error && !first) {
				first = e->error;
				*ret_index = h->nlmsg_seq - 1;
			}
			if (e->error && !is_acknowledged(b, h->nlmsg_seq - 1))
				return first;
		}
	}
	return first;
}

int netlink_commit(int fd, struct netlink_batch *b, struct error *err)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	_cleanup_strbuf_ struct strbuf all = STRBUF_INIT;
	size_t wanted = 0, index = 0;
	int r;

	for (size_t i = 0; i < b->n; i++) {
		struct nlmsghdr *h = nlmsg_hdr(b->msgs[i]);
		static const char zero[NLMSG_ALIGNTO];

		wanted += (h->nlmsg_flags & NLM_F_ACK) != 0;
		strbuf_add(&all, h, h->nlmsg_len);
		strbuf_add(&all, zero, NLMSG_ALIGN(h->nlmsg_len) - h->nlmsg_len);
	}
	if (sendto(fd, all.data, all.len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return error_set_errno(err, errno, "netlink");
	r = read_answers(fd, b, wanted, &index);
	if (r < 0)
		return error_set_errno(err, -r, "network: %s",
				       index < b->n ? b->labels[index] : "netlink");
	return 0;
}
