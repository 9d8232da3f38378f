/*
 * podctl_error: faults in kubectl's three voices.
 *
 * What the server refused begins with "Error from server (Reason)", a broken rule with "The Pod "x" is
 * invalid" and its causes one by one, and everything that never reached the server with "error".
 */
#include "cmd/podctl.h"

static void print_invalid(const struct error *err)
{
	const char *end = strstr(error_text(err), " is invalid");

	if (!end || !err->n_causes) {
		fprintf(stderr, "The request is invalid: %s\n", error_text(err));
		return;
	}
	fprintf(stderr, "The %.*s is invalid: ", (int)(end - err->message), err->message);
	for (size_t i = 0; i < err->n_causes; i++)
		fprintf(stderr, "%s%s: %s\n",
			err->n_causes == 1 ? "" :
			i == 0		   ? "\n* " :
					     "* ",
			err->causes[i].field, err->causes[i].message);
}

int podctl_print_error(const struct error *err)
{
	if (streq(err->reason, "Invalid") && rest_is_status(err))
		print_invalid(err);
	else if (streq(err->reason, "Unreachable"))
		fprintf(stderr, "%s\n", error_text(err));
	else if (streq(err->reason, "Unknown"))
		fprintf(stderr, "Error from server: %s\n", error_text(err));
	else if (rest_is_status(err))
		fprintf(stderr, "Error from server (%s): %s\n", err->reason, error_text(err));
	else
		fprintf(stderr, "error: %s\n", error_text(err));
	return 1;
}
