# Bailey. One make for everything; all products go to build/.
#
#	make            kernel, programs, boot image, tools for this machine
#	make run        boot it under QEMU and use it; `poweroff` ends
#	make test       what CI runs; ends with `N passed, N failed`. LIST=1: promise -> test
#	make test-all   the same on every configuration
#	make demo       the published session, replayed and narrated
#	make debug      QEMU waits for gdb, which starts with the kernel's symbols
#	make bench      costs as a table and in build/bench.json
#	make fuzz       hostile input against every parser, SECONDS=n each; FUZZ="dmar elf": these only
#	make model      the ownership protocol and its mutants, checked exhaustively; FULL=1: more
#	make mutants    deliberate mistakes, each found by the test it names; GUEST=1: in guests too
#	make conformance   what this VT-d unit does, check by check; UPDATE=1: known from now on
#	make clean
#
# Accepted everywhere: QEMU= VTD= SMP= MEM= BOOT=iso|direct|uefi EXTRA= CMDLINE=
# (scripts/qemu says what they mean), V=1 to see whole commands.

QEMU    ?=
VTD     ?=
SMP     ?=
MEM     ?=
BOOT    ?=
EXTRA   ?=
CMDLINE ?=
LIST    ?=
export QEMU VTD SMP MEM BOOT EXTRA CMDLINE LIST

Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-4s %s\n' '$(1)' '$(2)')

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

.PHONY: all tools run test test-all demo debug bench fuzz model mutants conformance clean
all: build/bailey.iso tools

run: build/bailey.iso
	$(Q)scripts/qemu run

debug: build/bailey.iso | build/setup.debug
	$(Q)scripts/qemu debug

demo: build/bailey.iso | build/setup.test
	$(Q)scripts/demo

test test-all: build/bailey.iso $(if $(LIST),,hosttests) | build/setup.test
	$(Q)scripts/test $(if $(LIST),--list,$(if $(filter test-all,$@),--all))

bench: build/bailey.iso build/bench/bailey.elf | build/setup.test
	$(Q)scripts/bench

clean:
	rm -rf build

# ---- tools: what is missing is installed by package name, once ----

build/setup.run: scripts/setup
	$(Q)scripts/setup run
	$(Q)mkdir -p $(@D) && touch $@

build/setup.test build/setup.debug build/setup.model: build/setup.%: scripts/setup | build/setup.run
	$(Q)scripts/setup $*
	$(Q)touch $@

# ---- kernel ----

CC := gcc
KFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mgeneral-regs-only \
	-mno-red-zone -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-omit-frame-pointer -fno-strict-aliasing -Wall -Wextra -Werror -I. -MMD -MP
KLINK := -nostdlib -static -no-pie -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--build-id=none \
	-Wl,--no-warn-rwx-segments

KSRC := $(sort $(wildcard arch/*.c arch/*.S kern/*.c dev/*.c dev/*/*.c))
KOBJ := $(addprefix build/obj/,$(addsuffix .o,$(basename $(KSRC))))

build/obj/%.o: %.c | build/setup.run
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<

build/obj/%.o: %.S | build/setup.run
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<

# Linked twice: the symbol table for backtraces is made from the first link. It follows the
# code, so the addresses it lists are those of the second link too; the last line checks.
build/pass1.elf: $(KOBJ) build/obj/ksyms0.o arch/kernel.ld
	$(Q)$(CC) $(KLINK) -T arch/kernel.ld -o $@ $(filter %.o,$^)

build/bailey.elf: $(KOBJ) build/obj/ksyms1.o arch/kernel.ld
	$(call say,LD,$@)
	$(Q)$(CC) $(KLINK) -T arch/kernel.ld -o $@ $(filter %.o,$^)
	$(Q)nm -n $@ | grep -i ' t ' | cmp -s - build/pass1.text || { echo 'symbol table does not fit'; rm $@; exit 1; }

# The kernel that measures itself: one more device.
KBENCH := $(filter-out build/obj/dev/devtab.o,$(KOBJ)) build/obj/tests/bench/kbench.o

build/bench/bailey.elf: $(KBENCH) build/obj/ksyms0.o arch/kernel.ld
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KLINK) -T arch/kernel.ld -o $@ $(filter %.o,$^)
	$(Q)ln -sf ../archive.cpio $(@D)

