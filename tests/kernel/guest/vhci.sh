# SPDX-License-Identifier: MIT
# Not a test of the module: whether the virtual host controller, as Linux has it, forgets
# transfers that were cancelled before they were sent when its connection closes.
# vhci-stock has the bug, vhci-mended is the kernel that all other scenarios run in.
case $1 in
stock) echo Y >/sys/module/vhci_hcd/parameters/forget_unsent ;;
mended) echo N >/sys/module/vhci_hcd/parameters/forget_unsent ;;
esac
"$LEAP_PROGRAMS/plugging"
