# SPDX-License-Identifier: GPL-2.0
#
# How a .cpp file becomes a kernel object.
#
# There is one such object, core.o, and it has to stay one: core.cpp includes
# the other sources. With two, an inline function that both emit is dropped from
# one of them by the linker, and the ftrace tables still point at it.

# The compiler that belongs to $(CC): next to x86_64-linux-gnu-gcc-12 there is a
# -g++-12. One of another version would not know the same options.
cxx-name = $(if $(findstring clang,$(1)),$(subst clang,clang++,$(1)),$(subst gcc,g++,$(1)))
ifneq ($(origin CXX),command line)
CXX := $(foreach w,$(CC),$(patsubst %$(notdir $(w)),%$(call cxx-name,$(notdir $(w))),$(w)))
endif

ifdef CONFIG_MODULES
cxx-program := $(firstword $(filter-out ccache distcc -%,$(CXX)))
ifeq ($(shell command -v $(cxx-program)),)
$(error the C++ compiler $(cxx-program) is missing, it goes with the kernel's $(strip $(CC)): \
	apt-get install $(patsubst $(CROSS_COMPILE)%,%,$(notdir $(cxx-program))))
endif
endif

# What the kernel says about code generation (mitigations, tracing, sanitizers,
# stack protector) is ABI and differs between kernels: taken over, never listed.
# Only what is about C, or about warnings that C++ does not have, is dropped.
cxx-drop := -std=% -fms-extensions \
	-Wno-pointer-sign -Wno-override-init -Woverride-init \
	-Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition \
	-Wdeclaration-after-statement -Wbad-function-cast -Wnested-externs \
	-Wjump-misses-init -Wno-discarded-qualifiers -Wenum-conversion \
	-Werror=implicit-function-declaration -Werror=implicit-int \
	-Werror=strict-prototypes -Werror=designated-init \
	-Werror=incompatible-pointer-types -Werror=int-conversion
# No floating point exists here; libstdc++ does mention long double, and clang
# rejects even that without the 387.
cxx-drop += $(if $(CONFIG_CC_IS_CLANG),-mno-80387 -mno-fp-ret-in-387)

# Freestanding C++20. Nothing runs global constructors in Debian's kernels and
# nothing provides the C++ runtime, so neither may be needed.
cxx-dialect := -std=gnu++20 -ffreestanding -fno-exceptions -fno-rtti \
	-fno-threadsafe-statics -fno-use-cxa-atexit -fno-sized-deallocation \
	$(if $(CONFIG_CC_IS_CLANG),,-fno-gnu-unique)

# Kernels before 6.2 have a signed char; the core behaves alike on all.
cxx-dialect += -funsigned-char

# pahole cannot encode templates in BTF and fails the build over them.
cxx-dialect += -g0

cxx-warn := -Wall -Wextra -Wmissing-declarations -Wnon-virtual-dtor \
	-Woverloaded-virtual -Wextra-semi

# No kernel include path (UML has one in its flags) and no compiler_types.h: the
# core does not see them.
cxx-drop += -I%
cxx-include := -I$(src)/../include -I$(src)

cxx_flags = -Wp,-MMD,$(depfile) $(cxx-include) \
	$(filter-out $(cxx-drop),$(_c_flags)) $(modkern_cflags) \
	$(basename_flags) $(modname_flags) $(cxx-dialect) $(cxx-warn)

quiet_cmd_cxx_o_cpp = CXX $(quiet_modtag) $@
      cmd_cxx_o_cpp = $(CXX) $(cxx_flags) -c -o $@ $< $(cmd_objtool)

# The linker accepts what the kernel cannot run; find it while the name of the
# object is still known.
cxx-check := $(src)/../tools/build/check-cxx-object
      cmd_cxx_check = NM="$(NM)" OBJDUMP="$(OBJDUMP)" $(CONFIG_SHELL) $(cxx-check) $@

# No symbol versions: C++ exports nothing, and genksyms reads C only.
define rule_cxx_o_cpp
	$(call cmd_and_fixdep,cxx_o_cpp)
	$(call cmd,cxx_check)
	$(call cmd,gen_objtooldep)
	$(call cmd,record_mcount)
endef

$(obj)/%.o: $(src)/%.cpp $(cxx-check) FORCE
	$(call if_changed_rule,cxx_o_cpp)
