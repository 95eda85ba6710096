/* SPDX-License-Identifier: MIT */
/*
 * What leapd and libleap say to each other, byte by byte; doc/native-protocol.md tells
 * the rules. Plain types; whoever holds a message or a mapping owns it.
 */
#ifndef LEAP_NATIVE_PROTOCOL_H
#define LEAP_NATIVE_PROTOCOL_H

#include <stdint.h>

/* Everything is little endian, and read where it lies, as shared memory has to be. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the native protocol needs a little-endian machine"
#endif

typedef uint16_t leap_le16;
typedef uint32_t leap_le32;
typedef int32_t leap_les32;
typedef int64_t leap_les64;
typedef float leap_lef32; /* IEEE 754 */

/* Raised when something changes its meaning or its place. What is only added to the end
 * of a structure does not raise it: each says its own size. */
#define LEAP_WIRE_VERSION 1
#define LEAP_WIRE_MAGIC 0x4e41454cU /* "LEAN" */

#define LEAP_WIRE_HANDS_MAX 4
#define LEAP_WIRE_POINTABLES_MAX 24
#define LEAP_WIRE_GESTURES_MAX 16
#define LEAP_WIRE_MESSAGE_MAX 16384
#define LEAP_WIRE_FDS_MAX 2

#define LEAP_WIRE_NAME_SIZE 32
#define LEAP_WIRE_SERIAL_SIZE 16
#define LEAP_WIRE_KEY_SIZE 48
#define LEAP_WIRE_VALUE_SIZE 256
#define LEAP_WIRE_CALIBRATION_SIZE 156

/** enum leap_wire_type - leap_wire_header::type; from leapd those with the 0x80 */
enum leap_wire_type {
	LEAP_WIRE_HELLO = 0x01, /* leap_wire_hello; answered by WELCOME */
	LEAP_WIRE_SET_POLICY = 0x02, /* leap_wire_set_policy */
	LEAP_WIRE_SET_FOCUS = 0x03, /* leap_wire_switch */
	LEAP_WIRE_SET_PAUSE = 0x04, /* leap_wire_switch */
	LEAP_WIRE_SET_CONFIG = 0x05, /* leap_wire_config */
	LEAP_WIRE_GET_CLOCK = 0x06, /* header alone; answered by CLOCK */
	LEAP_WIRE_GET_STATUS = 0x07, /* header alone; answered by STATUS */
	LEAP_WIRE_GET_CLIENTS = 0x08, /* header alone; CLIENT for each, then RESULT */

	LEAP_WIRE_WELCOME = 0x81, /* leap_wire_welcome; with WELCOME_RING two fds */
	LEAP_WIRE_RESULT = 0x82, /* header alone: status of a request */
	LEAP_WIRE_FRAME = 0x83, /* leap_wire_frame and its records */
	LEAP_WIRE_GESTURES = 0x84, /* leap_wire_gestures and its records */
	LEAP_WIRE_DEVICE = 0x85, /* leap_wire_device */
	LEAP_WIRE_POLICY = 0x86, /* leap_wire_policy */
	LEAP_WIRE_CONFIG = 0x87, /* leap_wire_config */
	LEAP_WIRE_IMAGES = 0x88, /* leap_wire_images; one fd unless ring_size is 0 */
	LEAP_WIRE_CLOCK = 0x89, /* leap_wire_clock */
	LEAP_WIRE_STATUS = 0x8a, /* leap_wire_status */
	LEAP_WIRE_CLIENT = 0x8b, /* leap_wire_client */
};

/**
 * struct leap_wire_header - before every message
 * @size: bytes of the message with this header; a multiple of four
 * @type: enum leap_wire_type
 * @reserved: 0
 * @request: chosen by the client, not 0; its answers carry it; 0 in what is no answer
 * @status: of an answer: 0, or what went wrong as Linux numbers errors (generic errno)
 */
