/*
 * hpa: the controller of HorizontalPodAutoscalers.
 */
#pragma once

#include "base/error.h"

struct control;
struct hpa_controller;

int hpa_controller_new(struct control *c, struct hpa_controller **ret, struct error *err);
struct hpa_controller *hpa_controller_free(struct hpa_controller *hc);
