# The guest: the only workload of the suite; static, by musl, in every variant.

GUEST_SOURCES := $(filter-out harness/guest/test_%,$(wildcard harness/guest/*.c))
GUEST_OBJECTS := $(patsubst harness/guest/%.c,$(O)/guest/obj/%.o,$(GUEST_SOURCES))
OBJECTS += $(GUEST_OBJECTS)
PROGRAMS += $(if $(GUEST_SOURCES),$(O)/guest/guest $(BIN)/guest)

$(O)/guest/obj/%.o: harness/guest/%.c $(O)/flags | $(MUSL_INCLUDE)/.stamp
	$(call say,CC,$< (static))mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -Iharness -MMD -MP -c $< -o $@
$(O)/guest/guest: $(GUEST_OBJECTS)
	$(call say,LINK,$@)$(MUSL_CC) $(MUSL_CFLAGS) $(MUSL_LDFLAGS) -s -o $@ $^
$(BIN)/guest: $(O)/guest/guest
	@mkdir -p $(@D)
	$(Q)cp $< $@