struct leap_wire_header {
	leap_le32 size;
	leap_le16 type;
	leap_le16 reserved;
	leap_le32 request;
	leap_le32 status;
};

/* leap_wire_hello::flags */
#define LEAP_WIRE_HELLO_RING (1U << 0) /* frames by shared memory, if that can be */

/** struct leap_wire_hello - the first message of a client */
struct leap_wire_hello {
	struct leap_wire_header header;
	leap_le32 magic;
	leap_le16 version_min; /* spoken by the client, and all between */
	leap_le16 version_max;
	leap_le32 flags;
	leap_le32 pid; /* for people; over a UNIX socket the kernel's word counts */
	char name[LEAP_WIRE_NAME_SIZE]; /* of the program, for people; NUL padded */
};

/* leap_wire_welcome::flags */
#define LEAP_WIRE_WELCOME_RING (1U << 0) /* fds: the ring's memory, the wake-up pipe */
#define LEAP_WIRE_WELCOME_LOCAL (1U << 1) /* CLOCK_MONOTONIC is the client's own */

/**
 * struct leap_wire_welcome - the first message of leapd
 * @version: spoken from here on
 * @clock_us: the service's clock, that of frames' timestamps
 * @monotonic_ns: leapd's CLOCK_MONOTONIC at the same moment
 * @server: version of leapd, for people
 */
struct leap_wire_welcome {
	struct leap_wire_header header;
	leap_le32 magic;
	leap_le16 version;
	leap_le16 reserved;
	leap_le32 flags;
	leap_le32 client; /* number of this client */
	leap_les64 clock_us;
	leap_les64 monotonic_ns;
	char server[16];
};

/* Policy bits, numbered as in the original's native interfaces. */
#define LEAP_WIRE_POLICY_BACKGROUND (1U << 0)
#define LEAP_WIRE_POLICY_IMAGES (1U << 1)
#define LEAP_WIRE_POLICY_HMD (1U << 2)
#define LEAP_WIRE_POLICY_PAUSE (1U << 3)
#define LEAP_WIRE_POLICY_SCREENTOP (1U << 8)
#define LEAP_WIRE_POLICY_ALL 0x10fU

/** struct leap_wire_set_policy - wishes; HMD and SCREENTOP end one another */
struct leap_wire_set_policy {
	struct leap_wire_header header;
	leap_le32 set;
	leap_le32 clear;
};

/** struct leap_wire_switch - one thing on (1) or off (0) */
struct leap_wire_switch {
	struct leap_wire_header header;
	leap_le32 on;
	leap_le32 reserved;
};

/* leap_wire_policy::flags */
#define LEAP_WIRE_FOCUSED (1U << 0) /* this client has the focus */
#define LEAP_WIRE_RECEIVING (1U << 1) /* it is to have frames */
#define LEAP_WIRE_PAUSED (1U << 2) /* nobody gets any: tracking is paused */

/** struct leap_wire_policy - told after WELCOME and on every change */
struct leap_wire_policy {
	struct leap_wire_header header;
	leap_le32 wished; /* LEAP_WIRE_POLICY_* this client asked for */
	leap_le32 granted; /* of them, what the user's settings allow */
	leap_le32 flags;
	leap_le32 orientation; /* in force: 0 desktop, 1 HMD, 2 screentop */
};

/* leap_wire_config::value_type */
#define LEAP_WIRE_VALUE_BOOL 1 /* "true", "false" */
#define LEAP_WIRE_VALUE_INT 2
#define LEAP_WIRE_VALUE_FLOAT 6
#define LEAP_WIRE_VALUE_STRING 8

/**
 * struct leap_wire_config - a setting, as text
 * From leapd: all after WELCOME, then each that changes. value_type is 0 from a client.
 */
