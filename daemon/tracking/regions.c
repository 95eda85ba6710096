// SPDX-License-Identifier: MIT
/*
 * Finds what is brighter than its surroundings in a small copy of the frame and how
 * far away it is. Works on memory of the calling tracker only.
 */
#include <string.h>

#include "daemon/tracking/regions.h"

/* What the eye's noise and stray light never reach, in grey levels above dark. */
#define CONTRAST_MIN 9
/* A region is what exceeds this share of the brightest surface near it. */
#define CONTRAST_SHARE 0.25
#define BLOCK 8
#define BLOCKS_WIDE ((LEAP_CELLS_WIDE + BLOCK - 1) / BLOCK)
#define BLOCKS_HIGH ((LEAP_CELLS_HIGH + BLOCK - 1) / BLOCK)
#define REACH 3 /* blocks */
#define RUNS_MAX 4096
#define CELLS_MIN 12
#define DISTANCES 256

/* Square millimetres of a fist end on, and of a hand with its arm. */
#define AREA_MIN 1500.0
#define AREA_MAX 150000.0
#define HEIGHT_MIN 35.0
#define HEIGHT_MAX 750.0
#define LIKENESS_MIN 0.5

static void add_row(uint16_t *sums, const uint8_t *pixels, int wide)
{
	for (int c = 0; c < wide; c++) {
		const uint8_t *p = pixels + c * LEAP_CELL_COLUMNS * 2;

		sums[2 * c] += p[0] + p[2] + p[4] + p[6];
		sums[2 * c + 1] += p[1] + p[3] + p[5] + p[7];
	}
}

static int dark_level(const struct leap_cells *cells)
{
	unsigned int histogram[256] = { 0 };
	unsigned int below = 0, wanted = cells->wide * LEAP_CELLS_HIGH * 3 / 10;
	int level = 0;

	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		for (int c = 0; c < cells->wide; c++)
			histogram[cells->value[LEAP_EYE_LEFT][row][c]]++;
	}
	for (level = 0; level < 255; level++) {
		below += histogram[level];
		if (below > wanted)
			break;
	}
	return level;
}

void leap_cells_fill(struct leap_cells *cells, const struct leap_stereo_frame *frame)
{
	unsigned int rows = frame->height / LEAP_CELLS_HIGH;
	unsigned int area = rows * LEAP_CELL_COLUMNS;

	cells->wide = frame->width / LEAP_CELL_COLUMNS;
	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		uint16_t sums[2 * LEAP_CELLS_WIDE] = { 0 };

		for (unsigned int r = 0; r < rows; r++)
			add_row(sums,
				frame->pixels +
					((size_t)row * rows + r) * frame->width * 2,
				cells->wide);
		for (int c = 0; c < cells->wide; c++) {
			cells->value[0][row][c] = sums[2 * c] / area;
			cells->value[1][row][c] = sums[2 * c + 1] / area;
		}
	}
	cells->dark = dark_level(cells);
	memset(cells->taken, 0, sizeof(cells->taken));
}

/* The brightest surface of each block; what is thinner than a few cells is no one. */
static void block_peaks(const struct leap_cells *cells,
			uint8_t peak[BLOCKS_HIGH][BLOCKS_WIDE])
{
	memset(peak, 0, BLOCKS_HIGH * BLOCKS_WIDE);
	for (int row = 1; row < LEAP_CELLS_HIGH - 1; row++) {
		const uint8_t(*v)[LEAP_CELLS_WIDE] = &cells->value[0][row];

		for (int c = 1; c < cells->wide - 1; c++) {
			uint8_t *p = &peak[row / BLOCK][c / BLOCK], low = v[0][c];

			if (low <= *p)
				continue;
			low = v[-1][c] < low ? v[-1][c] : low;
			low = v[1][c] < low ? v[1][c] : low;
			low = v[0][c - 1] < low ? v[0][c - 1] : low;
			low = v[0][c + 1] < low ? v[0][c + 1] : low;
			if (low > *p)
				*p = low;
		}
	}
}

