/* SPDX-License-Identifier: MIT */
/*
 * libleap: hands above a Leap Motion Controller, for native programs.
 *
 * A connection may be used by several threads at once; what an event points to belongs
 * to the thread that took it, until it takes the next. Structures that are filled in are
 * the caller's. leapd may come, go and come back: the connection says so and goes on.
 *
 * Coordinates: origin at the centre of the controller, x to the user's right, y up, z
 * towards the user; right-handed. Millimetres, mm/s, radians, seconds; time stamps are
 * microseconds of the service's clock, leap_now(). Left hands have left-handed bases.
 *
 * Functions return 0 or more, or a negative errno; what they fill in is untouched then.
 */
#ifndef LEAP_H
#define LEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LEAP_EXPORT __attribute__((visibility("default")))
#else
#define LEAP_EXPORT
#endif

#define LEAP_MAX_HANDS 4
#define LEAP_MAX_TOOLS 4
#define LEAP_MAX_GESTURES 16
#define LEAP_MAX_GESTURE_CHANGES 64
#define LEAP_MAX_DEVICES 4
#define LEAP_HISTORY 60 /* frames; half a second at 115 Hz */
#define LEAP_FINGER_COUNT 5
#define LEAP_BONE_COUNT 4

/** struct leap_vector - a point, a direction or a velocity */
struct leap_vector {
	float x, y, z;
};

/** struct leap_matrix - a basis: its three axes, or the rows of a rotation */
struct leap_matrix {
	struct leap_vector x, y, z;
};

/**
 * struct leap_motion - where a hand, or all hands together, have got to
 * Absolute values that mean little by themselves: compare two frames with
 * leap_frame_motion() and leap_hand_motion().
 */
struct leap_motion {
	struct leap_matrix rotation;
	float scale; /* logarithm */
	struct leap_vector translation;
};

/** struct leap_bone - from the palm outwards */
struct leap_bone {
	struct leap_vector prev_joint; /* the end nearer to the palm */
	struct leap_vector next_joint;
	struct leap_matrix basis; /* x sideways, y dorsal, z towards the wrist */
	float length;
	float width;
};

enum leap_finger {
	LEAP_FINGER_THUMB,
	LEAP_FINGER_INDEX,
	LEAP_FINGER_MIDDLE,
	LEAP_FINGER_RING,
	LEAP_FINGER_PINKY,
};

enum leap_zone {
	LEAP_ZONE_NONE,
	LEAP_ZONE_HOVERING,
	LEAP_ZONE_TOUCHING,
};

/** struct leap_pointable - a finger of a hand, or a tool */
struct leap_pointable {
	int32_t id; /* finger: hand's id * 10 + finger; -1: not tracked */
	int32_t hand_id; /* -1: a tool of no tracked hand */
	uint32_t finger; /* enum leap_finger; meaningless for a tool */
	uint32_t touch_zone; /* enum leap_zone */
	bool is_tool;
	bool is_extended;
	struct leap_vector tip_position;
	struct leap_vector tip_velocity;
	struct leap_vector stabilized_tip_position;
	struct leap_vector direction; /* unit */
	float length;
	float width;
	float touch_distance; /* 1 far, 0 at the touch plane, -1 through it */
	float time_visible;
	struct leap_bone bone[LEAP_BONE_COUNT]; /* metacarpal to distal; tools: zero.
		A thumb's metacarpal has no length. */
};

/** struct leap_hand - strengths and confidence are 0..1 */
struct leap_hand {
	int32_t id; /* never used again for another hand */
	bool is_left;
	float confidence;
	struct leap_vector palm_position;
	struct leap_vector palm_velocity;
	struct leap_vector stabilized_palm_position;
	struct leap_vector palm_normal; /* unit, out of the palm */
	struct leap_vector direction; /* unit, palm to fingers */
	struct leap_matrix basis; /* x across, y out of the back, z to the wrist */
	float palm_width;
	float grab_strength;
	float grab_angle;
	float pinch_strength;
	float pinch_distance;
	struct leap_vector sphere_center;
	float sphere_radius;
	float time_visible;
	struct leap_vector wrist_position;
	struct leap_bone arm; /* elbow to wrist; its basis' z towards the elbow */
	struct leap_motion motion;
	struct leap_pointable finger[LEAP_FINGER_COUNT]; /* by enum leap_finger */
};

