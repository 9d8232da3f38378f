# cmd: the programs. Wiring only; nobody includes cmd.

podd_SOURCES := $(wildcard reference/cmd/podd*.c)
podctl_SOURCES := $(wildcard reference/cmd/podctl*.c)
podd_USES := $(LAYERS)
podctl_USES := base api client

define daemon_rules
OBJECTS += $$(call objects,$$($1_SOURCES))
PROGRAMS += $$(if $$($1_SOURCES),$(BIN)/$1)
$(BIN)/$1: $$(call objects,$$($1_SOURCES)) $$(call layer_libs,$$($1_USES)) $$(PLANT_OBJECT) $$(if $$(filter podd,$1),$$(SLOW_OBJECT))
	$$(call say,LINK,$$@)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) $$(if $$(filter %/slow.o,$$^),$$(SLOW_WRAPS:%=-Wl,--wrap=%)) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) \
		-Wl,--end-group $$(call link_libs,$$($1_USES))
endef
$(foreach p,podd podctl,$(eval $(call daemon_rules,$p)))

# The programs that stay with each pod: reference/runtime/rules.mk says from what and how.
shim_objects = $(patsubst %.c,$(O)/shim/%.o,$1)
OBJECTS += $(call shim_objects,$(SHIM_SOURCES) $(PAUSE_SOURCES))
PROGRAMS += $(if $(wildcard reference/cmd/pod_shim*.c),$(BIN)/pod-shim) $(if $(PAUSE_SOURCES),$(BIN)/pause)

$(O)/shim/%.o: %.c $(O)/flags | $(MUSL_INCLUDE)/.stamp
	$(call say,CC,$< (shim))mkdir -p $(@D)
	$(Q)$(SHIM_CC) $(SHIM_CFLAGS) -Ireference -MMD -MP -c $< -o $@
$(BIN)/pod-shim: $(call shim_objects,$(SHIM_SOURCES))
	$(call say,LINK,$@)mkdir -p $(@D)
	$(Q)$(SHIM_CC) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) -o $@ $^ $(SHIM_LIBS)
$(BIN)/pause: $(call shim_objects,$(PAUSE_SOURCES))
	$(call say,LINK,$@)mkdir -p $(@D)
	$(Q)$(SHIM_CC) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) -o $@ $^
