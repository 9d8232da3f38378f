/* page_parts: the files of report/html, as texts of the program. */
#pragma once

extern const char page_frame[]; /* the document, with {{style}}, {{data}} and {{script}} */
extern const char *const page_styles[], *const page_scripts[]; /* NULL-terminated, in order */