/* Values as in the original's native interfaces. */
enum leap_gesture_kind {
	LEAP_SWIPE = 1,
	LEAP_CIRCLE = 4,
	LEAP_SCREEN_TAP = 5,
	LEAP_KEY_TAP = 6,
};

enum leap_gesture_phase {
	LEAP_PHASE_START = 1,
	LEAP_PHASE_UPDATE = 2,
	LEAP_PHASE_STOP = 3, /* a tap has no other */
};

/** struct leap_gesture - which fields mean something depends on kind */
struct leap_gesture {
	int32_t id; /* one movement, one id */
	uint32_t kind; /* enum leap_gesture_kind */
	uint32_t phase; /* enum leap_gesture_phase */
	int32_t hand_id; /* 0: none */
	int32_t pointable_id; /* 0: none */
	int64_t duration; /* microseconds */
	struct leap_vector position; /* circle: its centre */
	struct leap_vector start_position; /* swipe */
	struct leap_vector direction; /* circle: its normal */
	float progress; /* circle: turns; taps: 1 */
	float radius; /* circle */
	float speed; /* swipe */
};

/** struct leap_frame - everything about one moment; a plain value, to be copied freely */
struct leap_frame {
	int64_t id; /* steps by one */
	int64_t timestamp; /* microseconds of leap_now() */
	int64_t published; /* nanoseconds of leapd's CLOCK_MONOTONIC */
	float frame_rate;
	struct leap_vector box_center; /* of the interaction box */
	struct leap_vector box_size;
	struct leap_motion motion; /* of all hands */
	uint32_t hand_count;
	uint32_t tool_count;
	uint32_t gesture_count;
	struct leap_hand hand[LEAP_MAX_HANDS];
	struct leap_pointable tool[LEAP_MAX_TOOLS];
	struct leap_gesture gesture[LEAP_MAX_GESTURES];
};

/* Policies: what an app may wish, and the user may deny. Values as in the original. */
#define LEAP_POLICY_BACKGROUND (1U << 0) /* frames while another app has the focus */
#define LEAP_POLICY_IMAGES (1U << 1) /* the pictures of the cameras */
#define LEAP_POLICY_OPTIMIZE_HMD (1U << 2) /* the controller is worn on a head */
#define LEAP_POLICY_ALLOW_PAUSE (1U << 3) /* may pause tracking for everyone */
#define LEAP_POLICY_OPTIMIZE_SCREENTOP (1U << 8) /* it looks down from a screen */

enum leap_orientation_mode {
	LEAP_MODE_DESKTOP,
	LEAP_MODE_HMD,
	LEAP_MODE_SCREENTOP,
};

/** struct leap_policy_state - what was wished for and what is */
struct leap_policy_state {
	uint32_t wished; /* LEAP_POLICY_* */
	uint32_t granted;
	bool has_focus;
	bool receives_frames;
	bool is_paused; /* tracking, for everyone */
	uint32_t mode; /* enum leap_orientation_mode, in force */
};

enum leap_device_kind {
	LEAP_DEVICE_UNKNOWN,
	LEAP_DEVICE_PERIPHERAL,
	LEAP_DEVICE_LAPTOP,
	LEAP_DEVICE_KEYBOARD,
};

/** struct leap_device - a controller */
struct leap_device {
	char serial[16];
	uint32_t kind; /* enum leap_device_kind */
	bool is_attached;
	bool is_streaming; /* never true when not attached */
	bool is_nominal; /* its own calibration is missing or wrong: roughly right */
};

enum leap_value_type {
	LEAP_VALUE_UNKNOWN = 0,
	LEAP_VALUE_BOOL = 1,
	LEAP_VALUE_INT = 2,
	LEAP_VALUE_FLOAT = 6,
	LEAP_VALUE_STRING = 8,
};

