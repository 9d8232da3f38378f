# Cases in C: conformance/AREA/NAME.c becomes out/VARIANT/conformance/AREA/NAME, linked with the harness library.

CASE_SOURCES := $(wildcard conformance/*/*.c)
CASE_PROGRAMS := $(patsubst %.c,$(O)/%,$(CASE_SOURCES))
OBJECTS += $(call objects,$(CASE_SOURCES))
PROGRAMS += $(CASE_PROGRAMS)

$(O)/obj/conformance/%.o: FOLDER_CPPFLAGS = -Iharness
$(O)/conformance/%: $(O)/obj/conformance/%.o $(HARNESS_LIB)
	$(call say,LINK,$@)mkdir -p $(@D)
	$(link_harness)
