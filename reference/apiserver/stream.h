/*
 * stream: an answer that goes on: watches and logs, as a chunked body.
 *
 * The owner writes until it ends the stream or hears that the client is gone; then it must end it, too.
 */
#pragma once

#include <stddef.h>

#include "apiserver/server.h"

/*
 * Keeps req, which the stream owns from now on. closed comes at most once, from the loop, when the client hung up or
 * read so slowly that 64 MiB piled up; never from inside stream_write(). It must end the stream before it returns.
 */
struct stream *stream_new(struct request *req, void (*closed)(void *userdata), void *userdata);
/* Sends the head (200, this type) if it was not sent yet. */
void stream_begin(struct stream *s, const char *content_type);
bool stream_has_begun(const struct stream *s);
/* Only after stream_begin(). */
void stream_write(struct stream *s, const void *data, size_t len);
/* Ends the body; the stream is dead for its owner. Takes NULL, returns NULL. */
struct stream *stream_end(struct stream *s);
/* Instead of a body, when none has begun: the error's Status. Otherwise as stream_end(). */
struct stream *stream_fail(struct stream *s, const struct error *err);
/* Calls closed of every stream, so that its owner ends it, and drops what was not sent yet. */
void stream_end_all(struct apiserver *a);