static void set_thresholds(struct leap_cells *cells)
{
	uint8_t peak[BLOCKS_HIGH][BLOCKS_WIDE], block[BLOCKS_HIGH][BLOCKS_WIDE];

	block_peaks(cells, peak);
	for (int j = 0; j < BLOCKS_HIGH; j++) {
		for (int i = 0; i < BLOCKS_WIDE; i++) {
			int most = 0, level;

			for (int y = j - REACH; y <= j + REACH; y++) {
				for (int x = i - REACH; x <= i + REACH; x++) {
					if (y >= 0 && y < BLOCKS_HIGH && x >= 0 &&
					    x < BLOCKS_WIDE && peak[y][x] > most)
						most = peak[y][x];
				}
			}
			level = (int)(CONTRAST_SHARE * (most - cells->dark));
			level = level < CONTRAST_MIN ? CONTRAST_MIN : level;
			level += cells->dark;
			block[j][i] = level > 255 ? 255 : level;
		}
	}
	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		for (int c = 0; c < cells->wide; c++)
			cells->threshold[row][c] = block[row / BLOCK][c / BLOCK];
	}
}

static int root_of(int16_t *parent, int i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

/* Labels connected cells above their threshold with 1 .. count; 0 elsewhere. */
static int label_cells(struct leap_cells *cells, int16_t *parent)
{
	int count = 1;

	parent[0] = 0;
	memset(cells->label, 0, sizeof(cells->label));
	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		int16_t *label = cells->label[row];
		const int16_t *above = row ? cells->label[row - 1] : NULL;

		for (int c = 0; c < cells->wide; c++) {
			int mine = 0;

			if (cells->value[0][row][c] <= cells->threshold[row][c] ||
			    cells->taken[row][c])
				continue;
			if (c && label[c - 1])
				mine = root_of(parent, label[c - 1]);
			for (int d = -1; above && d <= 1; d++) {
				int other;

				if (c + d < 0 || c + d >= cells->wide || !above[c + d])
					continue;
				other = root_of(parent, above[c + d]);
				if (mine && other != mine)
					parent[other > mine ? other : mine] =
						other < mine ? other : mine;
				mine = mine && mine < other ? mine : other;
			}
			if (!mine && count < RUNS_MAX) {
				parent[count] = count;
				mine = count++;
			}
			label[c] = mine;
		}
	}
	return count;
}

static void grow(struct leap_region *region, int column, int row)
{
	if (!region->cells || column < region->box[0])
		region->box[0] = column;
	if (!region->cells || row < region->box[1])
		region->box[1] = row;
	if (!region->cells || column > region->box[2])
		region->box[2] = column;
	if (!region->cells || row > region->box[3])
		region->box[3] = row;
	region->cells++;
}

/* Collects the largest regions; slot[] tells which region a label belongs to. */
static int collect(struct leap_cells *cells, int16_t *parent, int count,
		   struct leap_region regions[LEAP_REGIONS_MAX], int16_t *slot)
{
	static const struct leap_region none;
	uint16_t size[RUNS_MAX] = { 0 };
	int found = 0;

	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		for (int c = 0; c < cells->wide; c++) {
			if (cells->label[row][c])
				size[root_of(parent, cells->label[row][c])]++;
		}
	}
	memset(slot, 0xff, count * sizeof(*slot));
	while (found < LEAP_REGIONS_MAX) {
		int best = 0;

		for (int i = 1; i < count; i++) {
			if (size[i] > size[best])
				best = i;
		}
		if (size[best] < CELLS_MIN)
			break;
		size[best] = 0;
		regions[found] = none;
		slot[best] = found++;
	}
	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		for (int c = 0; c < cells->wide; c++) {
			int16_t *label = &cells->label[row][c];
			int which = *label ? slot[root_of(parent, *label)] : -1;

			*label = which + 1;
			if (which < 0)
				continue;

			grow(&regions[which], c, row);
		}
	}

	return found;
}