/** struct leap_setting - a key of the configuration and its value as text */
struct leap_setting {
	char key[48];
	char value[256]; /* what is longer is cut off */
	uint32_t type; /* enum leap_value_type */
};

/** struct leap_service_status - of leapd */
struct leap_service_status {
	char version[16];
	int64_t frames; /* told to native clients since the first one came */
	int64_t uptime; /* microseconds */
	uint32_t clients; /* native ones */
	bool is_paused;
	uint32_t mode; /* enum leap_orientation_mode */
	float frame_rate;
};

enum leap_transport {
	LEAP_BY_SHARED_MEMORY = 1,
	LEAP_BY_SOCKET = 2,
	LEAP_BY_TCP = 3,
};

/** struct leap_client_info - a native client of leapd */
struct leap_client_info {
	uint32_t number;
	uint32_t pid; /* 0 unknown */
	uint32_t uid; /* UINT32_MAX unknown */
	uint32_t transport; /* enum leap_transport */
	uint32_t granted; /* LEAP_POLICY_* */
	bool has_focus;
	bool receives_frames;
	int64_t frames_sent; /* not those it read from shared memory */
	int64_t frames_skipped; /* replaced by newer ones before they could be sent */
	char name[32];
};

struct leap_connection;

enum leap_event_type {
	LEAP_EVENT_NONE,
	LEAP_EVENT_CONNECTED, /* to leapd, or to leapd again */
	LEAP_EVENT_LOST, /* leapd is gone; it is being looked for */
	LEAP_EVENT_DEVICE_ATTACHED, /* device */
	LEAP_EVENT_DEVICE_LOST, /* device */
	LEAP_EVENT_DEVICE_STREAMING, /* device: it begins to */
	LEAP_EVENT_DEVICE_STOPPED, /* device: it no longer does */
	LEAP_EVENT_FRAME, /* tracking */
	LEAP_EVENT_GESTURES, /* gestures: every start and stop, none left out */
	LEAP_EVENT_POLICY, /* policy: it has changed, or was asked for */
	LEAP_EVENT_CONFIG, /* setting: it has changed */
	LEAP_EVENT_IMAGES, /* pictures can be had now, or no longer */
	LEAP_EVENT_IMAGE, /* a new picture can be read with leap_image_newest() */
	LEAP_EVENT_RESULT, /* of a request that has no other answer */
	LEAP_EVENT_STATUS, /* status */
	LEAP_EVENT_CLIENT, /* client; one of several, RESULT ends them */
};

/**
 * struct leap_event - what leap_poll() says
 * @type: enum leap_event_type
 * @connection: 1 for the first connection to leapd, raised with each further one
 * @request: of an answer: what the request returned; else 0
 * @error: of an answer: 0 or a negative errno
 * @tracking: the newest frame; skipped: how many came since the last FRAME event that
 *	this one replaces (leap_history() still has up to LEAP_HISTORY of them)
 * @gestures: changes since the last such event, in order
 */
struct leap_event {
	uint32_t type;
	uint32_t connection;
	uint32_t request;
	int32_t error;
	union {
		struct {
			const struct leap_frame *frame;
			uint64_t skipped;
		} tracking;
		struct {
			const struct leap_gesture *gesture;
			uint32_t count;
		} gestures;
		struct leap_device device;
		struct leap_policy_state policy;
		struct leap_setting setting;
		struct leap_service_status status;
		struct leap_client_info client;
		struct {
			bool available;
		} images;
	} u;
};

/* leap_options::flags */
#define LEAP_NO_SHARED_MEMORY (1U << 0) /* frames as messages over the socket */
#define LEAP_TCP_ONLY (1U << 1) /* not over a UNIX socket */
#define LEAP_LOCAL_ONLY (1U << 2) /* not over TCP */

/**
 * struct leap_options - how to connect; all zero is the default
 * @size: sizeof(struct leap_options), so that it can grow
 * @flags: LEAP_NO_SHARED_MEMORY, LEAP_TCP_ONLY, LEAP_LOCAL_ONLY
 * @name: of the program, for people; NULL: found out
 * @socket: path of leapd's socket; NULL: $LEAPD_SOCKET, else below $XDG_RUNTIME_DIR,
 *	else /run/leapd/native
 * @address: IPv4 address of leapd for TCP; NULL: 127.0.0.1
 * @port: 0: 6438
 */
