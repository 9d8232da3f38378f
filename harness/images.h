/* images: the names under which the subject knows the images of the cases. */
#pragma once

#include "options.h"

/* Replaces the names that fixtures use by those that --image and the like give, in every text of the tree. */
void images_rename(json_t *tree, const struct options *o);