struct leap_wire_config {
	struct leap_wire_header header;
	leap_le32 value_type;
	leap_le32 reserved;
	char key[LEAP_WIRE_KEY_SIZE]; /* NUL terminated */
	char value
		[LEAP_WIRE_VALUE_SIZE]; /* NUL terminated; what is longer is cut off */
};

/* leap_wire_device::flags */
#define LEAP_WIRE_ATTACHED (1U << 0)
#define LEAP_WIRE_STREAMING (1U << 1)
#define LEAP_WIRE_NOMINAL (1U << 2) /* its own calibration is missing or wrong */

/** struct leap_wire_device - told after WELCOME for each attached, and on every change */
struct leap_wire_device {
	struct leap_wire_header header;
	char serial[LEAP_WIRE_SERIAL_SIZE]; /* NUL terminated */
	leap_le32 flags;
	leap_le32 kind; /* 1 peripheral, 2 laptop, 3 keyboard; 0 something else */
};

/**
 * struct leap_wire_images - where pictures are; told on every change while IMAGES is
 * granted. With it comes a descriptor to map: /dev/leapN, or memory that is laid out
 * like its ring (<linux/leap.h>), ring_size bytes. ring_size 0: no pictures (any more).
 */
struct leap_wire_images {
	struct leap_wire_header header;
	char serial[LEAP_WIRE_SERIAL_SIZE];
	leap_le32 flags; /* LEAP_WIRE_IMAGES_DEVICE */
	leap_le32 ring_size;
	leap_le32 calibration_size; /* LEAP_WIRE_CALIBRATION_SIZE, or 0: none */
	unsigned char calibration[LEAP_WIRE_CALIBRATION_SIZE];
};

#define LEAP_WIRE_IMAGES_DEVICE (1U << 0) /* poll() and ioctl() work on it */

/** struct leap_wire_clock */
struct leap_wire_clock {
	struct leap_wire_header header;
	leap_les64 clock_us;
	leap_les64 monotonic_ns;
};

/** struct leap_wire_status - for people */
struct leap_wire_status {
	struct leap_wire_header header;
	leap_les64 frames; /* published since the first native client came */
	leap_les64 uptime_us;
	leap_le32 clients; /* through the native doors */
	leap_le32 flags; /* LEAP_WIRE_PAUSED */
	leap_le32 orientation;
	leap_lef32 frame_rate;
};

/* leap_wire_client::transport */
#define LEAP_WIRE_BY_RING 1
#define LEAP_WIRE_BY_SOCKET 2
#define LEAP_WIRE_BY_TCP 3

/** struct leap_wire_client - a native client, for people */
struct leap_wire_client {
	struct leap_wire_header header;
	leap_le32 client;
	leap_le32 pid; /* 0 unknown */
	leap_le32 uid; /* ~0 unknown */
	leap_le32 transport;
	leap_le32 granted; /* LEAP_WIRE_POLICY_* */
	leap_le32 flags; /* LEAP_WIRE_FOCUSED, RECEIVING */
	leap_les64 frames_sent; /* as messages */
	leap_les64 frames_skipped; /* replaced by newer ones */
	char name[LEAP_WIRE_NAME_SIZE];
};

/* A frame. Millimetres, mm/s, radians, seconds; Leap coordinates. Vectors are x, y, z;
 * matrices are three rows, the basis vectors x, y, z. */

/** struct leap_wire_motion - r, s, t: rotation between two frames is r_now r_then^-1,
 * scale exp(s_now - s_then), translation t_now - t_then */
struct leap_wire_motion {
	leap_lef32 r[9];
	leap_lef32 s;
	leap_lef32 t[3];
};

#define LEAP_WIRE_HAND_LEFT (1U << 0)

