# The reference: a static library per layer, and unit tests that link with no more than LAYERS allows.

LAYERS := base api store runtime proxy kubelet controllers apiserver client nodelink together

# $(call may_use,LAYER): the layers that reference/LAYERS lets it use.
may_use = $(filter $(LAYERS),$(shell sed -n 's/\#.*//; s/^$1[[:space:]]*://p' reference/LAYERS 2>/dev/null))
# $(call layer_libs,LAYERS): their archives, those without a source left out.
layer_libs = $(foreach l,$1,$(if $($l_SOURCES),$(O)/lib/$l.a))
# $(call link_libs,LAYERS): system libraries.
link_libs = $(foreach l,$1,$($l_LIBS))

$(foreach l,$(LAYERS),$(eval $l_SOURCES := $(filter-out reference/$l/test_%,$(wildcard reference/$l/*.c))))
$(foreach l,$(LAYERS),$(eval $l_TESTS := $(wildcard reference/$l/test_*.c)))
$(foreach l,$(LAYERS),$(eval $l_USES := $(call may_use,$l)))

$(O)/obj/reference/%.o: FOLDER_CPPFLAGS = -Ireference $(LAYER_CPPFLAGS)

define layer_rules
OBJECTS += $$(call objects,$$($1_SOURCES) $$($1_TESTS))
LIBRARIES += $$(call layer_libs,$1)
TESTS += $$(patsubst reference/%.c,$(O)/test/%,$$($1_TESTS))

$(O)/lib/$1.list: FORCE
	$$(call stamp,$$($1_SOURCES))
$(O)/lib/$1.a: $$(call objects,$$($1_SOURCES)) $(O)/lib/$1.list
	$$(call say,AR,$$@)rm -f $$@
	$$(Q)$$(AR) rcsD $$@ $$(filter %.o,$$^)
$(O)/test/$1/%: $(O)/obj/reference/$1/%.o $$(call layer_libs,$1 $$($1_USES))
	$$(call say,LINK,$$@)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group \
		$$(call link_libs,$1 $$($1_USES))
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$l)))

# For ci/check-links: "LAYER archives and libraries it may use" per line.
.PHONY: print-links
print-links: $(LIBRARIES)
	@$(foreach l,$(LAYERS),$(if $($l_SOURCES),echo '$l $(call layer_libs,$($l_USES)) $(call link_libs,$l $($l_USES))';))
