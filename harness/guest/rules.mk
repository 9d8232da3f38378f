# The guest: the only workload of the suite; static, by musl, in every variant. guest-tls stands before it in the few cases
# that need TLS; it is static too, by the compiler's own C library because OpenSSL is, and not sanitized.

GUEST_SOURCES := $(filter-out harness/guest/test_%,$(wildcard harness/guest/*.c))
GUEST_OBJECTS := $(patsubst harness/guest/%.c,$(O)/guest/obj/%.o,$(GUEST_SOURCES))
OBJECTS += $(GUEST_OBJECTS)
PROGRAMS += $(if $(GUEST_SOURCES),$(O)/guest/guest $(BIN)/guest $(BIN)/guest-tls)

$(O)/guest/obj/%.o: harness/guest/%.c $(O)/flags | $(MUSL_INCLUDE)/.stamp
	$(call say,CC,$< (static))mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -Iharness -MMD -MP -c $< -o $@
$(O)/guest/guest: $(GUEST_OBJECTS)
	$(call say,LINK,$@)$(MUSL_CC) $(MUSL_CFLAGS) $(MUSL_LDFLAGS) -s -o $@ $^
$(BIN)/guest: $(O)/guest/guest
	@mkdir -p $(@D)
	$(Q)cp $< $@
# The linker warns that a static program loads no name services; this one looks no name up.
$(BIN)/guest-tls: harness/guest/tls/front.c $(O)/flags
	$(call say,LINK,$@)mkdir -p $(@D)
	$(Q)$(CC) $(LANGUAGE) -Os -ffunction-sections -fdata-sections -static -Wl,--gc-sections -s -o $@ $< \
		-lssl -lcrypto 2>$@.log || { cat $@.log >&2; exit 1; }
	@rm -f $@.log