/** struct leap_wire_hand */
struct leap_wire_hand {
	leap_les32 id;
	leap_le32 flags;
	leap_lef32 confidence;
	leap_lef32 palm_position[3];
	leap_lef32 palm_velocity[3];
	leap_lef32 stabilized_palm_position[3];
	leap_lef32 palm_normal[3];
	leap_lef32 direction[3];
	leap_lef32 palm_width;
	leap_lef32 wrist[3];
	leap_lef32 elbow[3];
	leap_lef32 arm_basis[9];
	leap_lef32 arm_width;
	leap_lef32 grab_angle;
	leap_lef32 grab_strength;
	leap_lef32 pinch_distance;
	leap_lef32 pinch_strength;
	leap_lef32 sphere_center[3];
	leap_lef32 sphere_radius;
	leap_lef32 time_visible;
	struct leap_wire_motion motion;
	leap_le32 reserved[3];
};

#define LEAP_WIRE_POINTABLE_TOOL (1U << 0)
#define LEAP_WIRE_POINTABLE_EXTENDED (1U << 1)

/** struct leap_wire_pointable - a finger or a tool, whose joint and basis are 0 */
struct leap_wire_pointable {
	leap_les32 id;
	leap_les32 hand_id; /* -1: of no tracked hand */
	leap_le32 flags;
	leap_le32 finger; /* 0 thumb .. 4 pinky */
	leap_lef32 joint[5][3]; /* carpal, knuckle, pip, dip, tip of the bone */
	leap_lef32 basis[4][9]; /* metacarpal, proximal, intermediate, distal */
	leap_lef32 tip_position[3];
	leap_lef32 tip_velocity[3];
	leap_lef32 stabilized_tip_position[3];
	leap_lef32 direction[3];
	leap_lef32 length;
	leap_lef32 width;
	leap_lef32 touch_distance;
	leap_le32 touch_zone; /* 0 none, 1 hovering, 2 touching */
	leap_lef32 time_visible;
};

/* leap_wire_gesture::type, numbered as in the original's native interfaces */
#define LEAP_WIRE_SWIPE 1
#define LEAP_WIRE_CIRCLE 4
#define LEAP_WIRE_SCREEN_TAP 5
#define LEAP_WIRE_KEY_TAP 6

/** struct leap_wire_gesture - which fields mean something depends on type */
struct leap_wire_gesture {
	leap_les32 id;
	leap_le32 type;
	leap_le32 state; /* 1 start, 2 update, 3 stop */
	leap_les32 hand_id; /* 0: none */
	leap_les64 duration_us;
	leap_les32 pointable_id; /* 0: none */
	leap_le32 reserved;
	leap_lef32 position[3]; /* circle: its centre */
	leap_lef32 start_position[3]; /* swipe */
	leap_lef32 direction[3]; /* circle: its normal */
	leap_lef32 progress; /* circle: turns; taps: 1 */
	leap_lef32 radius; /* circle */
	leap_lef32 speed; /* swipe */
};

/**
 * struct leap_wire_frame - followed by hands, pointables and gestures, in this order
 * @published_ns: leapd's CLOCK_MONOTONIC just before it is in the ring
 * @ready_ns: when its pixels were complete; 0 unknown
 * @frame_size: bytes of this structure, so that later ones may be longer
 * @hand_size: likewise of a hand
 * @pointable_size: likewise
 * @gesture_size: likewise
 */
struct leap_wire_frame {
	leap_les64 id;
	leap_les64 timestamp_us;
	leap_les64 published_ns;
	leap_les64 ready_ns;
	leap_lef32 frame_rate;
	leap_lef32 box_center[3];
	leap_lef32 box_size[3];
	struct leap_wire_motion motion;
	leap_le16 frame_size;
	leap_le16 hand_size;
	leap_le16 pointable_size;
	leap_le16 gesture_size;
	leap_le16 hand_count;
	leap_le16 pointable_count;
	leap_le16 gesture_count;
	leap_le16 reserved;
};