/* Where the picture's border cuts the region; without a cut, its end at the user. */
static void find_entry(const struct leap_cells *cells, const struct leap_region *region,
		       int label, double entry[2])
{
	double column_sum = 0, row_sum = 0;
	int n = 0;

	for (int row = region->box[1]; row <= region->box[3]; row++) {
		bool border = row == 0 || row == LEAP_CELLS_HIGH - 1;

		for (int c = region->box[0]; c <= region->box[2]; c++) {
			if (cells->label[row][c] != label ||
			    !(border || c == 0 || c == cells->wide - 1))
				continue;
			column_sum += c;
			row_sum += row;
			n++;
		}
	}
	if (n) {
		entry[0] = column_sum / n;
		entry[1] = row_sum / n;
		return;
	}
	for (int c = region->box[0]; c <= region->box[2]; c++) {
		if (cells->label[region->box[3]][c] == label)
			entry[0] = c;
	}
	entry[1] = region->box[3];
}

static int distance_to(const double entry[2], int column, int row)
{
	double off = hypot(column - entry[0], row - entry[1]);

	return off < DISTANCES - 1 ? (int)off : DISTANCES - 1;
}

/* The middle of the half that is farthest from @entry: the hand, if an arm is there. */
static void find_middle(const struct leap_cells *cells, struct leap_region *region,
			int label, const double entry[2])
{
	int wanted = region->cells < 60 ? region->cells : region->cells / 2;
	int at_distance[DISTANCES] = { 0 }, least = DISTANCES - 1, n = 0;
	double row_sum = 0, column_sum = 0;

	if (wanted > 900)
		wanted = 900;

	for (int row = region->box[1]; row <= region->box[3]; row++) {
		for (int c = region->box[0]; c <= region->box[2]; c++)
			at_distance[distance_to(entry, c, row)] +=
				cells->label[row][c] == label;
	}
	for (int far = at_distance[least]; far < wanted && least > 0;)
		far += at_distance[--least];
	for (int row = region->box[1]; row <= region->box[3]; row++) {
		for (int c = region->box[0]; c <= region->box[2]; c++) {
			if (cells->label[row][c] != label ||
			    distance_to(entry, c, row) < least)
				continue;
			row_sum += row;
			column_sum += c;
			n++;
		}
	}
	region->middle[0] = column_sum / n;
	region->middle[1] = row_sum / n;
}

struct sums {
	int n, a, b, aa, bb, ab;
};

static double correlation(const struct sums *s)
{
	double n = s->n, va = s->aa - (double)s->a * s->a / n;
	double vb = s->bb - (double)s->b * s->b / n;
	double covariance = s->ab - (double)s->a * s->b / n;

	if (s->n < 20 || va < 4 * n || vb < 4 * n)
		return -1;
	return covariance / sqrt(va * vb);
}

static double likeness_at(const struct leap_cells *cells, const int box[4], int shift,
			  int down)
{
	struct sums s = { 0 };

	for (int row = box[1]; row <= box[3]; row += 2) {
		int other = row + down;

		if (other < 0 || other >= LEAP_CELLS_HIGH)
			continue;
		for (int c = box[0]; c <= box[2]; c += 2) {
			int a, b;

			if (c - shift < 0 || c - shift >= cells->wide)
				continue;
			a = cells->value[0][row][c];
			b = cells->value[1][other][c - shift];
			s.n++;
			s.a += a;
			s.b += b;
			s.aa += a * a;
			s.bb += b * b;
			s.ab += a * b;
		}
	}
	return correlation(&s);
}

static void matching_box(const struct leap_cells *cells,
			 const struct leap_region *region, int box[4])
{
	const int half = 22;

	box[0] = (int)fmax(region->box[0] - 3, region->middle[0] - half);
	box[1] = (int)fmax(region->box[1] - 3, region->middle[1] - half);
	box[2] = (int)fmin(region->box[2] + 3, region->middle[0] + half);
	box[3] = (int)fmin(region->box[3] + 3, region->middle[1] + half);
	box[0] = box[0] < 0 ? 0 : box[0];
	box[1] = box[1] < 0 ? 0 : box[1];
	box[2] = box[2] >= cells->wide ? cells->wide - 1 : box[2];
	box[3] = box[3] >= LEAP_CELLS_HIGH ? LEAP_CELLS_HIGH - 1 : box[3];
}

