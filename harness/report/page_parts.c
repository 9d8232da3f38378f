/*
 * page_parts: the files of report/html, as texts of the program.
 *
 * They are taken in by the assembler, so that they can be written, read and tried as what they are, and the installed program needs
 * none of them. Paths are from the tree's root, where make runs the compiler; rules.mk says that this file depends on them.
 */
#include "report/page_parts.h"

#include <stddef.h>

#define HTML "harness/report/html/"

/* A symbol that holds a file's bytes and a NUL. */
#define TEXT_OF(symbol, file)                                           \
	extern const char symbol[];                                     \
	__asm__(".pushsection .rodata\n\t.global " #symbol "\n" #symbol \
		":\n\t.incbin \"" HTML file "\"\n\t.byte 0\n\t.popsection")

TEXT_OF(page_frame, "page.html");

TEXT_OF(style_base, "base.css");
TEXT_OF(style_matrix, "matrix.css");
TEXT_OF(style_picture, "picture.css");
const char *const page_styles[] = { style_base, style_matrix, style_picture, NULL };

TEXT_OF(script_elements, "elements.js");
TEXT_OF(script_model, "model.js");
TEXT_OF(script_subjects, "subjects.js");
TEXT_OF(script_lanes, "lanes.js");
TEXT_OF(script_picture, "picture.js");
TEXT_OF(script_detail, "detail.js");
TEXT_OF(script_matrix, "matrix.js");
TEXT_OF(script_filters, "filters.js");
TEXT_OF(script_sections, "sections.js");
TEXT_OF(script_fields, "fields.js");
TEXT_OF(script_start, "start.js");
const char *const page_scripts[] = { script_elements, script_model,   script_subjects,
				     script_lanes,    script_picture, script_detail,
				     script_matrix,   script_filters, script_sections,
				     script_fields,   script_start,   NULL };
