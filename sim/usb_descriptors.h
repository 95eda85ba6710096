/* SPDX-License-Identifier: MIT */
/*
 * The descriptors with which the controller introduces itself on the bus.
 * Constant data, read off a device with firmware 1.7.0.
 */
#ifndef LEAP_SIM_USB_DESCRIPTORS_H
#define LEAP_SIM_USB_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

#define LEAP_USB_VENDOR 0xf182
#define LEAP_USB_PRODUCT 0x0003
#define LEAP_USB_DEVICE_SIZE 18
#define LEAP_USB_CONFIG_SIZE 355

/** leap_usb_device_descriptor - class EF/02/01, no serial number string */
extern const uint8_t leap_usb_device_descriptor[LEAP_USB_DEVICE_SIZE];

/** leap_usb_config_descriptor - the whole tree: UVC 1.00, bulk endpoint 0x83 */
extern const uint8_t leap_usb_config_descriptor[LEAP_USB_CONFIG_SIZE];

/**
 * leap_usb_string_descriptor() - string @index: 0 languages, 1 maker, 2 product
 *
 * Return: the descriptor, its first byte is its length; NULL when there is none.
 */
const uint8_t *leap_usb_string_descriptor(unsigned int index);

#endif /* LEAP_SIM_USB_DESCRIPTORS_H */
