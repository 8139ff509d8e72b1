# Programs. Every user/bin/NAME.c is a program NAME; a program of more files, or one that
# uses more than user/lib, is named below. Sets USERBIN for the top-level Makefile.

NEWLIB := build/newlib/x86_64-elf
NEWLIB_DONE := build/newlib/.done

# newlib's headers before the compiler's (else <inttypes.h> has no formats), ours first. The
# recipe's shell asks gcc: make reads this before scripts/setup has installed one.
UFLAGS := -std=gnu11 -Os -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -ffunction-sections \
	-fdata-sections -U__linux__ -Ulinux -U__unix__ -Uunix -D_POSIX_TIMERS=1 \
	-D_POSIX_MONOTONIC_CLOCK=1 -Wall -Wextra -Werror -MMD -MP \
	-nostdinc -I. -Iuser/include -isystem $(NEWLIB)/include \
	-isystem $$(gcc -print-file-name=include)
ULINK := -nostdlib -static -no-pie -s -Wl,--gc-sections -Wl,-z,max-page-size=4096 \
	-Wl,-z,noseparate-code -Wl,-z,noexecstack -Wl,--build-id=none

user_lib_SRC := $(sort $(wildcard user/lib/*.c))
user_sh_SRC := $(sort $(wildcard user/sh/*.c))

USER_PROGS := $(sort $(basename $(notdir $(wildcard user/bin/*.c))) sh)
USERBIN := $(addprefix build/user/bin/,$(USER_PROGS))

uobj = $(addprefix build/,$(addsuffix .o,$(basename $(1))))
user_lib_OBJ := build/user/lib/crt0.o $(call uobj,$(user_lib_SRC))

build/user/%.o: user/%.c | $(NEWLIB_DONE)
	$(call say,UCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(UFLAGS) -c -o $@ $<

build/user/%.o: user/%.S | $(NEWLIB_DONE)
	$(call say,UAS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(UFLAGS) -c -o $@ $<

# The library's objects are given one by one: an archive would lose names such as raise to
# newlib's, and --gc-sections drops what is not used just as well.
ulink = gcc $(ULINK) -o $@ $(filter %.o,$^) -L$(NEWLIB)/lib \
	-Wl,--start-group -lc -lgcc -Wl,--end-group

build/user/bin/sh: $(call uobj,$(user_sh_SRC)) $(user_lib_OBJ)
	$(call say,ULD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(ulink)

build/user/bin/%: build/user/bin/%.o $(user_lib_OBJ)
	$(call say,ULD,$@)
	$(Q)$(ulink)

-include $(shell find build/user -name '*.d' 2>/dev/null)
