/*
 * kube_agent: the agent behind the API killed and started again.
 *
 * No API can do that, so whoever started the agent does it (subject.h: agent_control). Everything else that is under way in this
 * driver breaks meanwhile and mends itself: watches go on from their last revision, followed logs are opened again, and the
 * heart-beat fails a few times. The reply's interval reaches from the kill to the instant at which the new one serves.
 */
#include "subject/kube_ops.h"
#include "util/clock.h"

struct agent_call {
	struct kube_call call;
	reply_fn done;
	void *userdata;
	int64_t sent;
	bool over;
};

static void agent_end(struct kube_call *c)
{
	struct agent_call *a = (struct agent_call *)c;
	const struct agent_control *control = &c->base.subject->control;

	if (!a->over)
		control->forget(control->agent);
	free(a);
}

static void on_restarted(void *userdata, const char *fault)
{
	struct agent_call *a = userdata;
	struct reply reply = { .code = fault ? REPLY_INTERNAL : REPLY_OK,
			       .message = fault,
			       .sent = a->sent,
			       .received = clock_now() };

	a->over = true;
	a->done(a->userdata, &reply);
	kube_call_free(&a->call);
}

struct call *kube_restart_agent(struct kube *k, reply_fn done, void *userdata)
{
	const struct agent_control *control = &k->base.control;
	struct agent_call *a = xcalloc(1, sizeof(*a));

	a->call.end = agent_end;
	a->done = done;
	a->userdata = userdata;
	a->sent = clock_now();
	kube_call_link(k, &a->call);
	control->restart(control->agent, on_restarted, a);
	return &a->call.base;
}
