# together: tests of several layers; it has no library.
together_LIBS :=
