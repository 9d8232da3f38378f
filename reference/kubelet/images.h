/*
 * images: the pull policy over a node that pulls nothing.
 */
#pragma once

#include "kubelet/ctr.h"
#include "runtime/runtime.h"

struct kubelet;

/*
 * The container's image, when it is here; events say how. Otherwise NULL, and the container waits with the
 * reason (ErrImageNeverPull, ErrImagePull, ImagePullBackOff, InvalidImageName) until its retry_ns.
 */
struct image_info *images_ensure(struct ctr *c);
/* Something was imported: whoever waits for an image looks again. */
void images_changed(struct kubelet *k);
/* Whether the name is one at all: [host[:port]/]path[:tag][@digest]. Pure. */
bool images_name_valid(const char *name);