struct leap_options {
	size_t size;
	uint32_t flags;
	const char *name;
	const char *socket;
	const char *address;
	uint16_t port;
};

/**
 * leap_open() - begin to look for leapd; does not wait for it
 * @options: NULL for the default; copied
 * @ret_connection: to be ended with leap_close()
 *
 * The socket is tried first, then TCP, over and over, twice a second.
 *
 * Return: 0; -EINVAL, -ENOMEM, -EMFILE.
 */
LEAP_EXPORT int leap_open(const struct leap_options *options,
			  struct leap_connection **ret_connection);

/** leap_close() - ends the library's thread, too; not from a callback. NULL is allowed */
LEAP_EXPORT void leap_close(struct leap_connection *connection);

/**
 * leap_fd() - for the program's own event loop: readable when leap_poll() has something
 * to do. Then call leap_poll() with timeout 0 until it returns 0.
 */
LEAP_EXPORT int leap_fd(const struct leap_connection *connection);

/**
 * leap_poll() - the next event
 * @timeout_ms: how long to wait; 0 not at all, -1 without end
 * @ret_event: what it points to is valid until the same connection is polled again
 *
 * A new frame by shared memory is found without a system call, so that a program may as
 * well call this over and over with timeout 0. One thread at a time.
 *
 * Return: 1 an event; 0 timeout; -EBUSY another thread polls, or the library's does;
 * -EINTR a signal came.
 */
LEAP_EXPORT int leap_poll(struct leap_connection *connection, int timeout_ms,
			  struct leap_event *ret_event);

/**
 * leap_start() - let a thread of the library poll
 * @callback: called for each event, never by two threads at once; frames that come while
 *	it runs still get into the history
 *
 * Return: 0; -EBUSY it runs already; -EAGAIN no thread can be had.
 */
LEAP_EXPORT int leap_start(struct leap_connection *connection,
			   void (*callback)(const struct leap_event *event, void *data),
			   void *data);

/** leap_stop() - end that thread; no call is under way any more when it returns. Not
 * from a callback. */
LEAP_EXPORT void leap_stop(struct leap_connection *connection);

/** leap_is_connected() - is leapd there? Any thread */
LEAP_EXPORT bool leap_is_connected(const struct leap_connection *connection);

/** leap_transport() - enum leap_transport, 0 while not connected. Any thread */
LEAP_EXPORT unsigned int leap_transport(const struct leap_connection *connection);

/** leap_version() - of the library, "1.2.3" */
LEAP_EXPORT const char *leap_version(void);

/**
 * leap_history() - a frame that leap_poll() has seen. Any thread
 * @age: 0 the newest, up to LEAP_HISTORY - 1
 *
 * Return: 0; -ENOENT none so old since the connection was made.
 */
LEAP_EXPORT int leap_history(const struct leap_connection *connection, unsigned int age,
			     struct leap_frame *ret_frame);

/**
 * leap_now() - the service's clock: that of leap_frame::timestamp. Any thread
 * Over TCP it is as exact as half a round trip.
 *
 * Return: 0; -ENOTCONN.
 */
LEAP_EXPORT int leap_now(const struct leap_connection *connection, int64_t *ret_time);

/*
 * Requests. They do not wait; the answer is an event that carries the number returned.
 * Return: that number, larger than 0; -ENOTCONN; -EAGAIN leapd is slow in taking them.
 */

/** leap_set_policy() - wish for policies, and no longer wish for others; both 0: ask.
 * Answered by POLICY, now and whenever what is granted changes. New with a connection:
 * the library repeats the wishes itself. */
LEAP_EXPORT int leap_set_policy(struct leap_connection *connection, uint32_t set,
				uint32_t clear);

/**
 * leap_set_focused() - tell that the program is, or is no longer, in front
 * There is one focus over all apps, web pages among them. A program that never says this
 * always gets frames. One that does gets them while it has the focus or the background
 * policy. Answered by POLICY.
 */
