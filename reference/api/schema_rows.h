/*
 * schema_rows: shorthand for the rows of field tables. Included by the files that hold tables only.
 *
 *	static const struct field rows[] = { STR("name", .flags = FIELD_REQUIRED), …, END };
 */
#pragma once

#include "api/schema.h"

#define STR(n, ...)                                        \
	{                                                  \
		.name = n, .type = T_STRING, ##__VA_ARGS__ \
	}
#define BOOL(n, ...)                                     \
	{                                                \
		.name = n, .type = T_BOOL, ##__VA_ARGS__ \
	}
#define INT32(n, ...)                                     \
	{                                                 \
		.name = n, .type = T_INT32, ##__VA_ARGS__ \
	}
#define INT64(n, ...)                                     \
	{                                                 \
		.name = n, .type = T_INT64, ##__VA_ARGS__ \
	}
#define INT_OR_STR(n, ...)                                        \
	{                                                         \
		.name = n, .type = T_INT_OR_STRING, ##__VA_ARGS__ \
	}
#define QUANTITY(n, ...)                                     \
	{                                                    \
		.name = n, .type = T_QUANTITY, ##__VA_ARGS__ \
	}
#define TIME(n, ...)                                     \
	{                                                \
		.name = n, .type = T_TIME, ##__VA_ARGS__ \
	}
#define ANY(n, ...)                                     \
	{                                               \
		.name = n, .type = T_ANY, ##__VA_ARGS__ \
	}
#define OBJ(n, s, ...)                                                  \
	{                                                               \
		.name = n, .type = T_OBJECT, .sub = &(s), ##__VA_ARGS__ \
	}
#define LIST(n, s, ...)                                                                      \
	{                                                                                    \
		.name = n, .type = T_OBJECT, .shape = SHAPE_LIST, .sub = &(s), ##__VA_ARGS__ \
	}
#define STRS(n, ...)                                                            \
	{                                                                       \
		.name = n, .type = T_STRING, .shape = SHAPE_LIST, ##__VA_ARGS__ \
	}
#define INTS(n, ...)                                                           \
	{                                                                      \
		.name = n, .type = T_INT64, .shape = SHAPE_LIST, ##__VA_ARGS__ \
	}
#define STR_MAP(n, ...)                                                        \
	{                                                                      \
		.name = n, .type = T_STRING, .shape = SHAPE_MAP, ##__VA_ARGS__ \
	}
#define BYTES_MAP(n, ...)                                                     \
	{                                                                     \
		.name = n, .type = T_BYTES, .shape = SHAPE_MAP, ##__VA_ARGS__ \
	}
#define QUANTITY_MAP(n, ...)                                                     \
	{                                                                        \
		.name = n, .type = T_QUANTITY, .shape = SHAPE_MAP, ##__VA_ARGS__ \
	}
#define END                  \
	{                    \
		.name = NULL \
	}

#define AT_LEAST(n) .min = (n), .max = INT64_MAX
#define BETWEEN(a, b) .min = (a), .max = (b)
#define ONE_OF(...)                     \
	.values = (const char *const[]) \
	{                               \
		__VA_ARGS__, NULL       \
	}

/* A schema and its rows in one go. */
#define SCHEMA(ident, go_name, ...)                    \
	const struct schema ident = { .name = go_name, \
				      .fields = (const struct field[]){ __VA_ARGS__, END } }

/* Shared by all kinds; in meta_schema.c. */
extern const struct schema schema_object_meta, schema_label_selector, schema_condition;
extern const struct schema schema_object_reference, schema_local_reference;
#define TYPE_META STR("apiVersion", .flags = FIELD_PTR), STR("kind", .flags = FIELD_PTR)
