/* SPDX-License-Identifier: MIT */
/*
 * What those who run leapd unattended ask: is it well, and how much does it do?
 * The service's thread.
 */
#ifndef LEAP_HEALTH_H
#define LEAP_HEALTH_H

#include "daemon/service/service-impl.h"
#include "daemon/service/parcel.h"

/**
 * leap_health_answer() - 200 or, when a controller streams and no frame comes, 503
 * @now_ns: CLOCK_MONOTONIC
 *
 * Return: NULL without memory.
 */
struct leap_parcel *leap_health_answer(const struct leap_service *service,
				       int64_t now_ns);

/** leap_health_metrics() - Prometheus text. Return: NULL without memory */
struct leap_parcel *leap_health_metrics(const struct leap_service *service);

#endif /* LEAP_HEALTH_H */
