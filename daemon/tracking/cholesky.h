/* SPDX-License-Identifier: MIT */
/*
 * Small symmetric positive systems, by Cholesky's decomposition. Pure.
 */
#ifndef LEAP_CHOLESKY_H
#define LEAP_CHOLESKY_H

#include <math.h>
#include <stdbool.h>

/**
 * leap_cholesky() - @a becomes the lower triangle whose square it was
 * @a: @n x @n, its lower triangle is read and written
 *
 * Return: false when it is not positive; it is spoilt then.
 */
static inline bool leap_cholesky(int n, double a[n][n])
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j <= i; j++) {
			double sum = a[i][j];

			for (int k = 0; k < j; k++)
				sum -= a[i][k] * a[j][k];
			if (i > j) {
				a[i][j] = sum / a[j][j];
				continue;
			}
			if (!(sum > 1e-12))
				return false;
			a[i][i] = sqrt(sum);
		}
	}
	return true;
}

/** leap_cholesky_solve() - @ret such that the matrix times it is @b; @l as above */
static inline void leap_cholesky_solve(int n, double l[n][n], const double b[n],
				       double ret[n])
{
	for (int i = 0; i < n; i++) {
		double sum = b[i];

		for (int k = 0; k < i; k++)
			sum -= l[i][k] * ret[k];
		ret[i] = sum / l[i][i];
	}
	for (int i = n - 1; i >= 0; i--) {
		double sum = ret[i];

		for (int k = i + 1; k < n; k++)
			sum -= l[k][i] * ret[k];
		ret[i] = sum / l[i][i];
	}
}

#endif /* LEAP_CHOLESKY_H */
