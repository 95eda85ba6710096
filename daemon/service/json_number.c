// SPDX-License-Identifier: MIT
// Decimal text of numbers: six digits by one multiplication and an exact look at ties.
// Pure functions over constant tables; any thread.
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "daemon/service/json_number.h"

#define DIGITS 6
#define DIGIT_ROOM 8
#define EXACT_POWER_MAX 22 /* 10^22 is the last power of ten a double holds exactly */

static const double power_of_ten[EXACT_POWER_MAX + 1] = {
	1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,	1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static const char digit_pairs[201] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

/* high + low with |low| at most half a unit in the last place of high. */
struct double_double {
	double high;
	double low;
};

static struct double_double normalise(double high, double low)
{
	double sum = high + low;

	return (struct double_double){ sum, low - (sum - high) };
}

static struct double_double multiply(struct double_double a, double b)
{
	double high = a.high * b;

	return normalise(high, fma(a.high, b, -high) + a.low * b);
}

static struct double_double divide(struct double_double a, double b)
{
	double high = a.high / b;

	return normalise(high, (fma(-high, b, a.high) + a.low) / b);
}

/*
 * value * 10^power to more than 100 bits. Ties are possible only where one exact power
 * suffices, and there even the sign of low is exact.
 */
static struct double_double scale(double value, int power)
{
	struct double_double scaled = { value, 0.0 };

	for (; power > EXACT_POWER_MAX; power -= EXACT_POWER_MAX)
		scaled = multiply(scaled, power_of_ten[EXACT_POWER_MAX]);
	for (; power < -EXACT_POWER_MAX; power += EXACT_POWER_MAX)
		scaled = divide(scaled, power_of_ten[EXACT_POWER_MAX]);
	return power < 0 ? divide(scaled, power_of_ten[-power])
			 : multiply(scaled, power_of_ten[power]);
}

/*
 * The nearest integer to value * 10^power. One rounded multiplication decides unless
 * the answer looks like a tie: anything else is farther from it than the rounding.
 */
static uint32_t scaled_integer(double value, int power)
{
	uint32_t integer;
	double product, fraction;
	struct double_double exact;

	if (power >= 0 && power <= EXACT_POWER_MAX) {
		product = value * power_of_ten[power];
		integer = (uint32_t)product;
		fraction = product - integer;
		if (fraction != 0.5)
			return integer + (fraction > 0.5);
	}
	exact = scale(value, power);
	integer = (uint32_t)exact.high;
	fraction = exact.high - integer;
	if (fraction != 0.5)
		return integer + (fraction > 0.5);
	if (exact.low != 0.0)
		return integer + (exact.low > 0.0);
	return integer + (integer & 1);
}

/* floor(log10(value)) or one less, by the binary exponent: 78913 / 2^18 = log10(2). */
static int decimal_exponent(double value)
{
	uint64_t bits;
	int binary;

	memcpy(&bits, &value, sizeof(bits));
	binary = (int)(bits >> 52) - 1023;
	if (binary == -1023) /* less precise than others: look closer */
		binary = ilogb(value);
	return (binary * 78913) >> 18;
}

static void two_digits(char *at, uint32_t value)
{
	memcpy(at, &digit_pairs[2 * value], 2);
}

static char *write_exponent(char *at, int exponent)
{
	unsigned int magnitude = exponent < 0 ? -exponent : exponent;

	*at++ = 'e';
	*at++ = exponent < 0 ? '-' : '+';
	if (magnitude >= 100) {
		*at++ = '0' + magnitude / 100;
		magnitude %= 100;
	}
	two_digits(at, magnitude);
	return at + 2;
}

/*
 * Copies count bytes, at most DIGIT_ROOM, as the one move that all of DIGIT_ROOM is:
 * there is room behind, and what is copied too much is overwritten or left out.
 */
static char *copy(char *at, const char *from, int count)
{
	memcpy(at, from, DIGIT_ROOM);
	return at + count;
}

/* digit[0..count-1] with the point after the first, as %g does outside 1e-4..1e6. */
static char *write_scientific(char *at, const char *digit, int count, int exponent)
{
	*at++ = digit[0];
	if (count > 1) {
		*at++ = '.';
		at = copy(at, digit + 1, count - 1);
	}
	return write_exponent(at, exponent);
}

static char *write_positional(char *at, const char *digit, int count, int exponent)
{
	if (exponent < 0) {
		at = copy(at, "0.00000", 1 - exponent);
		return copy(at, digit, count);
	}
	at = copy(at, digit, exponent + 1);
	if (count > exponent + 1) {
		*at++ = '.';
		at = copy(at, digit + exponent + 1, count - exponent - 1);
	}
	return at;
}

char *leap_json_real(char *at, double value)
{
	char digit[DIGITS + DIGIT_ROOM] = { 0 };
	int exponent, count = DIGITS;
	uint32_t integer;

	if (value == 0.0 || !isfinite(value)) {
		*at++ = '0';
		return at;
	}
	if (value < 0.0) {
		*at++ = '-';
		value = -value;
	}
	exponent = decimal_exponent(value);
	integer = scaled_integer(value, DIGITS - 1 - exponent);
	if (integer >= 1000000)
		integer = scaled_integer(value, DIGITS - 1 - ++exponent);
	two_digits(digit, integer / 10000);
	two_digits(digit + 2, integer / 100 % 100);
	two_digits(digit + 4, integer % 100);
	while (count > 1 && digit[count - 1] == '0')
		count--;
	if (exponent < -4 || exponent >= DIGITS)
		return write_scientific(at, digit, count, exponent);
	return write_positional(at, digit, count, exponent);
}

char *leap_json_integer(char *at, int64_t value)
{
	char digit[LEAP_JSON_NUMBER_MAX];
	char *first = digit + sizeof(digit);
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

	if (value < 0)
		*at++ = '-';
	do {
		*--first = '0' + magnitude % 10;
		magnitude /= 10;
	} while (magnitude);
	memcpy(at, first, digit + sizeof(digit) - first);
	return at + (digit + sizeof(digit) - first);
}