LEAP_EXPORT int leap_set_focused(struct leap_connection *connection, bool focused);

/** leap_set_paused() - pause or resume tracking for everyone; needs
 * LEAP_POLICY_ALLOW_PAUSE. RESULT: -EPERM not granted */
LEAP_EXPORT int leap_set_paused(struct leap_connection *connection, bool paused);

/**
 * leap_set_config() - change a setting until leapd ends
 * RESULT: -ENOENT unknown key; -ERANGE a value; -EPERM the user does not allow it.
 * Return: also -EINVAL: key or value too long.
 */
LEAP_EXPORT int leap_set_config(struct leap_connection *connection, const char *key,
				const char *value);

/** leap_get_status() - answered by STATUS */
LEAP_EXPORT int leap_get_status(struct leap_connection *connection);

/** leap_get_clients() - answered by a CLIENT for each native client and a RESULT */
LEAP_EXPORT int leap_get_clients(struct leap_connection *connection);

/* What leapd has told so far; no waiting. Any thread. */

/** leap_get_policy() - Return: 0; -ENOTCONN */
LEAP_EXPORT int leap_get_policy(const struct leap_connection *connection,
				struct leap_policy_state *ret_state);

/** leap_get_config() - Return: 0; -ENOENT unknown key, or nothing was told yet */
LEAP_EXPORT int leap_get_config(const struct leap_connection *connection,
				const char *key, struct leap_setting *ret_setting);

/** leap_get_config_at() - settings by number from 0. Return: 0; -ENOENT none left */
LEAP_EXPORT int leap_get_config_at(const struct leap_connection *connection,
				   unsigned int index,
				   struct leap_setting *ret_setting);

/** leap_get_device() - by number from 0. Return: 0; -ENOENT none left */
LEAP_EXPORT int leap_get_device(const struct leap_connection *connection,
				unsigned int index, struct leap_device *ret_device);

/* Motion between two frames. */

/**
 * struct leap_relative_motion - what has happened between two frames
 * @rotation: rows; takes a direction of then to that of now
 * @axis: of it, unit; zero when nothing turned
 * @angle: about @axis, 0..pi
 * @scale_factor: larger than 1: hands or fingers moved apart
 * @rotation_probability: 0..1, how much it looks as if rotation was meant; likewise
 *	the other two. Of the squares of turns of 15 degrees, factors of 1.2 and ways of
 *	20 mm each has its share; little motion of any kind leaves all small. The
 *	original's formula is not known; this one is ours.
 */
struct leap_relative_motion {
	struct leap_matrix rotation;
	struct leap_vector axis;
	float angle;
	float scale_factor;
	struct leap_vector translation;
	float rotation_probability;
	float scale_probability;
	float translation_probability;
};

/** leap_frame_motion() - of all hands together. When one of the frames has no hand:
 * identity, factor 1, no translation, probabilities 0 */
LEAP_EXPORT void leap_frame_motion(const struct leap_frame *now,
				   const struct leap_frame *since,
				   struct leap_relative_motion *ret_motion);

/** leap_hand_motion() - of one hand, by its id; likewise when it is not in both */
LEAP_EXPORT void leap_hand_motion(const struct leap_frame *now,
				  const struct leap_frame *since, int32_t hand_id,
				  struct leap_relative_motion *ret_motion);

/** leap_rotation_angle() - the part of a motion's rotation that is about @axis, of any
 * length, -pi..pi */
LEAP_EXPORT float leap_rotation_angle(const struct leap_relative_motion *motion,
				      const struct leap_vector *axis);

/** leap_find_hand() - Return: NULL none of that id; points into @frame */
LEAP_EXPORT const struct leap_hand *leap_find_hand(const struct leap_frame *frame,
						   int32_t id);

/** leap_find_pointable() - a finger or a tool. Return: NULL none of that id */
LEAP_EXPORT const struct leap_pointable *leap_find_pointable(
	const struct leap_frame *frame, int32_t id);

/** leap_box_normalize() - a point to 0..1 along each side of the interaction box
 * @clamp: points outside become the nearest inside */