build/ksyms0.c: scripts/ksyms | build/setup.run
	$(Q)scripts/ksyms </dev/null >$@

build/ksyms1.c: build/pass1.elf scripts/ksyms
	$(Q)nm -n $< | grep -i ' t ' >build/pass1.text
	$(Q)nm -n $< | scripts/ksyms >$@

build/obj/ksyms%.o: build/ksyms%.c
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<

# ---- programs: newlib once, then user/user.mk, which fills USERBIN (build/user/bin/NAME) ----

build/newlib/.done: scripts/newlib | build/setup.run
	$(call say,LIB,newlib (about a minute; once))
	$(Q)scripts/newlib build/newlib
	$(Q)touch $@

include user/user.mk

# These programs belong to the tests.
TESTBIN := $(patsubst %.c,build/user/%,$(sort $(wildcard tests/guest/*.c)) tests/bench/bench.c)

build/user/tests/%.o: tests/%.c | $(NEWLIB_DONE)
	$(call say,UCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(UFLAGS) -c -o $@ $<

$(TESTBIN): build/user/tests/%: build/user/tests/%.o $(user_lib_OBJ)
	$(call say,ULD,$@)
	$(Q)$(ulink)

# ---- tools that run on the machine one works at: sources as in host tests ----

TOOLS   := dmarlint faultdecode
TFLAGS  := -std=gnu11 -g -O2 -I. -Wall -Wextra -Werror -MMD -MP
toolsrc = user/host/$(1).c $(shell scripts/sources user/host/$(1).c)
toolobj = $(patsubst %.c,$(2)/obj/%.o,$(call toolsrc,$(1)))

tools: $(addprefix build/host/,$(TOOLS))

.SECONDEXPANSION:
$(addprefix build/host/,$(TOOLS)): build/host/%: $$(call toolobj,$$*,build/tool)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

build/tool/obj/%.o: %.c | build/setup.run
	$(call say,TCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TFLAGS) -c -o $@ $<

# ---- boot image ----

# /bin, /man, and user/root as it is.
ROOTFILES := $(shell find user/root -type f 2>/dev/null)
MANPAGES  := $(wildcard user/man/*.md)

build/archive.cpio: $(USERBIN) $(TESTBIN) $(ROOTFILES) $(MANPAGES) scripts/archive
	$(call say,CPIO,$@)
	$(Q)scripts/archive $@ $(USERBIN) $(TESTBIN)

build/bailey.iso: build/bailey.elf build/archive.cpio scripts/iso
	$(call say,ISO,$@)
	$(Q)scripts/iso $@ build/bailey.elf build/archive.cpio

# ---- host tests: each names its sources first, /* SRC: kern/path.c ... */ (scripts/sources) ----

HOSTCC := clang
HFLAGS := -std=gnu11 -g -O1 -I. -fsanitize=address,undefined -fno-sanitize-recover=all \
	-Wall -Wextra -Werror -MMD -MP
HTESTS := $(patsubst tests/host/%.c,build/host/%,$(sort $(wildcard tests/host/t_*.c)))
# A directory there is all of its sources, but for what touches registers; -kern/path.c is left
# out. A fake in tests/host names in the same way what it is put under.
named = $(shell scripts/sources $(1) /dev/null)
sources = $(filter-out $(patsubst -%,%,$(filter -%,$(1))) dev/vtd/mmio.c,$(foreach s,$(filter-out -%,$(1)),$(if $(filter %.c,$(s)),$(s),$(sort $(wildcard $(s)/*.c)))))
withfakes = $(1) $(call sources,$(call named,$(filter tests/host/%,$(1))))
hostsrc = $(call withfakes,$(call sources,$(call named,tests/host/t_$(1).c)))
hostobj = $(patsubst %.c,build/host/obj/%.o,tests/host/t_$(1).c $(call hostsrc,$(1)) tests/host/host.c)

.PHONY: hosttests
hosttests: $(HTESTS) build/walk/bare.elf tools $(addprefix build/host/san/,$(TOOLS))

$(HTESTS): build/host/t_%: $$(call hostobj,$$*)
	$(call say,LINK,$@)
	$(Q)$(HOSTCC) $(HFLAGS) -o $@ $^ -lcmocka

$(addprefix build/host/san/,$(TOOLS)): build/host/san/%: $$(call toolobj,$$*,build/host)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HFLAGS) -o $@ $^

build/host/obj/%.o: %.c | build/setup.test
	$(call say,HCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HFLAGS) -c -o $@ $<

# ---- dev/vtd alone: freestanding, by two compilers, in a host of its own ----

PORT      := build/port/gcc/port build/port/clang/port
PORTFLAGS := -std=gnu11 -O2 -fno-pie -Wall -Wextra -Werror -I. -MMD -MP
PORTSRC   := $(wildcard dev/vtd/*.c)

define port_rules
build/port/$(1)/%.o: dev/vtd/%.c | build/setup.test
	$(Q)mkdir -p $$(@D)
	$(Q)$(1) $(PORTFLAGS) -ffreestanding -c -o $$@ $$<

build/port/$(1)/host/kernel.o: tests/port/kernel.c | build/setup.test
	$(Q)mkdir -p $$(@D)
	$(Q)$(1) $(PORTFLAGS) -ffreestanding -c -o $$@ $$<

build/port/$(1)/port: tests/port/port.c build/port/$(1)/host/kernel.o \
		$(PORTSRC:dev/vtd/%.c=build/port/$(1)/%.o)
	$(call say,PORT,$(1))
	$(Q)$(1) $(PORTFLAGS) -no-pie -o $$@ $$(filter %.c %.o,$$^)
endef
$(foreach cc,gcc clang,$(eval $(call port_rules,$(cc))))
hosttests: $(PORT)

# ---- fuzz targets: tests/fuzz/NAME.c, sources named as in host tests ----

SECONDS := 10
FUZZ    := $(filter-out fuzz,$(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c))))
FFLAGS  := -std=gnu11 -g -O1 -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-Wall -Wextra -Werror -MMD -MP
fuzzsrc = $(shell scripts/sources tests/fuzz/$(1).c)
fuzzobj = $(patsubst %.c,build/fuzz/obj/%.o,tests/fuzz/$(1).c tests/fuzz/fuzz.c $(call fuzzsrc,$(1)) tests/host/host.c)

fuzz: $(addprefix build/fuzz/bin/,$(FUZZ))
	$(Q)scripts/fuzz $(SECONDS) $(FUZZ)

build/fuzz/bin/%: $$(call fuzzobj,$$*)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(FFLAGS) -o $@ $^

build/fuzz/obj/%.o: %.c | build/setup.test
	$(call say,FCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(FFLAGS) -c -o $@ $<

# ---- mutants ----

GUEST ?=
export GUEST

mutants: hosttests $(if $(GUEST),build/bailey.elf build/archive.cpio)
	$(Q)HOSTCC='$(HOSTCC)' HFLAGS='$(HFLAGS)' scripts/mutants

# ---- conformance: a program of its own, booted in the kernel's place ----

UPDATE ?=
export UPDATE

BAREOBJ := $(patsubst %.c,build/conformance/%.o,$(wildcard tests/conformance/*.c)) \
	$(addprefix build/obj/,arch/boot.o arch/mem.o kern/fmt.o kern/cstr.o)

conformance: build/conformance/bare.elf | build/setup.test
	$(Q)scripts/conformance

build/conformance/bare.elf: $(BAREOBJ) arch/kernel.ld
	$(call say,LD,$@)
	$(Q)$(CC) $(KLINK) -T arch/kernel.ld -o $@ $(filter %.o,$^)

# The same, to compare dev/vtd/walk.c with the unit (tests/host/t_walkqemu.py).
build/walk/bare.elf: $(addprefix build/conformance/,tests/walk/main.o tests/conformance/bare.o \
		tests/conformance/check.o tests/conformance/vtd.o) $(addprefix build/obj/,dev/vtd/walk.o dev/vtd/walker.o dev/vtd/walk_scalable.o \
		arch/boot.o arch/mem.o kern/fmt.o kern/cstr.o) arch/kernel.ld
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KLINK) -T arch/kernel.ld -o $@ $(filter %.o,$^)

build/conformance/%.o: %.c | build/setup.run
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<

# ---- the protocol model ----

FULL ?=
export FULL

model: | build/setup.model
	$(Q)scripts/model

-include $(KOBJ:.o=.d) $(KBENCH:.o=.d) $(shell find build/host/obj build/tool/obj build/port build/conformance build/fuzz/obj -name '*.d' 2>/dev/null)
