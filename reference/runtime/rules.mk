# runtime: the library that podd links, and the two small programs that stay with each pod.
#
# pod-shim and pause are static (musl) except under ASan, which cannot be linked statically.
# A module that the shim shares with podd is named in SHIM_SHARED and compiled twice.
runtime_LIBS := -lseccomp -lcap -larchive -lnftables -lnl-route-3 -lnl-3
$(O)/obj/reference/runtime/%.o: LAYER_CPPFLAGS = -isystem /usr/include/libnl3

SHIM_SHARED := $(wildcard $(addprefix reference/runtime/,shim_proto.c shim_wire.c))
SHIM_LIBS :=
SHIM_SOURCES = $(wildcard reference/cmd/pod_shim*.c reference/runtime/shim/*.c) $(SHIM_SHARED)
PAUSE_SOURCES = $(wildcard reference/cmd/pause.c)

ifeq ($(VARIANT),asan)
SHIM_CC := $(CC)
SHIM_CFLAGS := $(ALL_CFLAGS)
SHIM_LDFLAGS := $(LINK_asan)
else
SHIM_CC := $(MUSL_CC)
SHIM_CFLAGS := $(MUSL_CFLAGS)
SHIM_LDFLAGS := $(MUSL_LDFLAGS)
endif

ifeq ($(VARIANT),slow)
SHIM_SOURCES += ci/slow/shim.c
$(BIN)/pod-shim: private SHIM_LDFLAGS += -Wl,--wrap=rootfs_mount
endif

# pause always: it must run in a mount namespace that has no libraries.
$(BIN)/pause $(O)/shim/reference/cmd/pause.o: private SHIM_CC = $(MUSL_CC)
$(BIN)/pause $(O)/shim/reference/cmd/pause.o: private SHIM_CFLAGS = $(MUSL_CFLAGS)
$(BIN)/pause $(O)/shim/reference/cmd/pause.o: private SHIM_LDFLAGS = $(MUSL_LDFLAGS)

# These start real pods.
$(addprefix $(O)/test/runtime/test_,runtime isolation network): | $(BIN)/pod-shim $(BIN)/pause
