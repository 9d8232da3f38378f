/*
 * cronjob: Jobs at the times of a schedule.
 *
 * Everything of the spec may change; what runs already is not touched by it. A name leaves room for the eleven
 * characters that the names of its Jobs add.
 */
#include "api/cronjob.h"

#include <string.h>
#include <strings.h>

#include "api/columns.h"
#include "api/cron.h"
#include "api/job.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/zone.h"

#define NAME_LIMIT 52

#define COUNT(n, ...) INT32(n, .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0), ##__VA_ARGS__)

static SCHEMA(schema_job_template, "JobTemplateSpec", OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_job_spec, .dflt = "{}"));

static SCHEMA(schema_spec, "CronJobSpec", STR("schedule", .flags = FIELD_REQUIRED),
	      STR("timeZone", .flags = FIELD_PTR),
	      INT64("startingDeadlineSeconds", .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0)),
	      STR("concurrencyPolicy", .dflt = "Allow", ONE_OF("Allow", "Forbid", "Replace")),
	      BOOL("suspend", .flags = FIELD_PTR, .dflt = "false"),
	      COUNT("successfulJobsHistoryLimit", .dflt = "3"),
	      COUNT("failedJobsHistoryLimit", .dflt = "1"),
	      OBJ("jobTemplate", schema_job_template, .dflt = "{}"));

static SCHEMA(schema_status, "CronJobStatus", LIST("active", schema_object_reference),
	      TIME("lastScheduleTime"), TIME("lastSuccessfulTime"));

static SCHEMA(schema_cronjob, "CronJob", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

static void set_defaults(json_t *obj)
{
	job_spec_default(json_obj(obj, "spec.jobTemplate.spec"));
}

/* ---- rules ---- */

static void validate_schedule(const json_t *obj, const struct fpath *spec, struct violations *v)
{
	const struct fpath at = { .up = spec, .name = "schedule" };
	const char *schedule = json_str_or(obj, "spec.schedule", "");
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cron c;

	if (*schedule == '\0')
		return; /* the table has said so */
	if (strstr(schedule, "TZ"))
		violate_invalid_str(v, &at, schedule,
				    "cannot use TZ or CRON_TZ in schedule, use timeZone field "
				    "instead");
	else if (cron_parse(schedule, &c, &err) < 0)
		violate_invalid_str(v, &at, schedule, "%s", error_text(&err));
}

static void validate_zone(const json_t *obj, const struct fpath *spec, struct violations *v)
{
	const struct fpath at = { .up = spec, .name = "timeZone" };
	const char *zone = json_str(obj, "spec.timeZone");

	if (zone == NULL || zone_exists(zone))
		return;
	if (*zone == '\0')
		violate_invalid_str(v, &at, zone, "timeZone must be nil or non-empty string");
	else if (strcasecmp(zone, "Local") == 0)
		violate_invalid_str(v, &at, zone,
				    "timeZone must be an explicit time zone as defined in "
				    "https://www.iana.org/time-zones");
	else
		violate_invalid_str(v, &at, zone, "unknown time zone %s", zone);
}

static void validate(const json_t *obj, struct violations *v)
{
	const struct fpath meta = { .name = "metadata" }, spec = { .name = "spec" };
	const struct fpath template = { .up = &spec, .name = "jobTemplate" };
	const char *name = meta_name(obj) ?: "";

	if (strlen(name) > NAME_LIMIT)
		violate_invalid_str(v, FPATH(&meta, "name"), name,
				    "must be no more than %d characters", NAME_LIMIT);
	validate_schedule(obj, &spec, v);
	validate_zone(obj, &spec, v);
	job_spec_validate(json_obj(obj, "spec.jobTemplate.spec"), FPATH(&template, "spec"), v);
}

/* ---- columns ---- */

static json_t *cell_schedule(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(obj, "spec.schedule"));
}

static json_t *cell_zone(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(obj, "spec.timeZone"));
}

static json_t *cell_suspend(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_bool(obj, "spec.suspend", false) ? "True" : "False");
}

static json_t *cell_active(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_integer((json_int_t)json_len(obj, "status.active"));
}

static json_t *cell_last(const json_t *obj, int64_t now_ns)
{
	const char *stamp = json_str(obj, "status.lastScheduleTime");
	_cleanup_free_ char *words = stamp ? age_words(stamp, now_ns) : NULL;

	return column_text(words);
}

static json_t *cell_containers(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_template(json_obj(obj, "spec.jobTemplate"), "name");
}

static json_t *cell_images(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_template(json_obj(obj, "spec.jobTemplate"), "image");
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Schedule", "string", "", 0, cell_schedule },
	{ "Timezone", "string", "", 0, cell_zone },
	{ "Suspend", "string", "", 0, cell_suspend },
	{ "Active", "integer", "", 0, cell_active },
	{ "Last Schedule", "string", "", 0, cell_last },
	{ "Age", "string", "", 0, column_age },
	{ "Containers", "string", "", 1, cell_containers },
	{ "Images", "string", "", 1, cell_images },
	{ 0 },
};

const struct kind kind_cronjob = {
	KIND_NAMES("batch", "v1", "CronJob", "cronjobs", "cronjob"),
	.short_names = (const char *const[]){ "cj", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_cronjob,
	.set_defaults = set_defaults,
	.validate = validate,
	.columns = columns,
};
