/* drivers: how each kind of subject is opened. */
#pragma once

#include "subject/subject.h"

int kube_open_unix(struct loop *loop, const char *socket, double patience, opened_fn opened,
		   void *userdata, struct subject **ret, struct error *err);
int kube_open_kubeconfig(struct loop *loop, const char *file, double patience, opened_fn opened,
			 void *userdata, struct subject **ret, struct error *err);
int program_open(struct loop *loop, const char *program, double patience, opened_fn opened,
		 void *userdata, struct subject **ret, struct error *err);
