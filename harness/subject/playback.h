/* playback: a recorded history as a subject. It answers what was asked then and shows what was seen then, on the pretended clock. */
#pragma once

#include "record/recording.h"
#include "subject/subject.h"

/*
 * Opens at once. The recording is borrowed; the loop must be a pretended one, the clock stand at the recording's beginning. Where the
 * case was ended from outside, events.lost is told so at that instant.
 */
struct subject *playback_new(struct loop *loop, const struct recording *r);
