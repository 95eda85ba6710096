# SPDX-License-Identifier: MIT
# The front door. User space is built by meson, the kernel module by Kbuild.

BUILD ?= build
PREFIX ?= /usr/local
KDIR ?= /lib/modules/$(shell uname -r)/build
VERSION := $(shell cat VERSION)
RECORDINGS ?= ../shared/data/recordings
DKMS_SRC = $(DESTDIR)/usr/src/leap-$(VERSION)
UDEV_RULES = $(DESTDIR)/usr/lib/udev/rules.d
MODULE_FILES = Kbuild dkms.conf VERSION driver uapi LICENSES

.PHONY: all user modules run check soak bench bench-tracking format lint install uninstall clean help

all: user ## build everything that can be built here
	@if [ -d "$(KDIR)" ]; then $(MAKE) --no-print-directory modules; \
	else echo "no kernel headers in $(KDIR): module not built (see README)"; fi

$(BUILD)/build.ninja:
	@tools/setup run
	meson setup $(BUILD) --prefix=$(PREFIX)

user: $(BUILD)/build.ninja
	ninja -C $(BUILD)

modules: ## build the kernel module for the running kernel, or KDIR=
	@[ -d "$(KDIR)" ] || { echo "no kernel headers in $(KDIR):" \
	  "install linux-headers for this kernel, or say KDIR=" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

run: ## install what is missing, build, start leapd on a controller or a synthetic one
	@tools/setup run
	@$(MAKE) --no-print-directory user
	@exec $(BUILD)/daemon/leapd --foreground $(ARGS)

check: ## install what is missing, run every test
	@tools/setup run check
	@tests/check

soak: ## the module under everything there is, for an hour or two
	@tools/setup run check
	@tests/kernel/soak

bench: ## measure, as ratios against a named alternative
	@tools/setup run check
	@[ ! -f $(BUILD)/build.ninja ] || meson setup --reconfigure $(BUILD) >/dev/null
	@$(MAKE) --no-print-directory user
	meson test -C $(BUILD) --benchmark --verbose --num-processes 1
	@if tests/kernel/run --available; then tests/kernel/compare; fi

bench-tracking: ## score the tracker on films whose truth is known; ARGS='--every 4'
	@tools/setup run check
	@[ ! -f $(BUILD)/build.ninja ] || meson setup --reconfigure $(BUILD) >/dev/null
	@$(MAKE) --no-print-directory user
	@$(BUILD)/tests/bench/bench-tracking $(ARGS)

fidelity: ## compare with recordings of the original service in RECORDINGS=
	@tools/setup run
	@$(MAKE) --no-print-directory user
	@python3 tests/fidelity/fidelity.py $(BUILD)/tools/leap-track $(RECORDINGS)

format: ## bring C sources into the house style
	@tools/setup lint
	git ls-files '*.c' '*.h' | xargs clang-format -i

lint: ## style and static analysis
	@tools/setup run check lint
	@tests/lint

install: user ## install leapd, tools, udev rule, unit and the module's source (DKMS)
	meson install -C $(BUILD) --no-rebuild $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))
	install -D -m 644 -t $(UDEV_RULES) udev/*.rules
	install -d $(DKMS_SRC)
	cp -r $(MODULE_FILES) $(DKMS_SRC)
ifeq ($(DESTDIR),)
	getent group leap >/dev/null || groupadd --system leap
	@udevadm control --reload 2>/dev/null || true
	@systemctl daemon-reload 2>/dev/null || true
	@if ! command -v dkms >/dev/null; then \
	  echo "no module yet: apt-get install dkms, then make install again"; \
	elif [ ! -d "$(KDIR)" ]; then \
	  echo "no module yet: install the headers of this kernel ($(KDIR)" \
	    "is not there), then make install again"; \
	else dkms install -m leap -v $(VERSION) --force; fi
endif

uninstall: ## take all of it away again
	[ ! -f $(BUILD)/build.ninja ] || ninja -C $(BUILD) uninstall
	cd udev && for rule in *.rules; do rm -f "$(UDEV_RULES)/$$rule"; done
ifeq ($(DESTDIR),)
	@if command -v dkms >/dev/null; then \
	  dkms remove -m leap -v $(VERSION) --all || true; fi
endif
	rm -rf $(DKMS_SRC)

clean: ## remove what was built here
	rm -rf $(BUILD) build-*
	@[ ! -d "$(KDIR)" ] || $(MAKE) -s -C $(KDIR) M=$(CURDIR) clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16
