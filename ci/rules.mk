# ci: what has to pass, and the measuring. ci/README.md describes the gates.

OBJECTS += $(PLANT_OBJECT)

.PHONY: deps conformance check unit mutants memcheck check-crash check-vm bench gates format
#: make all           builds podd, podctl, podtest and the images (the default)
#: make deps          installs the packages of ci/packages that are missing
deps:
	@ci/deps

#: make conformance   the main job: build, run the suite on the reference, write out/report
conformance: deps
	@$(MAKE) -j$(JOBS) all
	@$(BIN)/podtest run --report $(OUT)/report

#: make check         everything that must pass; the last line is "N passed, N failed"
check: deps
	@ci/check

#: make gates         the static part of it: layers, headers, sizes, style, shell, cppcheck, catalogue
gates:
	@ci/check --static

#: make unit          the unit tests
unit:
	@$(MAKE) -j$(JOBS) tests
	@ci/unit $(O)/test

#: make mutants       every mutant of AREA= must be killed by the case named for it
mutants: deps
	@$(MAKE) -j$(JOBS) all
	@$(BIN)/podtest mutants $(if $(AREA),--area $(AREA))

#: make memcheck      podd and podtest under valgrind, and planted leaks that it must find
memcheck: deps
	@$(MAKE) -j$(JOBS) all
	@$(MAKE) -j$(JOBS) VARIANT=plant all
	@ci/memcheck

#: make check-crash   podd killed at twenty random instants: nothing dies of it, nothing is left
check-crash: deps
	@$(MAKE) -j$(JOBS) all
	@ci/check-crash

#: make check-vm      ten cases in a virtual machine with cgroup v2 alone
check-vm:
	@ci/deps vm
	@$(MAKE) -j$(JOBS) all
	@ci/check-vm

#: make bench         the start of a pod against the bare system calls, as a ratio
bench: deps
	@$(MAKE) -j$(JOBS) all $(O)/bench/floor
	@ci/bench/run

BENCH_SOURCES := $(wildcard ci/bench/*.c)
OBJECTS += $(call objects,$(BENCH_SOURCES))
$(O)/obj/ci/%.o: FOLDER_CPPFLAGS =
$(O)/bench/floor: $(call objects,$(BENCH_SOURCES))
	$(call say,LINK,$@)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^

#: make format        puts every C file into the form that make check wants
format:
	@find reference harness conformance ci -name '*.[ch]' | xargs -r clang-format -i

#: make install       PREFIX=/usr/local, DESTDIR=
#: make clean         removes out/