/* Slides the region over the right eye's cells and takes the place most alike. */
static bool place_region(const struct leap_cells *cells,
			 const struct leap_camera *camera, struct leap_sensor_mode mode,
			 struct leap_region *region)
{
	const double cell_row = mode.height / (double)LEAP_CELLS_HIGH;
	double slope[LEAP_EYES][2], row, column;
	double best = -1, shift = 0, near[3] = { -1, -1, -1 };
	int box[4], at = 0;

	matching_box(cells, region, box);
	for (int down = -2; down <= 2; down++) {
		for (int s = -1; s <= 45; s++) {
			double like =
				likeness_at(cells, box, s, down) - 0.01 * (down != 0);

			if (like > best) {
				best = like;
				at = s;
				near[1] = like;
				near[0] = likeness_at(cells, box, s - 1, down);
				near[2] = likeness_at(cells, box, s + 1, down);
			}
		}
	}
	if (best < LIKENESS_MIN)
		return false;

	shift = at;
	if (near[0] > -1 && near[2] > -1 && near[0] + near[2] < 2 * near[1] - 1e-6)
		shift += fmax(-0.5,
			      fmin(0.5, 0.5 * (near[2] - near[0]) /
						(2 * near[1] - near[0] - near[2])));
	column = (region->middle[0] + 0.5) * LEAP_CELL_COLUMNS - 0.5;
	row = (region->middle[1] + 0.5) * cell_row - 0.5;
	if (!leap_camera_slope(camera, LEAP_EYE_LEFT, mode, column, row, slope[0]) ||
	    !leap_camera_slope(camera, LEAP_EYE_RIGHT, mode,
			       column - shift * LEAP_CELL_COLUMNS, row, slope[1]))
		return false;
	slope[0][1] = slope[1][1] = (slope[0][1] + slope[1][1]) / 2;
	return leap_camera_triangulate(camera, slope, &region->place, NULL);
}

static bool place_ends(const struct leap_cells *cells, const struct leap_camera *camera,
		       struct leap_sensor_mode mode, struct leap_region *region,
		       int label)
{
	double entry[2] = { 0, 0 };
	struct leap_region other;

	find_entry(cells, region, label, entry);
	find_middle(cells, region, label, entry);
	if (!place_region(cells, camera, mode, region))
		return false;
	other = *region;
	find_middle(cells, &other, label, region->middle);
	region->other_place = place_region(cells, camera, mode, &other) ? other.place
									: region->place;
	return true;
}

static bool plausible(const struct leap_region *region,
		      const struct leap_camera *camera)
{
	double focal = camera->lens[0].focal / LEAP_CELL_COLUMNS;
	double side = region->place.y / focal;
	double area = region->cells * side * side;

	return region->place.y > HEIGHT_MIN && region->place.y < HEIGHT_MAX &&
	       area > AREA_MIN && area < AREA_MAX;
}

int leap_regions_find(struct leap_cells *cells, const struct leap_camera *camera,
		      struct leap_sensor_mode mode,
		      struct leap_region ret_regions[LEAP_REGIONS_MAX])
{
	int16_t parent[RUNS_MAX], slot[RUNS_MAX];
	int found, kept = 0, count;

	set_thresholds(cells);
	count = label_cells(cells, parent);
	found = collect(cells, parent, count, ret_regions, slot);
	for (int i = 0; i < found; i++) {
		struct leap_region *region = &ret_regions[i];

		if (place_ends(cells, camera, mode, region, i + 1) &&
		    plausible(region, camera))
			ret_regions[kept++] = *region;
	}
	return kept;
}
