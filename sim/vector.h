/* SPDX-License-Identifier: MIT */
/*
 * How the loops over pixels become vector instructions on every machine without its
 * pictures changing: the same operations in the same order, only wider. No state.
 */
#ifndef LEAP_SIM_VECTOR_H
#define LEAP_SIM_VECTOR_H

/*
 * A function so marked is compiled several times and the dynamic linker picks one.
 * Sanitizers' start-up does not get along with that.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
	!defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&      \
	!defined(__SANITIZE_THREAD__)
#define LEAP_SIM_FOR_EACH_CPU \
	__attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LEAP_SIM_FOR_EACH_CPU
#endif

#endif /* LEAP_SIM_VECTOR_H */