LEAP_EXPORT struct leap_vector leap_box_normalize(const struct leap_frame *frame,
						  const struct leap_vector *point,
						  bool clamp);

/** leap_box_denormalize() - the inverse */
LEAP_EXPORT struct leap_vector leap_box_denormalize(const struct leap_frame *frame,
						    const struct leap_vector *point);

/* Pictures: LEAP_POLICY_IMAGES has to be granted, and the transport be local. */

enum leap_side {
	LEAP_SIDE_LEFT, /* even bytes of a row; at x = +baseline/2 */
	LEAP_SIDE_RIGHT,
};

/**
 * struct leap_image - a stereo picture, where it lies in shared memory
 * @pixels: height rows of width pairs of bytes: left, right, left, right ...
 * @width: columns of one eye
 * @sequence: a gap means lost pictures
 * @time_ns: CLOCK_MONOTONIC at which its first bytes arrived
 * @exposure_us: 0 unknown
 * @gain: in sixteenths; 0 unknown
 * @is_damaged: rows are missing
 * @is_dark: exposed with the lights off
 */
struct leap_image {
	const uint8_t *pixels;
	uint32_t width;
	uint32_t height;
	uint32_t sequence;
	int64_t time_ns;
	uint32_t exposure_us;
	uint32_t gain;
	bool is_damaged;
	bool is_dark;
};

/**
 * leap_image_newest() - the newest complete picture. The thread that polls
 * @ret_image: its pixels are the ring's own, valid until the connection is polled again
 *	and no longer than leap_image_is_intact() says
 *
 * Return: 0; -EACCES not granted or not local; -ENOENT none there; -EAGAIN none yet.
 */
LEAP_EXPORT int leap_image_newest(struct leap_connection *connection,
				  struct leap_image *ret_image);

/** leap_image_is_intact() - after use: were the pixels not overwritten meanwhile? */
LEAP_EXPORT bool leap_image_is_intact(const struct leap_connection *connection,
				      const struct leap_image *image);

/**
 * leap_images_fd() - the descriptor of the ring itself, for those who read /dev/leapN as
 * <linux/leap.h> tells; the library's. Return: -ENOENT there is none.
 */
LEAP_EXPORT int leap_images_fd(const struct leap_connection *connection);

/** leap_calibration_block() - the controller's 156 bytes as they are, or nominal: NULL */
LEAP_EXPORT const uint8_t *leap_calibration_block(
	const struct leap_connection *connection);

struct leap_lenses;

/**
 * leap_lenses_new() - the two cameras of a controller
 * @block: 156 bytes of calibration, or NULL: nominal values
 *
 * Return: 0; -ENOMEM; -EBADMSG not a block, or its checksum is wrong; -ERANGE values that
 * no such device can have.
 */
LEAP_EXPORT int leap_lenses_new(const void *block, struct leap_lenses **ret_lenses);
LEAP_EXPORT void leap_lenses_free(struct leap_lenses *lenses);

/** leap_lenses_baseline() - millimetres between the eyes */
LEAP_EXPORT float leap_lenses_baseline(const struct leap_lenses *lenses);

/**
 * leap_rectify() - the direction in which a pixel looks
 * @side: enum leap_side
 * @width: of the picture, columns of one eye: the sensor's mode
 * @height: likewise
 * @column: of the pixel's centre; that of the first is 0
 * @row: likewise
 * @ret_slope: [0] = (x - eye's x) / y, [1] = z / y of every point on the ray
 *
 * The lens model of the tracker itself. Return: 0; -ERANGE outside the field of view.
 */
LEAP_EXPORT int leap_rectify(const struct leap_lenses *lenses, unsigned int side,
			     uint32_t width, uint32_t height, double column, double row,
			     double ret_slope[2]);

/** leap_warp() - the pixel that looks in a direction; the inverse to 0.01 pixel.
 * Return: 0; -ERANGE outside the field of view. */
LEAP_EXPORT int leap_warp(const struct leap_lenses *lenses, unsigned int side,
			  uint32_t width, uint32_t height, const double slope[2],
			  double ret_pixel[2]);

#ifdef __cplusplus
}
#endif

#endif /* LEAP_H */
