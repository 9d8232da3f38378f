# harness: podtest is harness/podtest.c (or main.c) and a library of everything else; unit tests
# (test_*.c, beside the module or in harness/test) link with that library. Each folder of harness/drivers that
# holds C is a program, out/VARIANT/drivers/NAME.

HARNESS_LIBS := -levent -lcurl -ljansson -lyaml -larchive -lssl -lcrypto -lm
HARNESS_ALL := $(shell find harness -name '*.c' -not -path 'harness/guest/*' 2>/dev/null | sort)
HARNESS_MAIN := $(filter harness/podtest.c harness/main.c,$(HARNESS_ALL))
HARNESS_DRIVERS := $(filter harness/drivers/%,$(HARNESS_ALL))
HARNESS_TESTS := $(foreach f,$(filter-out $(HARNESS_DRIVERS),$(HARNESS_ALL)),$(if $(filter test_%,$(notdir $f)),$f))
HARNESS_SOURCES := $(filter-out $(HARNESS_MAIN) $(HARNESS_DRIVERS) $(HARNESS_TESTS),$(HARNESS_ALL))

HARNESS_LIB := $(if $(HARNESS_SOURCES),$(O)/lib/harness.a)
DRIVER_NAMES := $(sort $(foreach f,$(HARNESS_DRIVERS),$(word 3,$(subst /, ,$(dir $f)))))
DRIVER_PROGRAMS := $(addprefix $(O)/drivers/,$(DRIVER_NAMES))
OBJECTS += $(call objects,$(HARNESS_ALL))
LIBRARIES += $(HARNESS_LIB)
PROGRAMS += $(if $(HARNESS_MAIN),$(BIN)/podtest) $(DRIVER_PROGRAMS)
TESTS += $(patsubst harness/%.c,$(O)/test/harness/%,$(HARNESS_TESTS))

$(O)/obj/harness/%.o: FOLDER_CPPFLAGS = -Iharness
# The page's frame, style and script are taken into the program as they are.
$(O)/obj/harness/report/page_parts.o: $(wildcard harness/report/html/*)

$(O)/lib/harness.list: FORCE
	$(call stamp,$(HARNESS_SOURCES))
$(O)/lib/harness.a: $(call objects,$(HARNESS_SOURCES)) $(O)/lib/harness.list
	$(call say,AR,$@)rm -f $@
	$(Q)$(AR) rcsD $@ $(filter %.o,$^)

link_harness = $(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(HARNESS_LIBS)

$(BIN)/podtest: $(call objects,$(HARNESS_MAIN)) $(HARNESS_LIB) $(PLANT_OBJECT)
	$(call say,LINK,$@)mkdir -p $(@D)
	$(link_harness)
define driver_rules
$(O)/drivers/$1: $$(call objects,$$(filter harness/drivers/$1/%,$$(HARNESS_DRIVERS))) $$(HARNESS_LIB)
	$$(call say,LINK,$$@)mkdir -p $$(@D)
	$$(link_harness)
endef
$(foreach d,$(DRIVER_NAMES),$(eval $(call driver_rules,$d)))
$(O)/test/harness/%: $(O)/obj/harness/%.o $(HARNESS_LIB)
	$(call say,LINK,$@)mkdir -p $(@D)
	$(link_harness)

# Image archives in the OCI layout: the guest, the guest with a STOPSIGNAL, and Debian's static busybox.
IMAGES += $(if $(HARNESS_MAIN),$(if $(GUEST_SOURCES),$(IMAGE)/guest.tar $(IMAGE)/guest-quit.tar) $(IMAGE)/busybox.tar)
$(IMAGE)/guest-quit.tar: $(BIN)/podtest $(BIN)/guest $(BIN)/guest-tls
	$(call say,IMAGE,$@)mkdir -p $(@D)
	$(Q)$(BIN)/podtest image --quit -o $@
$(IMAGE)/guest.tar: $(BIN)/podtest $(BIN)/guest $(BIN)/guest-tls
	$(call say,IMAGE,$@)mkdir -p $(@D)
	$(Q)$(BIN)/podtest image -o $@
$(IMAGE)/busybox.tar: $(BIN)/podtest /bin/busybox
	$(call say,IMAGE,$@)mkdir -p $(@D)
	$(Q)$(BIN)/podtest image --busybox -o $@