#define LEAP_WIRE_FRAME_MAX                                              \
	(sizeof(struct leap_wire_frame) +                                \
	 LEAP_WIRE_HANDS_MAX * sizeof(struct leap_wire_hand) +           \
	 LEAP_WIRE_POINTABLES_MAX * sizeof(struct leap_wire_pointable) + \
	 LEAP_WIRE_GESTURES_MAX * sizeof(struct leap_wire_gesture))

/**
 * struct leap_wire_gestures - changes of frames that this client was not sent, before
 * the next frame that it is: each start and stop once, followed by count records
 */
struct leap_wire_gestures {
	struct leap_wire_header header;
	leap_le32 count;
	leap_le32 gesture_size;
};

#define LEAP_WIRE_GESTURES_MESSAGE_MAX 64 /* records */

/*
 * The ring of frames: one writer, any number of readers, read-only mappings, no lock.
 * Sequence numbers start at 1, skip 0 when they wrap, are compared by signed difference.
 * Frame N is in slot N % slot_count:
 *
 *	1. load-acquire head; load-acquire the slot's sequence: not N, not there (any more)
 *	2. copy size and frame
 *	3. read barrier, load the sequence again: no longer N, what was copied is torn
 *
 * Barriers, each with its partner (W: the writer, R: a reader):
 *
 *	W1 sequence = 0; write barrier; frame	R3 read barrier; sequence again
 *	W2 frame; store-release sequence = N	R1 load-acquire sequence
 *	W3 slot; store-release head = N		R2 load-acquire head
 *	W4 message sent; store-release notices	R4 load-acquire notices; receive
 */
#define LEAP_WIRE_RING_MAGIC 0x5241454cU /* "LEAR" */
#define LEAP_WIRE_RING_SLOTS 128 /* more than a second at 115 Hz */
#define LEAP_WIRE_RING_OPEN 1
#define LEAP_WIRE_RING_CLOSED 2 /* leapd has ended in order; nothing changes any more */

/** struct leap_wire_ring - start of the mapping; written by leapd only */
struct leap_wire_ring {
	leap_le32 magic;
	leap_le32 version; /* LEAP_WIRE_VERSION */
	leap_le32 header_size; /* offset of slot 0 */
	leap_le32 slot_count;
	leap_le32 slot_stride;
	leap_le32 frame_max; /* bytes of the longest frame */
	leap_le32 reserved1[10];
	/* written all the time: a cache line of its own */
	leap_le32 head; /* number of the newest frame; 0 before the first */
	leap_le32 notices; /* raised after a message was sent to any client */
	leap_le32 state;
	leap_le32 reserved2[13];
};

/** struct leap_wire_slot - followed by a frame */
struct leap_wire_slot {
	leap_le32 sequence; /* 0 while it is being replaced */
	leap_le32 size; /* bytes of the frame */
	leap_le32 reserved[2];
};

#if defined(__cplusplus)
#define LEAP_WIRE_ASSERT(cond) static_assert(cond, #cond)
#elif __STDC_VERSION__ >= 201112L
#define LEAP_WIRE_ASSERT(cond) _Static_assert(cond, #cond)
#else
#define LEAP_WIRE_ASSERT(cond) extern int leap_wire_assert_c99[(cond) ? 1 : -1]
#endif

LEAP_WIRE_ASSERT(sizeof(float) == 4);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_header) == 16);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_hello) == 64);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_welcome) == 64);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_set_policy) == 24);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_switch) == 24);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_policy) == 32);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_config) == 328);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_device) == 40);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_images) == 200);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_clock) == 32);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_status) == 48);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_client) == 88);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_motion) == 52);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_hand) == 240);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_pointable) == 288);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_gesture) == 80);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_frame) == 128);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_gestures) == 24);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_ring) == 128);
LEAP_WIRE_ASSERT(sizeof(struct leap_wire_slot) == 16);
LEAP_WIRE_ASSERT(LEAP_WIRE_FRAME_MAX + 16 <= LEAP_WIRE_MESSAGE_MAX);

#endif /* LEAP_NATIVE_PROTOCOL_H */
