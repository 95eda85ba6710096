/* SPDX-License-Identifier: MIT */
/*
 * Damages payloads, for testing what has to survive them.
 * Pure; any thread.
 */
#ifndef LEAP_SIM_MUTATION_H
#define LEAP_SIM_MUTATION_H

#include <stddef.h>
#include <stdint.h>

#define LEAP_MUTATION_MAX 20480 /* more than the host makes room for */

/**
 * leap_mutate() - damage a payload, or by chance leave it
 * @payload: room for LEAP_MUTATION_MAX bytes
 * @size: its bytes now
 * @noise: state of the chance, any value
 *
 * Return: its bytes afterwards, LEAP_MUTATION_MAX at most, 1 at least.
 */
size_t leap_mutate(uint8_t *payload, size_t size, uint64_t *noise);

#endif /* LEAP_SIM_MUTATION_H */
